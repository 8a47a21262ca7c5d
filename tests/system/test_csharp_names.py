"""Names of C# files that open many namespaces: what a name is from is not told by the file alone."""

from __future__ import annotations

from tests.system.small import elements, system_of

_OPENED = [
    "System.Net.Http.Json", "System.Text", "Microsoft.JSInterop", "Azure", "Azure.Storage.Blobs", "Azure.Storage.Blobs.Models", "MarkdownSharp",
    "Azure.Search.Documents.Indexes", "Azure.Search.Documents.Indexes.Models", "Azure.AI.DocumentIntelligence", "Acme.Forms", "Acme.Tables",
    "Microsoft.KernelMemory", "Microsoft.KernelMemory.AI",
]  # fmt: skip


def test_a_model_behind_many_opened_namespaces_is_found() -> None:
    opened = "\n".join(f"using {name};" for name in (*_OPENED, "Microsoft.SemanticKernel.ChatCompletion"))
    system = system_of(
        {
            "Chat.cs": f"""
{opened}

public class Chat(IChatCompletionService service)
{{
    public async Task<string> Ask(string text)
    {{
        var reply = await service.GetChatMessageContentAsync(text);
        return reply.Content;
    }}
}}
"""
        }
    )
    assert elements(system, "hosted_llm")


def test_what_a_field_is_declared_as_is_kept_however_many_names_what_it_is_given_may_have() -> None:
    opened = "\n".join(f"using Acme.Part{number};" for number in range(20))
    built = "b = b.WithA(1); if (x) b = b.WithB(2); if (!x) b = b.WithC(3);"
    text = f"""
        {opened}
        using Microsoft.KernelMemory;
        class Help {{
            private MemoryServerless? memory = null;
            void Build(bool x) {{ var b = new KernelMemoryBuilder().WithX(1); {built} memory = b.Build<MemoryServerless>(); }}
            async Task<string> Ask(string question) => (await memory!.AskAsync(question)).Result;
        }}
        """
    assert [model.name for model in elements(system_of({"Help.cs": text}), "hosted_llm")] == ["Help.Ask (Kernel Memory)"]


_ASKER = """
using Microsoft.SemanticKernel;
namespace Acme.Connector.Core.Api;
public class SemanticService<TRecord> where TRecord : class {
  private readonly Kernel _kernel;
  public SemanticService(Kernel kernel) { _kernel = kernel; }
  public async Task<string> Ask(string question) => (await _kernel.InvokePromptAsync(question)).ToString();
}
"""
_PARTS = {
    "Asker.cs": _ASKER,
    "OpenAi.cs": """
using Microsoft.SemanticKernel;
namespace Acme.Connector.OpenAi;
public class Service : Core.Api.SemanticService<string> { public Service(Kernel kernel) : base(kernel) { } }
""",
    "Router.cs": """
namespace Acme.Routing;
public class Router(Connector.OpenAi.Service service) { public Task<string> Ask(string question) => service.Ask(question); }
""",
    "Model.cs": "namespace Acme.Model.Api; public record Question(string Text);",
    "Controller.cs": """
using Microsoft.AspNetCore.Mvc;
namespace Acme.WebApi.Controllers;
[ApiController]
public class QuestionController(Routing.Router router) : ControllerBase {
  [HttpPost("ask")] public Task<string> Ask([FromBody] Model.Api.Question question) => router.Ask(question.Text);
}
""",
}


def test_a_name_may_begin_with_a_namespace_beside_ones_own() -> None:
    assert {flow.role for flow in system_of(_PARTS).flows if flow.source.startswith("http_route:") and "user_input" in flow.carries} >= {
        "prompt"
    }


def test_a_namespace_of_a_package_to_which_the_project_adds_stays_the_packages() -> None:
    more = "namespace Microsoft.SemanticKernel; public static class MoreKernel { public static void AddMine(this IKernelBuilder b) { } }"
    assert [model.name for model in elements(system_of({"Asker.cs": _ASKER, "More.cs": more}), "hosted_llm")] == [
        "SemanticService.Ask (Kernel)"
    ]
