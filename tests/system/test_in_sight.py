"""Services of LangChain4j are given tools by the container, and a tool that only tells something does nothing."""

from __future__ import annotations

import pytest

from tests.system.small import controls_on, elements, flows, only, system_of, ties

SERVICE = """
    package com.acme;
    import dev.langchain4j.agent.tool.Tool;
    import dev.langchain4j.service.SystemMessage;
    import dev.langchain4j.service.spring.AiService;
    import dev.langchain4j.service.spring.AiServiceWiringMode;
    import io.quarkiverse.langchain4j.RegisterAiService;

    %s
    interface Assistant {
        @SystemMessage("You look after bookings of guests.")
        String chat(String message);
    }

    class Bookings {
        @Tool("Cancels a booking")
        public String cancelBooking(String id) { return "cancelled " + id; }
    }

    class Payments {
        @Tool("Tells the status of a payment")
        public String paymentStatus(String id) { return "paid"; }
    }
"""


@pytest.mark.parametrize(
    ("marked", "held"),
    [
        ("@AiService", {"cancelBooking", "paymentStatus"}),
        ('@AiService(wiringMode = AiServiceWiringMode.EXPLICIT, tools = {"payments"})', {"paymentStatus"}),
        ("@AiService(wiringMode = AiServiceWiringMode.EXPLICIT)", set()),
        ("@RegisterAiService(tools = Bookings.class)", {"cancelBooking"}),
        ("@RegisterAiService", set()),
    ],
)
def test_a_service_holds_the_tools(marked: str, held: set[str]) -> None:
    system = system_of({"src/main/java/com/acme/Assistant.java": SERVICE % marked})
    agent = only(system, "agent")
    assert {target.removeprefix("tool:") for source, kind, target in ties(system) if (source, kind) == (agent.id, "has_tool")} == held


def test_a_tool_that_tells_a_status_does_nothing() -> None:
    system = system_of({"src/main/java/com/acme/Assistant.java": SERVICE % "@AiService"})
    effects = {tool.name: tool.attributes.get("effects") for tool in elements(system, "tool")}
    assert effects == {"cancelBooking": ("deletion",), "paymentStatus": None}


READING = """
    import { PrismaClient } from "@/generated/prisma/client";
    import { tool } from "ai";
    import nodemailer from "nodemailer";
    const prisma = new PrismaClient();
    const mails = nodemailer.createTransport({});
    async function note() { await mails.sendMail({ to: "ops@acme.example", text: "key has expired" }); }
    export const searchMemories = tool({ execute: async ({ query }) => {
      await note();
      return prisma.memory.findMany({ where: { text: { contains: query } } });
    } });
    export const saveMemory = tool({ execute: async ({ text }) => prisma.memory.create({ data: { text } }) });
"""


def test_a_tool_that_reads_what_another_writes_and_notes_something_on_the_way_only_reads() -> None:
    system = system_of({"a.ts": READING})
    changes = {tool.name: tool.attributes.get("side_effect") for tool in elements(system, "tool")}
    assert changes == {"searchMemories": None, "saveMemory": True}


@pytest.mark.parametrize(
    ("answer", "asked"),
    [("{ requiresConfirmation: true, to }", True), ("{ confirmationState: 'pending', to }", True), ("{ confirmed: true, to }", False)],
)
def test_a_tool_that_answers_with_a_question_has_a_person_before_it(answer: str, asked: bool) -> None:
    text = "import { tool } from 'ai';\nfunction prepared(to) { return ANSWER; }\nexport const sendEmail = tool({ execute: async ({ to }) => prepared(to) });\n"
    system = system_of({"a.ts": text.replace("ANSWER", answer)})
    assert ("human_approval" in controls_on(system, only(system, "tool").id)) is asked


PATHS = """
    package com.acme;
    import dev.langchain4j.model.chat.ChatModel;
    import jakarta.ws.rs.*;

    @Path("/rooms")
    class Rooms {
        private final ChatModel model;
        Rooms(ChatModel model) { this.model = model; }

        @GET
        public String all() { return "rooms"; }

        @POST
        @Path("{id}/ask")
        public String ask(@PathParam("id") String id, String question) { return model.chat(question); }
    }
"""


