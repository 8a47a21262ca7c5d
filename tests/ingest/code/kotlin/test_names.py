"""What names in Kotlin files mean, beside files of Java."""

from __future__ import annotations

import pytest

from tests.ingest.code.reading import called, program_of

HEAD = "package com.acme\n\n"
CALLS: dict[str, tuple[str, str]] = {
    "an import": ("import java.nio.file.Files\nfun f() { Files.readString(null) } // here\n".replace("// here", "# here"), "java.nio.file.Files.readString"),
    "an alias": ("import java.nio.file.Files as F\nfun f() { F.readString(null) } # here\n", "java.nio.file.Files.readString"),
    "a wildcard": ("import java.nio.file.*\nfun f() { Files.readString(null) } # here\n", "java.nio.file.Files.readString"),
    "a whole name": ("fun f() { java.nio.file.Files.readString(null) } # here\n", "java.nio.file.Files.readString"),
    "java.lang": ("fun f(a: String) { ProcessBuilder(a) } # here\n", "java.lang.ProcessBuilder"),
    "an imported function": ("import a.b.run\nfun f() { run(1) } # here\n", "a.b.run"),
    "an extension that is imported": ("import io.ktor.server.request.receive\nfun f(call: Any) { call.receive<A>() } # here\n", "io.ktor.server.request.receive"),
    "a function of a package that is imported whole": ("import io.ktor.server.routing.*\nfun f() { post(1) } # here\n", "io.ktor.server.routing.post"),
    "a typed property": ("import a.Model\nclass A(val model: Model) { fun f() { model.ask(1) } } # here\n", "a.Model.ask"),
    "a receiver": ("import a.Model\nfun f(m: Model) { m.apply { ask(1) } } # here\n", "a.Model.ask"),
    "an extension's receiver": ("import a.Model\nfun Model.f() { ask(1) } # here\n", "a.Model.ask"),
    "a type that may be null": ("import a.Model\nfun f(m: Model?) { m?.ask(1) } # here\n", "a.Model.ask"),
}  # fmt: skip


@pytest.mark.parametrize("name", CALLS)
def test_a_call_means(name: str) -> None:
    text, meant = CALLS[name]
    line = next(number for number, row in enumerate((HEAD + text).split("\n"), 1) if "# here" in row)
    program = program_of({"src/com/acme/App.kt": (HEAD + text).replace(" # here", "")})
    assert meant in called(program, line, "src/com/acme/App.kt")


def test_java_and_kotlin_call_each_other() -> None:
    kotlin = HEAD + "fun helped(x: String): String = x\n\nobject Tools { fun run(x: String): String = x }\n\nclass Held(val name: String)\n"
    java = 'package com.acme;\nclass Shop {\n  static String keep(String x) { return x; }\n  Object a() { return HelpKt.helped("a"); }\n  Object b(Held held) { return held.getName(); }\n}\n'
    user = HEAD + 'fun f() = Shop.keep("a")\n'
    program = program_of({"src/com/acme/Help.kt": kotlin, "src/com/acme/Shop.java": java, "src/com/acme/User.kt": user})
    assert "./src/com/acme/Help.helped" in called(program, 4, "src/com/acme/Shop.java")
    assert "./src/com/acme/Held.getName" in called(program, 5, "src/com/acme/Shop.java") or "./src/com/acme/Help.Held.getName" in called(
        program, 5, "src/com/acme/Shop.java"
    )
    assert "./src/com/acme/Shop.Shop.keep" in called(program, 3, "src/com/acme/User.kt")


def test_an_extension_of_the_project_is_called_as_a_method() -> None:
    files = {
        "src/com/acme/Texts.kt": "package com.acme.texts\n\nfun String.inParts(): String = this\n",
        "src/com/acme/App.kt": HEAD + "import com.acme.texts.inParts\n\nfun f(a: String) = a.inParts() # here\n",
    }
    files["src/com/acme/App.kt"] = files["src/com/acme/App.kt"].replace(" # here", "")
    assert "./src/com/acme/Texts.inParts" in called(program_of(files), 5, "src/com/acme/App.kt")


def test_members_of_a_companion_are_members_of_the_class() -> None:
    text = HEAD + "class A {\n    companion object { fun of(): A = A() }\n}\n\nfun f() = A.of()\n"
    assert "./src/A.A.of" in called(program_of({"src/A.kt": text}), 7, "src/A.kt")
