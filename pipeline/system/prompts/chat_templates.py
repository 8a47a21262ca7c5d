"""Chat templates: Jinja programs that come with a model and turn messages into the text it is asked with.

Takes the text, gives the lines on which it reaches for the interpreter, and those that hold instructions of their own. It is
parsed by Jinja's own parser and never rendered. Special tokens and the usual "You are a helpful assistant" are what templates are made
of; neither is told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from pipeline.system.rules.model_names import load_model_knowledge

_LONGEST = 200_000
# Tags that serving programs add to Jinja; without them such a template could not be parsed.
_OTHER_TAGS = re.compile(r"\{%-?\s*(?:end)?generation\s*-?%\}")
_HIDDEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\U000e0000-\U000e007f]{2,}")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Told:
    """Lines of a template, counted from 1, with what stands there."""

    reaching: tuple[tuple[int, str], ...]
    instructing: tuple[tuple[int, str], ...]
    problem: str = ""  # why it could not be parsed; then its text alone was searched


def told_by(template: str) -> Told:
    """What a template does besides its work."""
    from jinja2 import Environment, TemplateError, nodes

    text = template[:_LONGEST]
    blanked = _OTHER_TAGS.sub(lambda match: " " * len(match[0]), text)
    problem = ""
    try:
        tree = Environment(extensions=["jinja2.ext.loopcontrols", "jinja2.ext.do"]).parse(blanked)
        reaching = tuple(dict.fromkeys(_reaching(tree)))
        written = [(node.lineno, node.data) for node in tree.find_all(nodes.TemplateData)]
        written += [(node.lineno, node.value) for node in tree.find_all(nodes.Const) if isinstance(node.value, str)]
    except (TemplateError, RecursionError, ValueError) as failure:
        problem = f"a chat template that cannot be parsed: {type(failure).__name__}"
        written = list(enumerate(text.splitlines(), 1))
        reaching = tuple((line, word) for line, part in written for word in load_model_knowledge().chat_template.texts if word in part)
    return Told(reaching, tuple(dict.fromkeys(_instructing(written))), problem)


def _reaching(tree: object) -> Iterator[tuple[int, str]]:
    from jinja2 import nodes

    known = load_model_knowledge().chat_template
    assert isinstance(tree, nodes.Node)
    for node in tree.find_all((nodes.Getattr, nodes.Getitem, nodes.Filter, nodes.Const, nodes.Include, nodes.Import, nodes.FromImport)):
        if isinstance(node, nodes.Getattr):
            if _inner(node.attr) or _of_an_object(node, node.attr):
                yield node.lineno, f".{node.attr}"
        elif isinstance(node, nodes.Getitem):
            if isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str) and _inner(node.arg.value):
                yield node.lineno, f"[{node.arg.value!r}]"
        elif isinstance(node, nodes.Filter):
            if node.name == "attr" and not (node.args and isinstance(node.args[0], nodes.Const) and not _inner(str(node.args[0].value))):
                yield node.lineno, "|attr"
        elif isinstance(node, nodes.Const):
            if isinstance(node.value, str) and any(word in node.value for word in known.texts):
                yield node.lineno, repr(node.value)[:80]
        else:
            yield node.lineno, "another template"


def _inner(name: str) -> bool:
    known = load_model_knowledge().chat_template
    return (name.startswith("__") and name.endswith("__")) or name in known.attributes


def _of_an_object(node: object, attribute: str) -> bool:
    """`cycler.x`: an attribute of an object that a template is only given to call."""
    from jinja2 import nodes

    base = node.node if isinstance(node, nodes.Getattr) else None
    return isinstance(base, nodes.Name) and base.name in load_model_knowledge().chat_template.names and attribute != "next"


def _instructing(written: list[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    for line, text in written:
        if (hidden := _HIDDEN.search(text)) is not None:
            yield line + text[: hidden.start()].count("\n"), "characters that do not show"
        for pattern in _patterns():
            if (found := pattern.search(text.lower())) is not None:
                yield line + text[: found.start()].count("\n"), _SPACE.sub(" ", found[0])[:120]


@lru_cache(maxsize=1)
def _patterns() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern) for pattern in load_model_knowledge().chat_template.instructions)
