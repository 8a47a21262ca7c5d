"""Razor files: the C# in markup with the places it has there, components that are one with their `.razor.cs`, and hostile markup."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.code.csharp import read_csharp
from ingest.code.program import Program
from ingest.facts import CodeFacts, ConfigFacts
from tests.ingest.code.csharp.test_properties import LINES as CSHARP_LINES
from tests.ingest.code.reading import called, facts_of, program_of
from tests.ingest.code.test_properties import assert_whole

CHAT = """\
@page "/chat/{Topic}"
@using Acme.Models
@inject IChat Chat
@attribute [Authorize]
@* <p>@Chat.Hidden()</p> *@
<h1 class="title @Style()">@Title() for me@acme.org, @@home</h1>
@if (Chat.Ready())
{
    <p title='"'>@Chat.Say("}")</p>
    foreach (var part in Chat.Parts())
    {
        <Row Text="@part" OnPick="@(args => Pick(args, "now"))" />
    }
}
else if (Chat.Gone()) { <p>@Chat.Why()</p> }
<textarea @bind="words" @bind:event="oninput" @onkeyup="Send"></textarea>
@((MarkupString) Chat.Markup())
@code {
    string words = "{";
    [Parameter] public string Topic { get; set; }
    async Task Send()
    {
        await Chat.Ask(words); // }
    }
    RenderFragment Own() => @<b>@Chat.Bold()</b>;
}
<script>if (1 < 2) { @Chat.Script() }</script>
<p>@Chat.Tail()</p>
"""
CALLS = {
    6: ("Style", "Title"), 7: ("Ready",), 9: ("Say",), 10: ("Parts",), 12: ("Row", "Pick"), 15: ("Gone", "Why"), 16: ("CreateBinder", "Create"),
    17: ("Markup", "MarkupString"), 23: ("Ask",), 25: ("Bold",), 27: ("Script",), 28: ("Tail",),
}  # fmt: skip


def names_on(facts: CodeFacts, line: int) -> set[str]:
    """The last names of what is called on a line; a class may also be a member that the file does not show."""
    callees = [facts.values[value.inputs[0]] for value in facts.values if value.kind == "call" and value.line == line]
    return {value.text for callee in callees for value in (callee, *(facts.values[given] for given in callee.inputs))}


@pytest.mark.parametrize(("line", "expected"), CALLS.items(), ids=map(str, CALLS))
def test_what_markup_calls_stands_where_it_is_written(line: int, expected: tuple[str, ...]) -> None:
    assert set(expected) <= names_on(facts_of(CHAT, "Pages/Chat.razor"), line)


def test_comments_addresses_and_doubled_signs_are_no_code() -> None:
    facts = facts_of(CHAT, "Pages/Chat.razor")
    texts = {value.text for value in facts.values}
    assert not texts & {"Hidden", "acme", "home"} and not facts.errors


def test_a_component_is_a_class_with_its_directives() -> None:
    facts = facts_of(CHAT, "Pages/Chat.razor")
    cls = next(cls for cls in facts.classes if cls.name == "Chat")
    assert cls.qualified_name == "./~Pages/Chat"
    assert {(name, line) for name, _annotation, _default, line in cls.fields} >= {("Chat", 3), ("words", 19), ("Topic", 20)}
    assert {facts.values[mark].line for mark in cls.decorators} == {1, 4}
    assert {(function.name, function.line, function.end_line) for function in facts.functions} >= {("Send", 21, 24), ("Own", 25, 25)}


def test_what_stands_in_an_address_is_written_into_its_property_but_numbers_are_not() -> None:
    facts = facts_of('@page "/chat/{Topic}/{Id:int}"\n@code { string Topic { get; set; } int Id { get; set; } }\n', "Chat.razor")
    assert {(store.attribute, store.line) for store in facts.stores} == {("Topic", 1)}


def test_what_is_bound_is_written_with_what_a_person_enters() -> None:
    stores = facts_of(CHAT, "Chat.razor").stores
    assert [(store.attribute, store.line) for store in stores if store.attribute == "words"] == [("words", 16)]


BEHIND = "namespace Acme.Pages;\npublic partial class Chat {\n  [Inject] public Dev.X.Model Model { get; set; }\n  void Send() { Model.Ask(words); }\n}\n"


def test_a_component_and_its_code_behind_are_one_class() -> None:
    files = {
        "src/Pages/Chat.razor": '<input @bind="words" />\n<p>@Model.Title()</p>\n@code { string words; }\n',
        "src/Pages/Chat.razor.cs": BEHIND,
    }
    program = program_of(files)
    assert "Dev.X.Model.Title" in called(program, 2, "src/Pages/Chat.razor")
    assert program.fields("./~src/Pages/Chat", "words")


WHERE = {
    "its project": {"src/Acme/Rows/Row.razor": "", "src/Acme/Acme.csproj": ""},
    "its code behind": {"src/Rows/Row.razor": "", "src/Rows/Row.razor.cs": "namespace Acme.Rows;\npublic partial class Row { }\n"},
    "itself": {"src/x/Row.razor": "@namespace Acme.Rows\n"},
}  # fmt: skip


@pytest.mark.parametrize("files", WHERE.values(), ids=WHERE.keys())
def test_a_component_is_found_in_the_namespace_of(files: dict[str, str]) -> None:
    given = {**files, "src/Acme/App.razor": '@using Acme.Rows\n<Row Text="@x" />\n'}
    configuration = [ConfigFacts(path, "product", (), 1) for path in given if path.endswith(".csproj")]
    read = [facts_of(text, path) for path, text in sorted(given.items()) if not path.endswith(".csproj")]
    program = Program(read, configuration=configuration)
    program.link()
    assert [name for name in called(program, 2, "src/Acme/App.razor") if name in program.classes and name.endswith("Row")]


def test_namespaces_opened_in_a_folder_are_open_below_it_and_nowhere_else() -> None:
    page = "<p>@(new Row())</p>\n"
    files = {"a/_Imports.razor": "@using Dev.Rows\n", "a/b/One.razor": page, "c/Two.razor": page}
    program = program_of(files)
    assert "Dev.Rows.Row" in called(program, 1, "a/b/One.razor")
    assert "Dev.Rows.Row" not in called(program, 1, "c/Two.razor")


def test_a_view_shows_the_model_that_it_names() -> None:
    files = {
        "Pages/Ask.cshtml": "@page\n@model AskModel\n<p>@Html.Raw(Model.Service.Answer())</p>\n",
        "Pages/Ask.cshtml.cs": "namespace Acme;\npublic class AskModel : PageModel {\n  public Dev.X.Model Service { get; set; }\n}\n",
        "Pages/_ViewImports.cshtml": "@using Acme\n",
    }
    found = called(program_of(files), 3, "Pages/Ask.cshtml")
    assert {"Dev.X.Model.Answer", "Microsoft.AspNetCore.Mvc.Rendering.IHtmlHelper.Raw"} <= found


UNCLOSED = {
    "a block": "<p>\n@if (x) {\n<b>@y</b>\n",
    "a tag": "@if (x) {\n<p>@y\n}\n",
    "a start tag": "<p>@y</p>\n<p class=",
    "code": "@code {\n string x = f(",
}


@pytest.mark.parametrize("text", UNCLOSED.values(), ids=UNCLOSED.keys())
def test_what_is_not_closed_is_an_error_with_its_line(text: str) -> None:
    errors = facts_of(text, "A.razor").errors
    assert errors and all(0 < int(error.split(":")[0].removeprefix("line ")) <= text.count("\n") + 1 for error in errors)


def test_what_stands_before_an_error_is_read() -> None:
    assert "Say" in names_on(facts_of("<p>@Chat.Say()</p>\n@if (x) {\n", "A.razor"), 1)


MARKUP = (
    "@page \"/a/{B}/{*C:int?}\"", "@using A.B", "@inject A<B> C", "@inherits A", "@typeparam T where T : X", "@namespace A.B", "@model A", "@code {", "@functions {", "@section A {", "}", "@if (a) {", "} else {", "@foreach (var a in b) { <p>@a</p> }", "@switch (a) { case 1: <p /> break; }",
    "@{ var a = 1; }", "@(a < b ? \"x\" : $\"{y}\")", "@a.b(c)[d]?.e", "@await a.b()", "@@a", "a@b.c", "@* <p> *@", "@*", "<!-- @a -->", "<!--", "<p class=\"@a @(b) c\" @onclick=\"() => a(b)\">", "</p>", "</", "<A B=\"c\" D='@(e => @<p>@e</p>)' @bind-F=\"g\" @bind-F:after=\"H\" />", "<br>", "<script>@a < b</script>",
    "<style>", "<text>@a</text>", "@:<p>@a", "@(", "@\"", "'", "<", "@", "@try { } catch (A) { } finally { }", "@do { } while (a);", "@using (a) { }", "@lock (a) { }", "<A @attributes=\"b\" @ref=\"c\" T=\"d\" @key=e>", "@((MarkupString)a)", "\x00", "é = @ü;", "\\ud83d",
)  # fmt: skip
TEXTS = st.one_of(
    st.text("@<>{}()\"'$ \n/*=ab:", max_size=120), st.lists(st.sampled_from((*MARKUP, *MARKUP, *CSHARP_LINES)), max_size=14).map("\n".join)
)


@settings(deadline=None, max_examples=200)
@given(TEXTS, st.sampled_from(["src/A.razor", "src/A.cshtml", "src/_Imports.razor"]))
def test_any_text_becomes_facts_that_hold_together(text: str, path: str) -> None:
    facts = read_csharp(path, "product", text)
    assert_whole(facts)
    assert facts == read_csharp(path, "product", text)


def test_hostile_markup_ends_in_time() -> None:
    texts = ("@if (a) { <p>" * 2000, "<A B=\"@(c => @<p>" * 2000, "@{" * 5000, "<p>" * 20000, "@code { string x = $\"{" + "$\"{" * 3000, "<" * 50000, "@" * 50000, "@(" * 20000,
             "<script>" * 5000, "<!--" * 20000, "@*" * 20000, "<p a=" * 20000, "'" * 50000, "@a(" * 10000, "@section a {" * 3000, "@:<p>" * 5000, "@code { " + "@<p>" * 3000, "{\"" * 30000, "@if(a){'" * 4000)  # fmt: skip
    start = time.monotonic()
    for text in texts:
        assert_whole(read_csharp("A.razor", "product", text))
    assert time.monotonic() - start < 20
