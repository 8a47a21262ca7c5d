"""What a call means in C#: names through namespaces, usings, injected fields, partial classes, extension methods and inheritance."""

from __future__ import annotations

import pytest

from ingest.code.program import Program
from ingest.facts import ConfigFacts
from tests.ingest.code.reading import called, facts_of, program_of


def called_here(files: dict[str, str] | str) -> set[str]:
    """Qualified names called on the one line marked `// here`."""
    given = {"src/App.cs": files} if isinstance(files, str) else files
    path, text = next((path, text) for path, text in given.items() if "// here" in text)
    line = next(number for number, line in enumerate(text.split("\n"), 1) if line.endswith("// here"))
    return called(program_of(given), line, path)


def inside(body: str, usings: str = "", members: str = "", base: str = "") -> str:
    return f"{usings}\nnamespace Acme;\nclass App{base} {{\n{members}\n  async Task f(string a) {{\n    {body} // here\n  }}\n}}\n"


MODEL = "using Dev.X;"
IN_ONE_FILE = {
    "a using": (inside("new Foo(a);", MODEL), "Dev.X.Foo"),
    "what .NET opens by itself": (inside("File.ReadAllText(a);"), "System.IO.File.ReadAllText"),
    "an alias": (inside("J.Serialize(a);", "using J = System.Text.Json.JsonSerializer;"), "System.Text.Json.JsonSerializer.Serialize"),
    "a static using": (inside("ReadAllText(a);", "using static System.IO.File;"), "System.IO.File.ReadAllText"),
    "a whole name": (inside("System.IO.File.ReadAllText(a);"), "System.IO.File.ReadAllText"),
    "a name from the root": (inside("global::System.IO.File.ReadAllText(a);"), "System.IO.File.ReadAllText"),
    "a field": (inside("_model.Chat(a);", MODEL, "  private readonly Model _model;\n  App(Model model) { _model = model; }"), "Dev.X.Model.Chat"),
    "this": (inside("await this._model.Chat(a);", MODEL, "  private readonly Model _model;"), "Dev.X.Model.Chat"),
    "a property": (inside("Model.Chat(a);", MODEL, "  public Model Model { get; init; }"), "Dev.X.Model.Chat"),
    "a property that computes": (inside("Own.Chat(a);", MODEL, "  Model Own => new Model();"), "Dev.X.Model.Chat"),
    "a primary constructor": ("using Dev.X;\nclass App(Model model) {\n  void f() { model.Chat(\"x\"); } // here\n}\n", "Dev.X.Model.Chat"),
    "a field from a primary constructor": ("using Dev.X;\nclass App(Model model) {\n  readonly Model _m = model;\n  void f() { _m.Chat(\"x\"); } // here\n}\n", "Dev.X.Model.Chat"),
    "a target-typed new": (inside("Foo x = new(a);", MODEL), "Dev.X.Foo"),
    "new in a list": (inside("List<Foo> x = [new(a)];", MODEL), "Dev.X.Foo"),
    "new in an initialiser": (inside("var x = new List<Foo> { new(a) };", MODEL), "Dev.X.Foo"),
    "generics": (inside("m.Chat(a);", MODEL, "  Model<string> m;"), "Dev.X.Model.Chat"),
    "a null-conditional call": (inside("m?.Chat(a);", MODEL, "  Model? m;"), "Dev.X.Model.Chat"),
    "a task's result": (inside("(await g()).Chat(a);", MODEL, "  Task<Model> g() => null;"), "Dev.X.Model.Chat"),
    "an own method": (inside("g(a);", "", "  void g(string x) {}"), "./src/App.App.g"),
    "an own static method": (inside("App.g(a);", "", "  static void g(string x) {}"), "./src/App.App.g"),
    "a nested class": (inside("new Part().Run(a);", "", "  class Part { public void Run(string x) {} }"), "./src/App.App.Part.Run"),
    "a lambda": (inside("Run(() => m.Chat(a));", MODEL, "  Model m;\n  void Run(Action r) {}"), "Dev.X.Model.Chat"),
    "an inherited method": (inside("Ask(a);", "using Dev.X;", "", " : Base"), "Dev.X.Base.Ask"),
    "base": (inside("base.Ask(a);", "using Dev.X;", "", " : Base"), "Dev.X.Base.Ask"),
    "a generic interface": ("using Dev.X;\nclass App(IModel<App> model) {\n  void f() { model.Chat(\"x\"); } // here\n}\n", "Dev.X.IModel.Chat"),
    "a record's part": ("using Dev.X;\nrecord Parts(Model Model);\nclass App {\n  void f(Parts p) { p.Model.Chat(\"x\"); } // here\n}\n", "Dev.X.Model.Chat"),
    "a local function": ("string h(string x) => x;\nh(\"x\"); // here\n", "./src/App.h"),
    "top-level statements": ("using Dev.X;\nvar m = new Model();\nm.Chat(\"x\"); // here\n", "Dev.X.Model.Chat"),
    "a local function that uses a variable around": ("using Dev.X;\nvar m = new Model();\nvoid h() { m.Chat(\"x\"); } // here\n", "Dev.X.Model.Chat"),
    "a using declaration": (inside("using var x = new Model(); x.Chat(a);", MODEL), "Dev.X.Model.Chat"),
    "an own class of a known name": (inside("new File(a);", "", "  class File { public File(string x) {} }"), "./src/App.App.File"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "name"), IN_ONE_FILE.values(), ids=IN_ONE_FILE.keys())
