"""What a call means in Java: names through packages, imports, fields, builders and inheritance."""

from __future__ import annotations

import pytest

from ingest.code.program import Program
from tests.ingest.code.reading import called, facts_of, program_of

HEAD = "package com.acme;\n"


def called_here(files: dict[str, str] | str) -> set[str]:
    """Qualified names called on the one line marked `// here`."""
    given = {"src/com/acme/App.java": HEAD + files} if isinstance(files, str) else files
    path, text = next((path, text) for path, text in given.items() if "// here" in text)
    line = next(number for number, line in enumerate(text.split("\n"), 1) if line.endswith("// here"))
    return called(program_of(given), line, path)


def inside(body: str, imports: str = "", members: str = "") -> str:
    return f"{imports}\nclass App {{\n{members}\n  void f(String a) throws Exception {{\n    {body} // here\n  }}\n}}\n"


IN_ONE_FILE = {
    "an import": (inside("Files.readString(Path.of(a));", "import java.nio.file.Files;\nimport java.nio.file.Path;"), "java.nio.file.Files.readString"),
    "a wildcard": (inside("Files.readString(null);", "import java.nio.file.*;"), "java.nio.file.Files.readString"),
    "a static import": (inside("readString(null);", "import static java.nio.file.Files.readString;"), "java.nio.file.Files.readString"),
    "a static wildcard": (inside("readString(null);", "import static java.nio.file.Files.*;"), "java.nio.file.Files.readString"),
    "a whole name": (inside("java.nio.file.Files.readString(null);"), "java.nio.file.Files.readString"),
    "java.lang": (inside("new ProcessBuilder(a);"), "java.lang.ProcessBuilder"),
    "a field": (inside("model.chat(a);", "import dev.x.ChatModel;", "  @Autowired ChatModel model;"), "dev.x.ChatModel.chat"),
    "this": (inside("this.model.chat(a);", "import dev.x.ChatModel;", "  private final ChatModel model;\n  App(ChatModel model) { this.model = model; }"), "dev.x.ChatModel.chat"),
    "a builder": (inside("OpenAi.builder().key(a).build();", "import dev.x.OpenAi;"), "dev.x.OpenAi.builder"),
    "a builder that is made": (inside("new OpenAi.Builder().key(a).build();", "import dev.x.OpenAi;"), "dev.x.OpenAi.Builder"),
    "generics": (inside("model.chat(a);", "import dev.x.Model;", "  Model<String> model;"), "dev.x.Model.chat"),
    "an own method": (inside("g(a);", "", "  void g(String x) {}"), "./src/com/acme/App.App.g"),
    "an own static method": (inside("App.g(a);", "", "  static void g(String x) {}"), "./src/com/acme/App.App.g"),
    "a nested class": (inside("new Part().run(a);", "", "  static class Part { void run(String x) {} }"), "./src/com/acme/App.App.Part.run"),
    "a method of the object around": (inside("new Object() { void m() { g(a); } };", "", "  void g(String x) {}"), "./src/com/acme/App.App.g"),
    "an inner class's object around": ("class App {\n  dev.x.Model model;\n  class Inner {\n    void m() { model.chat(\"x\"); } // here\n  }\n}\n", "dev.x.Model.chat"),
    "a lambda": (inside("run(() -> model.chat(a));", "import dev.x.Model;", "  Model model;\n  void run(Runnable r) {}"), "dev.x.Model.chat"),
    "an inherited method": ("import dev.x.Base;\nclass App extends Base {\n  void f() { ask(\"x\"); } // here\n}\n", "dev.x.Base.ask"),
    "a parameter": ("class App {\n  void f(final dev.x.Model model) { model.chat(\"x\"); } // here\n}\n", "dev.x.Model.chat"),
    "a record's part": ("import dev.x.Model;\nclass App {\n  record Parts(Model model) {}\n  void f(Parts p) { p.model().chat(\"x\"); } // here\n}\n", "dev.x.Model.chat"),
    "a getter by Lombok": ("import dev.x.Model;\n@lombok.Getter class App {\n  private Model model;\n  void f(App p) { p.getModel().chat(\"x\"); } // here\n}\n", "dev.x.Model.chat"),
    "a method declared with an annotation": ("import dev.x.Ask;\ninterface App {\n  @Ask(\"you are\")\n  String chat(String x); // here\n}\n", "dev.x.Ask.implements"),
    "an unknown class of a project": (inside("Files.readString(null);", "", "  static class Files { static void readString(Object x) {} }"), "./src/com/acme/App.App.Files.readString"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "name"), IN_ONE_FILE.values(), ids=IN_ONE_FILE.keys())
