"""Processes that install packages: `pip install`, `npm install` and their like, started by the program itself.

Takes an assembly whose sinks are known, marks the interpreters whose argument vectors begin with the words of an installer. What is
installed, and who names it, is for the flows to tell.
"""

from __future__ import annotations

from pipeline.system.assembly import Assembly
from pipeline.system.program.command_words import Word, command_words, program_name, wrapped

_INSTALLERS: dict[str, frozenset[str]] = {
    "pip": frozenset({"install", "download"}), "pip3": frozenset({"install", "download"}), "pipx": frozenset({"install", "run"}),
    "uv": frozenset({"add"}), "poetry": frozenset({"add"}), "conda": frozenset({"install"}), "mamba": frozenset({"install"}),
    "npm": frozenset({"install", "i", "add"}), "pnpm": frozenset({"add", "install", "i"}), "yarn": frozenset({"add"}),
    "bun": frozenset({"add", "install"}), "go": frozenset({"get", "install"}), "cargo": frozenset({"add", "install"}),
    "gem": frozenset({"install"}), "apt": frozenset({"install"}), "apt-get": frozenset({"install"}), "brew": frozenset({"install"}),
}  # fmt: skip


def mark_package_installs(assembly: Assembly) -> None:
    """Marks interpreters that are started to install packages."""
    for node, sinks in sorted(assembly.sinks.items()):
        started = [sink for sink in sinks if sink.role == "process_arguments" and assembly.draft(sink.element).kind == "interpreter"]
        if not started:
            continue
        inputs = assembly.program.value(node).inputs
        words = [word for sink in started for word in command_words(assembly.program, (node[0], inputs[sink.argument]), {})]
        if installs(words):
            assembly.draft(started[0].element).attributes["installs_packages"] = True


def installs(words: list[Word]) -> bool:
    """Whether a command's words are those of an installer: `python -m pip install x`, `uv pip install x`."""
    words = words[wrapped(words) :]
    name = program_name(words[0]) if words else ""
    if name.startswith("python") and words[1:2] == ["-m"]:
        words, name = words[2:], program_name(words[2]) if len(words) > 2 else ""
    if name == "uv" and words[1:2] == ["pip"]:
        words, name = words[1:], "pip"
    verb = next((word for word in words[1:] if word is None or not word.startswith("-")), None)
    return verb is not None and verb in _INSTALLERS.get(name, frozenset())