def test_a_call_means(text: str, name: str) -> None:
    assert name in called_here(text)


HELPER = "namespace Acme.Part;\npublic class Helper {\n  public static string Shared(string x) { return x; }\n  public string Own(string x) { return x; }\n}\npublic static class Texts {\n  public static string Up(this string x, int n) { return x; }\n}\n"
ACROSS = {
    "a using": ("using Acme.Part;\nclass App { void f() { new Helper().Own(\"x\"); } } // here\n", "Helper.Own"),
    "a static method": ("using Acme.Part;\nclass App { void f() { Helper.Shared(\"x\"); } } // here\n", "Helper.Shared"),
    "a static using": ("using static Acme.Part.Helper;\nclass App { void f() { Shared(\"x\"); } } // here\n", "Helper.Shared"),
    "an outer namespace": ("namespace Acme.Part.Deep;\nclass App { void f() { Helper.Shared(\"x\"); } } // here\n", "Helper.Shared"),
    "a whole name": ("class App { void f() { Acme.Part.Helper.Shared(\"x\"); } } // here\n", "Helper.Shared"),
    "an injected service": ("using Acme.Part;\nclass App(Helper helper) { void f() { helper.Own(\"x\"); } } // here\n", "Helper.Own"),
    "a base class": ("using Acme.Part;\nclass App : Helper {\n  void f() { Own(\"x\"); } } // here\n", "Helper.Own"),
    "an extension method": ("using Acme.Part;\nclass App { void f(string a) { a.Up(1); } } // here\n", "Texts.Up"),
    "an extension method as a static one": ("using Acme.Part;\nclass App { void f(string a) { Texts.Up(a, 1); } } // here\n", "Texts.Up"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "method"), ACROSS.values(), ids=ACROSS.keys())
def test_a_name_is_followed_to_the_file_of_its_class(text: str, method: str) -> None:
    assert f"./src/Part/Helper.{method}" in called_here({"src/App.cs": text, "src/Part/Helper.cs": HELPER})


