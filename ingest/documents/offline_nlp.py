"""What `unstructured` needs to know about language, without a model and without the network.

`unstructured` asks three questions about a text (its sentences, its words, their parts of speech), and only to tell
titles from prose. For the answers it downloads a spaCy model at first use; besides, importing it reports to a
server, runs `nvidia-smi` and prints a notice. `prepare_unstructured` must be called before each import of it: it
turns the reports and the notice off by the variables meant for that, and puts the rules of this module in the place of
`unstructured.nlp.tokenize`, so that neither the model nor spaCy (1.4 of 1.8 s of import time) is touched.
Where the model is installed, it is left to use it.

Left out: any language but English, and real parts of speech: words are tagged as verb or not, from a list and from endings.
"""

from __future__ import annotations

import importlib.util
import os
import re
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

_MODEL = "en_core_web_sm"
_MODULE = "unstructured.nlp.tokenize"
_RULES = "built-in sentence and verb rules (no model)"

_SENTENCE_END = re.compile(r"(?<=[.!?])[\"')\]]?\s+(?=[\"'(\[]?[A-Z0-9])")
_TOKEN = re.compile(r"\w+(?:['\u2019]\w+)?|[^\w\s]")
_COMMON_VERBS = """
    am is are was were be been being isn't aren't wasn't weren't has have had having hasn't haven't hadn't
    do does did done doing don't doesn't didn't can cannot can't could couldn't may might must mustn't shall should shouldn't
    will won't would wouldn't need needs needn't
    accept accepts add adds allow allows answer answers apply applies approve approves ask asks assume assumes authenticate
    authenticates become becomes begin begins block blocks call calls check checks come comes connect connects contain contains
    control controls create creates decide decides delete deletes deny denies depend depends enforce enforces ensure ensures
    execute executes expose exposes fetch fetches follow follows get gets give gives go goes handle handles help helps hold
    holds include includes keep keeps know knows let lets limit limits listen listens load loads log logs make makes mean means
    pass passes prevent prevents protect protects provide provides publish publishes query queries reach reaches read reads
    receive receives refuse refuses reject rejects remain remains require requires return returns review reviews run runs
    say says see sees send sends serve serves show shows sign signs start starts stop stops store stores support supports take
    takes talk talks train trains trust trusts update updates use uses validate validates verify verifies want wants work works
    write writes written sent kept held made taken given known shown
"""
_VERBS = frozenset(_COMMON_VERBS.split())


def sentences(text: str) -> list[str]:
    """The sentences of a text: cut after `.`, `!` or `?` where a capital or a digit follows."""
    return [part for part in _SENTENCE_END.split(text) if part.strip()]


def words(text: str) -> list[str]:
    """Words and marks of a text."""
    return _TOKEN.findall(text)


def tagged_words(text: str) -> list[tuple[str, str]]:
    """Words with a Penn tag: `VB` for verbs, `NN` for other words, `.` for marks."""
    return [(word, _tag(word)) for word in words(text)]


def active_pipeline() -> str:
    """Which language pipeline documents are read with, for people who ask what is set up."""
    return f"spaCy {_MODEL}" if _model_is_installed() else _RULES


def prepare_unstructured() -> None:
    """Make the imports of `unstructured` that follow silent and offline. Calling it again changes nothing."""
    os.environ["SCARF_NO_ANALYTICS"] = "1"
    os.environ["UNSTRUCTURED_DISABLE_NOTICE"] = "1"
    if _model_is_installed():
        return
    answers: dict[str, Callable[[str], object]] = {"sent_tokenize": sentences, "word_tokenize": words, "pos_tag": tagged_words}
    loaded = sys.modules.get(_MODULE)
    stand_in = ModuleType(_MODULE, _RULES) if loaded is None else loaded
    if stand_in.__doc__ == _RULES and loaded is not None:
        return
    vars(stand_in).update(answers)
    if loaded is None:
        sys.modules[_MODULE] = stand_in
    elif (classifier := sys.modules.get("unstructured.partition.text_type")) is not None:
        vars(classifier).update(answers)  # somebody imported it before us, names and all


def _tag(word: str) -> str:
    lowered = word.lower().replace("\u2019", "'")
    if not lowered[:1].isalnum():
        return "."
    ending = len(lowered) > 4 and lowered.isalpha() and lowered.endswith(("ed", "ize", "izes", "ise", "ises", "ify", "ifies"))
    return "VB" if lowered in _VERBS or ending else "NN"


def _model_is_installed() -> bool:
    """Whether the model lies among the installed packages. One lying in the current folder may be scanned content, and loading runs it."""
    try:
        spec = importlib.util.find_spec(_MODEL)
    except (ImportError, ValueError):
        return False
    if spec is None or spec.origin is None:
        return False
    roots = {Path(sysconfig.get_path(name)).resolve() for name in ("purelib", "platlib")}
    return any(root in Path(spec.origin).resolve().parents for root in roots)
