"""Values that fill placeholders by name: into which part of the prompt, and with the template's line on the way."""

from __future__ import annotations

import pytest

from tests.system.small import flows, system_of

PYTHON = """
from fastapi import FastAPI
from langchain_core.prompts import ChatPromptTemplate, HumanMessagePromptTemplate, SystemMessagePromptTemplate
from langchain_openai import ChatOpenAI

app = FastAPI()
llm = ChatOpenAI(model="gpt-5")
template = ChatPromptTemplate.from_messages({messages})


@app.post("/ask")
def ask(style: str) -> str:
    return {call}.content
"""
INTO_SYSTEM = '[("system", "You are {style}."), ("human", "Say {word}.")]'
INTO_QUESTION = '[("system", "You are {word}."), ("human", "Say {style}.")]'
IN_OBJECTS = '[SystemMessagePromptTemplate.from_template("You are {style}."), HumanMessagePromptTemplate.from_template("{word}")]'


@pytest.mark.parametrize(
    "call",
    [
        '(template | llm).invoke({"style": style, "word": "hello"})',
        'template.pipe(llm).invoke({"style": style, "word": "hello"})',
        'llm.invoke(template.format_messages(style=style, word="hello"))',
        'llm.invoke(template.invoke({"style": style, "word": "hello"}))',
        'llm.invoke(template.partial(word="hello").format_messages(style=style))',
    ],
)
@pytest.mark.parametrize(("messages", "system_part"), [(INTO_SYSTEM, True), (IN_OBJECTS, True), (INTO_QUESTION, False)])
def test_a_chat_template_tells_which_part_a_value_fills(call: str, messages: str, system_part: bool) -> None:
    system = system_of(PYTHON.replace("{messages}", messages).replace("{call}", call))
    found = flows(system, "system_prompt", "user_input")
    assert bool(found) is system_part
    if system_part:
        assert any(step.start_line == 8 for flow in found for step in flow.steps), "the template stands on the way"
    else:
        assert flows(system, "prompt", "user_input")


SCRIPT = """
import express from "express";
import {{ ChatPromptTemplate }} from "@langchain/core/prompts";
import {{ ChatOpenAI }} from "@langchain/openai";

const app = express();
const llm = new ChatOpenAI({{ model: "gpt-5" }});
const template = ChatPromptTemplate.fromMessages([["system", "{first}"], ["human", "{second}"]]);

app.post("/ask", async (request, response) => {{
  response.json(await template.pipe(llm).invoke({{ style: request.body.style, word: "hello" }}));
}});
"""


@pytest.mark.parametrize(("first", "second", "found"), [("You are {style}.", "{word}", True), ("You are {word}.", "{style}", False)])
def test_a_chat_template_of_a_script_does_as_well(first: str, second: str, found: bool) -> None:
    system = system_of({"app.ts": SCRIPT.format(first=first, second=second)})
    assert bool(flows(system, "system_prompt", "user_input")) is found


def test_a_filled_template_that_is_made_one_text_says_nothing_of_the_speaker() -> None:
    """Only what its text is put into says whose words they are."""
    script = SCRIPT.format(first="You are {style}.", second="{word}").replace(
        'template.pipe(llm).invoke({ style: request.body.style, word: "hello" })',
        'llm.invoke([new HumanMessage((await template.invoke({ style: request.body.style, word: "hello" })).toString())])',
    )
    script = script.replace("import { ChatOpenAI }", 'import { HumanMessage } from "@langchain/core/messages";\nimport { ChatOpenAI }')
    system = system_of({"app.ts": script})
    assert not flows(system, "system_prompt", "user_input")
    assert flows(system, "prompt", "user_input")


SERVICE = """
package com.acme;

import dev.langchain4j.service.SystemMessage;
import dev.langchain4j.service.UserMessage;
import dev.langchain4j.service.V;

interface Helper {{
    @SystemMessage("You are {first}. Answer briefly.")
    @UserMessage("Say {second}.")
    String ask(@V("style") String style, @V("word") String word);
}}
"""
HANDLER = """
package com.acme;

import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.service.AiServices;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

@RestController
class App {
    private final Helper helper = AiServices.create(Helper.class, OpenAiChatModel.builder().modelName("gpt-5").build());

    @PostMapping("/ask")
    String ask(@RequestParam String style) {
        return helper.ask(style, "hello");
    }
}
"""