def reaches(files: dict[str, str]) -> set[tuple[str, int]]:
    """(function, position) that the argument `a` of the call marked `// here` arrives at."""
    program = program_of(files)
    found = set()
    for file, facts in enumerate(program.files):
        for identity, value in enumerate(facts.values):
            if value.kind == "call":
                for target in program.targets((file, identity)):
                    for position, arguments in program.bind((file, identity), target).items():
                        if any(facts.values[value.inputs[at]].text == "a" for at in arguments):
                            found.add((program.function(target.function).qualified_name, position))
    return found


def test_what_an_extension_method_is_called_on_is_its_first_parameter() -> None:
    text = "using Acme.Part;\nclass App { void f(string b, int a) { b.Up(a); } }\n"
    assert reaches({"src/App.cs": text, "src/Part/Helper.cs": HELPER}) == {("./src/Part/Helper.Texts.Up", 1)}


def test_an_extension_method_of_a_namespace_that_is_not_open_is_not_meant() -> None:
    text = "class App { void f(string a) { a.Up(1); } } // here\n"
    assert called_here({"src/App.cs": text, "src/Part/Helper.cs": HELPER}) == set()


def test_the_implementations_of_an_interface_are_reached() -> None:
    text = "interface IAsk { string Ask(string q); }\nclass Real : IAsk { public string Ask(string q) { return q; } }\nclass App(IAsk ask) { void f(string a) { ask.Ask(a); } }\n"
    assert ("./src/App.Real.Ask", 1) in reaches({"src/App.cs": text})


def test_the_files_of_a_partial_class_are_one_class() -> None:
    files = {
        "src/A.cs": "using Dev.X;\nnamespace Acme;\npartial class App { private readonly Model _model; }\n",
        "src/B.cs": 'namespace Acme;\npartial class App { void f() { _model.Chat("x"); g(); } // here\n}\n',
        "src/C.cs": "namespace Acme;\npartial class App { void g() {} }\n",
    }
    assert called_here(files) >= {"Dev.X.Model.Chat", "./~Acme.App.g"}


def test_a_global_using_holds_for_the_files_of_its_project_alone() -> None:
    files = {
        "one/One.csproj": "", "one/Usings.cs": "global using Dev.X;\n", "one/App.cs": "class App { void f() { new Model(); } } // here\n",
        "two/Two.csproj": "", "two/App.cs": "class App { void f() { new Model(); } }\n",
    }  # fmt: skip
    configuration = [ConfigFacts(path, "product", (), 1) for path in files if path.endswith(".csproj")]
    program = Program([facts_of(text, path) for path, text in sorted(files.items()) if path.endswith(".cs")], configuration=configuration)
    program.link()
    assert called(program, 1, "one/App.cs") == {"Dev.X.Model"}
    assert called(program, 1, "two/App.cs") == {"Model"}


def test_what_no_file_defines_may_come_from_each_namespace_that_is_open() -> None:
    assert called_here("using Dev.X;\nusing Dev.Y;\nusing System.Text;\nnew Model(); // here\n") == {"Dev.X.Model", "Dev.Y.Model"}


def test_attributes_of_a_class_hold_for_its_methods_that_have_attributes() -> None:
    facts = facts_of("[Authorize]\nclass A {\n  [HttpGet] void f() {}\n  [HttpGet, AllowAnonymous] void g() {}\n  void h() {}\n}\n", "A.cs")
    marks = {
        function.name: [facts.values[facts.values[mark].inputs[0]].text for mark in function.decorators] for function in facts.functions[1:]
    }
    assert marks == {"f": ["HttpGet", "Authorize"], "g": ["HttpGet", "AllowAnonymous"], "h": []}


def test_type_arguments_are_arguments_of_the_call() -> None:
    facts = facts_of("services.AddSingleton<IFoo, Foo>(a);\n", "A.cs")
    call = next(value for value in facts.values if value.kind == "call")
    assert list(zip(call.labels[1:], (facts.values[i].text for i in call.inputs[1:]), strict=True)) == [
        ("", "a"),
        ("<0>", "IFoo"),
        ("<1>", "Foo"),
    ]