def test_an_address_of_jax_rs_stands_at_the_class_and_at_the_method() -> None:
    system = system_of({"src/main/java/com/acme/Rooms.java": PATHS})
    assert {route.name for route in elements(system, "http_route")} == {"GET /rooms", "POST /rooms/{id}/ask"}


OVERLOADED = """
    package com.acme;
    import dev.langchain4j.model.chat.ChatModel;
    import org.springframework.web.bind.annotation.*;

    @RestController
    class Api {
        private final ChatModel model;
        Api(ChatModel model) { this.model = model; }

        @PostMapping("/ask")
        String ask(@RequestBody String question) { return %s; }

        private String send(String text) { return model.chat(text); }
        private String send(String text, boolean dry) { return "ok"; }
        private String send(String... all) { return "many"; }
    }
"""


@pytest.mark.parametrize(("call", "asked"), [("send(question)", True), ("send(question, true)", False)])
def test_overloads_are_told_apart_by_how_much_they_take(call: str, asked: bool) -> None:
    system = system_of({"src/main/java/com/acme/Api.java": OVERLOADED % call})
    assert bool(flows(system, "conversation", "user_input")) is asked or bool(flows(system, "prompt", "user_input")) is asked


TYPED = """
    package com.acme;
    import dev.langchain4j.agent.tool.P;
    import dev.langchain4j.agent.tool.Tool;
    import java.io.File;
    import java.nio.file.Files;

    class Scans {
        @Tool("Reads an invoice")
        String scan(@P("its name") String name) throws Exception { return read(%s); }

        private String read(String name) { return "blob " + name; }
        private String read(File file) throws Exception { return Files.readString(file.toPath()); }
    }
"""


@pytest.mark.parametrize(("given", "opened"), [("name", False), ("new File(name)", True)])
def test_overloads_are_told_apart_by_a_text_where_the_other_takes_an_object(given: str, opened: bool) -> None:
    system = system_of({"src/main/java/com/acme/Scans.java": TYPED % given})
    assert bool(flows(system, "path", "tool_arguments")) is opened


KERNELS = """
using System.ComponentModel;
using Microsoft.SemanticKernel;
using Microsoft.SemanticKernel.Agents;
using Microsoft.SemanticKernel.Connectors.OpenAI;
namespace Shop;
public class Letters {
  [KernelFunction, Description("Reads letters")]
  public string Read(string name) => name;
}
public static class Reader {
  public static Agent Create(Kernel kernel) {
    var own = kernel.Clone();
    own.Plugins.AddFromObject(new Letters());
    var settings = new OpenAIPromptExecutionSettings { FunctionChoiceBehavior = FunctionChoiceBehavior.Auto() };
    return new ChatCompletionAgent { Name = "Reader", Instructions = "Read.", Kernel = own, Arguments = new KernelArguments(settings) };
  }
}
public static class Writer {
  public static Agent Create(Kernel kernel) {
    var settings = new OpenAIPromptExecutionSettings { FunctionChoiceBehavior = FunctionChoiceBehavior.Auto() };
    return new ChatCompletionAgent { Name = "Writer", Instructions = "Write.", Kernel = kernel, Arguments = new KernelArguments(settings) };
  }
}
"""


@pytest.mark.parametrize("letters", ["new Letters()", "kernel.Services.CreateScope().ServiceProvider.GetRequiredService<Letters>()"])
@pytest.mark.parametrize(("made", "holders"), [("kernel.Clone()", {"agent:Reader"}), ("kernel", {"agent:Reader", "agent:Writer"})])
def test_functions_that_a_copy_of_a_kernel_is_given_are_those_of_its_agents(letters: str, made: str, holders: set[str]) -> None:
    system = system_of(
        {
            "Shop.cs": KERNELS.replace("kernel.Clone()", made)
            .replace("new Letters()", letters)
            .replace("own.Plugins.AddFromO", "own.Plugins.Add(more); own.Plugins.AddFromO")
        }
    )
    assert {r.source for r in system.relations if r.kind == "has_tool"} == holders
