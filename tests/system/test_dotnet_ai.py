"""AI in C#: what a kernel, a chat client and an agent are given, which model a container hands out, and who is asked before a tool runs."""

from __future__ import annotations

import pytest

from tests.system.small import controls_on, elements, flows, only, system_of, ties

USINGS = """
using System.ComponentModel;
using Microsoft.Agents.AI;
using Microsoft.Agents.AI.Workflows;
using Microsoft.Extensions.AI;
using Microsoft.SemanticKernel;
using Microsoft.SemanticKernel.Agents;
using Microsoft.SemanticKernel.ChatCompletion;
using Microsoft.SemanticKernel.Data;
using Microsoft.SemanticKernel.Plugins.Core;
using Microsoft.SemanticKernel.Plugins.Web;
using Microsoft.SemanticKernel.Plugins.Web.Bing;
using ModelContextProtocol.Client;
using OllamaSharp;
using OpenAI;
"""
KERNEL = (
    USINGS
    + """
var builder = Kernel.CreateBuilder();
builder.AddOpenAIChatCompletion("gpt-4o", "key");
var kernel = builder.Build();
ADDED
var chat = kernel.GetRequiredService<IChatCompletionService>();
var history = new ChatHistory("You help.");
history.AddUserMessage(Console.ReadLine());
await chat.GetChatMessageContentAsync(history, new PromptExecutionSettings { FunctionChoiceBehavior = FunctionChoiceBehavior.Auto() }, kernel);
static void Drop(string path) => File.Delete(path);
"""
)


@pytest.mark.parametrize(
    ("added", "brought"),
    [
        ('kernel.Plugins.AddFromObject(new WebSearchEnginePlugin(new BingConnector("k")), "web");', "web_content"),
        ('kernel.Plugins.Add(new BingTextSearch("k").CreateWithSearch("web"));', "web_content"),
        ('kernel.ImportPluginFromType<HttpPlugin>("http");', "web_content"),
        ('kernel.Plugins.Add(new VectorStoreTextSearch<Note>(notes).CreateWithGetTextSearchResults("notes"));', "retrieved_text"),
        ("kernel.Plugins.AddFromType<TimePlugin>();", ""),
        ('kernel.Plugins.AddFromFunctions("f", [kernel.CreateFunctionFromMethod(Drop, "drop")]);', ""),
    ],
)
def test_what_a_ready_made_plugin_brings_reaches_the_model_of_its_kernel(added: str, brought: str) -> None:
    system = system_of({"Program.cs": KERNEL.replace("ADDED", added)})
    carried = {label for flow in flows(system, "prompt") if flow.source.startswith("tool:") for label in flow.carries}
    assert carried - {"tool_result"} == ({brought} if brought else set())
    assert bool(elements(system, "tool")) is ("TimePlugin" not in added)


def test_requests_and_files_are_confined_by_the_lists_a_plugin_is_given() -> None:
    added = 'kernel.Plugins.AddFromObject(new HttpPlugin { AllowedDomains = ["acme.example"] });'
    system = system_of({"Program.cs": KERNEL.replace("ADDED", added)})
    assert "allow_list" in controls_on(system, only(system, "tool").id)
    assert only(system, "tool").attributes.get("generic") is False


def test_a_plugin_of_a_copy_of_the_kernel_is_no_tool_of_another_agent() -> None:
    code = """
var kernel = Kernel.CreateBuilder().AddOpenAIChatCompletion("gpt-4o", "key").Build();
var copy = kernel.Clone();
copy.Plugins.Add(new BingTextSearch("k").CreateWithSearch("web"));
var auto = new KernelArguments(new PromptExecutionSettings { FunctionChoiceBehavior = FunctionChoiceBehavior.Auto() });
var other = kernel.Clone();
ChatCompletionAgent reader = new() { Name = "Reader", Kernel = copy, Arguments = auto };
ChatCompletionAgent writer = new() { Name = "Writer", Kernel = other, Arguments = auto };
AgentGroupChat talk = new(reader, writer);
talk.AddChatMessage(new ChatMessageContent(AuthorRole.User, Console.ReadLine()));
await foreach (var message in talk.InvokeAsync()) Console.WriteLine(message.Content);
"""
    system = system_of({"Program.cs": USINGS + code})
    tool = only(system, "tool").id
    assert {source for source, kind, target in ties(system) if (kind, target) == ("has_tool", tool)} == {"agent:Reader"}
    group = next(element.id for element in elements(system, "agent") if "group chat" in element.name)
    assert {(group, "calls", "agent:Reader"), (group, "calls", "agent:Writer")} <= ties(system)
    assert any(flow.target == group for flow in flows(system, "prompt", "user_input"))


