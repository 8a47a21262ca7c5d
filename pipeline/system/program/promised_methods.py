"""Methods of a program's own interfaces that promise what a client of a package does.

`type Completer interface { CreateChatCompletion(context.Context, openai.ChatCompletionRequest) (...) }` is written so that a test may hand
in something else; what runs is the client of the package whose requests it takes. Takes a call of such a method and gives the name the
client's own method has. Interfaces whose methods take the program's own types, or the language's, promise nothing of the kind.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingest.code.program import Node, Program

_CLIENT = "Client"  # what packages call what asks


def promised_names(program: Program, call: Node) -> Iterator[str]:
    """Names of the methods of clients that a call of an interface's method stands for."""
    callee = program.value((call[0], program.value(call).inputs[0]))
    if callee.kind != "attribute":
        return
    for target in program.targets(call):
        file, declared = target.function[0], program.function(target.function)
        if declared.returns or declared.owner is None or declared.name != callee.text:
            continue  # it has a body, which is read
        for parameter in declared.parameters:
            for name in program.names((file, parameter.annotation)) if parameter.annotation is not None else ():
                package, dot, _type = name.rpartition(".")
                if dot and "/" in package and not package.startswith((".", "go:")):
                    yield f"{package}.{_CLIENT}.{declared.name}"