def test_a_call_means(text: str, name: str) -> None:
    assert name in called_here(text)


HELPER = "package com.acme.part;\npublic class Helper {\n  public static String shared(String x) { return x; }\n  public String own(String x) { return x; }\n}\n"
ACROSS = {
    "an imported class": ("import com.acme.part.Helper;\nclass App { void f() { new Helper().own(\"x\"); } } // here\n", "own"),
    "a static method": ("import com.acme.part.Helper;\nclass App { void f() { Helper.shared(\"x\"); } } // here\n", "shared"),
    "a static import": ("import static com.acme.part.Helper.shared;\nclass App { void f() { shared(\"x\"); } } // here\n", "shared"),
    "a wildcard": ("import com.acme.part.*;\nclass App { void f() { Helper.shared(\"x\"); } } // here\n", "shared"),
    "an injected field": ("import com.acme.part.Helper;\nclass App { @Autowired Helper helper;\n  void f() { helper.own(\"x\"); } } // here\n", "own"),
    "a base class": ("import com.acme.part.Helper;\nclass App extends Helper {\n  void f() { own(\"x\"); } } // here\n", "own"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "method"), ACROSS.values(), ids=ACROSS.keys())
def test_a_name_is_followed_to_the_file_of_its_class(text: str, method: str) -> None:
    files = {"src/com/acme/App.java": HEAD + text, "src/com/acme/part/Helper.java": HELPER}
    assert f"./src/com/acme/part/Helper.Helper.{method}" in called_here(files)


def test_a_class_of_the_same_package_needs_no_import() -> None:
    files = {
        "src/com/acme/App.java": HEAD + "class App { void f() { Other.run(); } } // here\n",
        "src/com/acme/Other.java": HEAD + "class Other { static void run() {} }\n",
    }
    assert "./src/com/acme/Other.Other.run" in called_here(files)


def test_two_modules_may_hold_a_class_of_one_name() -> None:
    files = {
        "one/src/com/acme/App.java": HEAD + "class App { void f() { Other.run(); } } // here\n",
        "one/src/com/acme/Other.java": HEAD + "class Other { static void run() {} }\n",
        "two/src/com/acme/Other.java": HEAD + "class Other { static void run() {} }\n",
    }
    assert called_here(files) == {"./one/src/com/acme/Other.Other.run"}


def test_a_builders_chain_is_one_call_with_named_arguments() -> None:
    facts = facts_of(HEAD + inside('OpenAi.builder().key("k").name("m").build();', "import dev.x.OpenAi;"), "src/com/acme/App.java")
    calls = [value for value in facts.values if value.kind == "call"]
    assert [call.labels for call in calls] == [("", "key", "name")]


def implementing(files: dict[str, str]) -> Program:
    return program_of(files)


def test_a_call_of_an_interface_reaches_what_implements_it() -> None:
    program = implementing(
        {
            "src/com/acme/App.java": HEAD + 'class App {\n  Store store;\n  void f() { store.find("x"); } // here\n}\n',
            "src/com/acme/Store.java": HEAD + "interface Store { String find(String x); }\n",
            "src/com/acme/Shop.java": HEAD + "class Shop implements Store { public String find(String x) { return x; } }\n",
        }
    )
    call = next((0, i) for i, value in enumerate(program.files[0].values) if value.kind == "call")
    assert "./src/com/acme/Shop.Shop.find" in {program.function(target.function).qualified_name for target in program.targets(call)}


def test_annotations_are_decorators_with_their_elements() -> None:
    facts = facts_of(
        HEAD
        + '@RestController\nclass App {\n  @PostMapping(path = "/x", consumes = {"a"})\n  String f(@RequestBody String a) { return a; }\n}\n',
        "App.java",
    )
    function = next(function for function in facts.functions if function.name == "f")
    (mark,) = function.decorators
    assert facts.values[mark].labels == ("", "path", "consumes")
    annotation = function.parameters[1].annotation
    assert annotation is not None and facts.values[annotation].kind == "index"
    assert function.line == 5