HANDED = """
public class Desk(Kernel kernel, PromptExecutionSettings settings)
{
    private readonly IChatCompletionService chat = kernel.GetRequiredService<IChatCompletionService>();
    public async Task<string> Answer(ChatHistory history) => (await chat.GetChatMessageContentAsync(history, settings, kernel)).Content;
}
public class Settings { public PromptExecutionSettings Make() => new PromptExecutionSettings { FunctionChoiceBehavior = CHOICE }; }
public class Orders { [KernelFunction("cancel_order")] public void Cancel(string order) { } }
"""


@pytest.mark.parametrize(("choice", "held"), [("FunctionChoiceBehavior.Auto()", True), ("FunctionChoiceBehavior.None()", False)])
def test_settings_may_be_handed_in_from_where_the_program_makes_them(choice: str, held: bool) -> None:
    system = system_of({"Desk.cs": USINGS + HANDED.replace("CHOICE", choice)})
    assert any(kind == "has_tool" for _source, kind, _target in ties(system)) is held


def test_tools_of_a_server_become_functions_of_a_kernel() -> None:
    added = """
var client = await McpClient.CreateAsync(new StdioClientTransport(new() { Name = "files", Command = "npx", Arguments = ["-y", "mcp-files"] }));
kernel.Plugins.AddFromFunctions("files", (await client.ListToolsAsync()).Select(tool => tool.AsKernelFunction()));
"""
    told = {target for _source, kind, target in ties(system_of({"Program.cs": KERNEL.replace("ADDED", added)})) if kind == "has_tool"}
    left = added.replace(".Select(tool => tool.AsKernelFunction())", "")
    assert told == {"mcp_client:files"}
    assert not [tie for tie in ties(system_of({"Program.cs": KERNEL.replace("ADDED", left)})) if tie[1] == "has_tool"]


AGENTS = """
IChatClient client = new OpenAIClient("k").GetChatClient("gpt-4o").AsIChatClient();
MADE
static void Pay(string whom) => Console.WriteLine(whom);
"""
BARE, WRAPPED = "AIFunctionFactory.Create(Pay)", "new ApprovalRequiredAIFunction(AIFunctionFactory.Create(Pay))"


@pytest.mark.parametrize(
    ("made", "asked"),
    [
        (f'var a = client.AsAIAgent("You pay.", "Clerk", tools: [{WRAPPED}]);', True),
        (f'var a = client.AsAIAgent("You pay.", "Clerk", tools: [{BARE}]);', False),
        (f'var a = client.AsAIAgent("x", "A", tools: [{WRAPPED}]); var b = client.AsAIAgent("y", "B", tools: [{BARE}]);', False),
        (
            f'var o = new ChatClientAgentOptions {{ Name = "C", ChatOptions = new() {{ Tools = [{WRAPPED}] }} }}; var a = new ChatClientAgent(client, o);',
            True,
        ),
    ],
)
def test_a_person_is_asked_where_every_agent_is_given_the_function_wrapped(made: str, asked: bool) -> None:
    system = system_of({"Program.cs": USINGS + AGENTS.replace("MADE", made)})
    tool = only(system, "tool").id
    assert ("human_approval" in controls_on(system, tool)) is asked
    assert {target for _source, kind, target in ties(system) if kind == "has_tool"} == {tool}
    assert all(agent.attributes["loop_limited"] is True for agent in elements(system, "agent"))


def test_what_a_workflow_is_given_its_agents_are_given() -> None:
    made = """
AIAgent one = client.AsAIAgent("You read.", "One"); AIAgent two = client.AsAIAgent("You write.", "Two");
var workflow = AgentWorkflowBuilder.BuildSequential(one, two);
var run = await InProcessExecution.RunStreamingAsync(workflow, Console.ReadLine());
await foreach (var e in run.WatchStreamAsync()) Console.WriteLine(e);
"""
    system = system_of({"Program.cs": USINGS + AGENTS.replace("MADE", made)})
    workflow = next(element.id for element in elements(system, "agent") if "workflow" in element.name)
    assert {target for source, kind, target in ties(system) if (source, kind) == (workflow, "calls")} == {"agent:One", "agent:Two"}
    assert any(flow.target == workflow for flow in flows(system, "prompt", "user_input"))