@pytest.mark.parametrize(("first", "second", "found"), [("{{style}}", "{{word}}", True), ("{{word}}", "{{style}}", False)])
def test_an_annotated_method_tells_which_part_its_parameter_fills(first: str, second: str, found: bool) -> None:
    folder = "src/main/java/com/acme"
    system = system_of({f"{folder}/Helper.java": SERVICE.format(first=first, second=second), f"{folder}/App.java": HANDLER})
    assert bool(flows(system, "system_prompt", "user_input")) is found
    assert found or flows(system, "prompt", "user_input")


SPRING = """
package com.acme;

import java.util.Map;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.chat.prompt.PromptTemplate;
import org.springframework.ai.chat.prompt.SystemPromptTemplate;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

@RestController
class App {{
    private final ChatClient client;

    App(ChatClient.Builder builder) {{
        this.client = builder.build();
    }}

    @PostMapping("/ask")
    String ask(@RequestParam String style) {{
        var message = new {template}("You are {{style}}.").createMessage(Map.of("style", style));
        return client.prompt(new Prompt(message)).call().content();
    }}
}}
"""


@pytest.mark.parametrize(("template", "role"), [("SystemPromptTemplate", "system_prompt"), ("PromptTemplate", "prompt")])
def test_a_template_of_a_system_message_alone_fills_the_rules(template: str, role: str) -> None:
    system = system_of({"src/main/java/com/acme/App.java": SPRING.format(template=template)})
    assert [flow.role for flow in system.flows if "user_input" in flow.carries and flow.target.startswith("hosted_llm")] == [role]


KERNEL = """
using Microsoft.SemanticKernel;

var builder = WebApplication.CreateBuilder(args);
var app = builder.Build();
var kernel = Kernel.CreateBuilder().AddOpenAIChatCompletion("gpt-5", "key").Build();

app.MapGet("/ask", async (string style) =>
{
    var text = await kernel.InvokePromptAsync("@@", new KernelArguments { ["style"] = style, ["word"] = "hello" });
    return text.ToString();
});

app.Run();
"""


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("Say {{$word}} as {{$style}}.", "prompt"),
        ("<message role='system'>You are {{$style}}.</message><message role='user'>{{$word}}</message>", "system_prompt"),
        ("<message role='system'>You are {{$word}}.</message><message role='user'>{{$style}}</message>", "prompt"),
    ],
)
def test_marked_messages_of_a_kernels_prompt_tell_the_part(text: str, role: str) -> None:
    system = system_of({"Program.cs": KERNEL.replace("@@", text)})
    assert [flow.role for flow in system.flows if "user_input" in flow.carries and flow.target.startswith("hosted_llm")] == [role]


PROGRAM = """
package main

import (
	"net/http"

	"github.com/tmc/langchaingo/llms"
	"github.com/tmc/langchaingo/llms/openai"
	"github.com/tmc/langchaingo/prompts"
)

func main() {{
	model, _ := openai.New(openai.WithModel("gpt-5"))
	http.HandleFunc("/ask", func(w http.ResponseWriter, r *http.Request) {{
		text, _ := prompts.NewPromptTemplate("You are {{{{.style}}}}.", []string{{"style"}}).Format(map[string]any{{"style": r.FormValue("style")}})
		message := llms.TextParts(llms.ChatMessageType{speaker}, text)
		model.GenerateContent(r.Context(), []llms.MessageContent{{message}})
	}})
}}
"""


@pytest.mark.parametrize(("speaker", "role"), [("System", "system_prompt"), ("Human", "prompt")])
def test_what_a_template_of_a_go_program_gives_back_is_text(speaker: str, role: str) -> None:
    system = system_of({"main.go": PROGRAM.format(speaker=speaker)})
    assert [flow.role for flow in system.flows if "user_input" in flow.carries and flow.role is not None] == [role]