SERVED = """
var builder = WebApplication.CreateBuilder(args);
builder.Services.AddChatClient(MODEL);
var app = builder.Build();
app.MapPost("/ask", async (string question, IChatClient model) => (await model.GetResponseAsync(question)).Text);
"""


@pytest.mark.parametrize(
    ("model", "local"),
    [
        ('new OllamaApiClient(new Uri("http://localhost:11434"), "llama3.2")', True),
        ('new OllamaSharp.OllamaApiClient("http://localhost:11434", "llama3.2")', True),
        ('new OpenAIClient("k").GetChatClient("gpt-4o").AsIChatClient()', None),
    ],
)
def test_a_container_hands_out_the_model_that_is_registered(model: str, local: bool | None) -> None:
    system = system_of({"Program.cs": USINGS + SERVED.replace("MODEL", model)})
    injected = next(element for element in elements(system, "hosted_llm") if "IChatClient" in element.name)
    assert injected.attributes.get("local") is local


PLAIN = """
using System.Net.Http.Json;
var app = WebApplication.CreateBuilder(args).Build();
app.MapPost("/ask", async (string question, IHttpClientFactory factory) =>
{
    var client = factory.CreateClient();
    var answer = await client.PostAsJsonAsync("https://api.openai.com/v1/ADDRESS", BODY);
    return await answer.Content.ReadAsStringAsync();
});
"""


@pytest.mark.parametrize(
    ("address", "body", "asks"),
    [
        ("chat/completions", 'new { model = "gpt-4o", messages = new[] { new { role = "user", content = question } } }', True),
        ("embeddings", 'new { model = "text-embedding-3-small", input = question }', False),
    ],
)
def test_a_request_of_an_injected_factory_may_ask_a_model(address: str, body: str, asks: bool) -> None:
    system = system_of({"Program.cs": PLAIN.replace("ADDRESS", address).replace("BODY", body)})
    assert bool(elements(system, "hosted_llm")) is asks


def test_a_turn_that_the_caller_sends_says_who_speaks() -> None:
    code = """
var app = WebApplication.CreateBuilder(args).Build();
app.MapPost("/turn", async (Turn turn, IChatClient model) =>
{
    var messages = new List<ChatMessage> { new ChatMessage(ChatRole.System, "You help.") };
    messages.Add(SAID);
    return (await model.GetResponseAsync(messages)).Text;
});
record Turn(ChatMessage Said, string Text);
"""
    sent = system_of({"Program.cs": USINGS + code.replace("SAID", "turn.Said")})
    written = system_of({"Program.cs": USINGS + code.replace("SAID", "new ChatMessage(ChatRole.User, turn.Text)")})
    assert flows(sent, "conversation", "user_input") and not flows(written, "conversation", "user_input")


FILTER = """
var builder = Kernel.CreateBuilder();
builder.AddOpenAIChatCompletion("gpt-4o", "key");
builder.Plugins.AddFromType<Orders>();
var kernel = builder.Build();
await kernel.InvokePromptAsync(Console.ReadLine(), new(new PromptExecutionSettings { FunctionChoiceBehavior = FunctionChoiceBehavior.Auto() }));
public class Orders { [KernelFunction("cancel_order")] public void Cancel(string order) { } }
public class Written(Microsoft.Extensions.Logging.ILogger<Written> log) : IFunctionInvocationFilter
{
    public async Task OnFunctionInvocationAsync(FunctionInvocationContext context, Func<FunctionInvocationContext, Task> next)
    {
        log.LogInformation("calls {Name}", WHAT);
        await next(context);
    }
}
"""


@pytest.mark.parametrize(("what", "kept"), [("context.Function.Name, context.Arguments", True), ("context.Function.Name", False)])
def test_a_filter_that_writes_down_the_function_and_its_arguments_is_a_record(what: str, kept: bool) -> None:
    system = system_of({"Program.cs": USINGS + FILTER.replace("WHAT", what)})
    assert any("audit_log" in controls_on(system, model.id) for model in elements(system, "hosted_llm")) is kept
