"""Cards of models and of data: what a Markdown file says of the model or the data it describes.

Takes the passages of a document, the front matter first, gives a `card` with its licence, task and library, a `card_part` for each model
and each set of data it is made from, and a `card_statement` for what it is meant for and what it is not. A file is a card by the keys of
the Hugging Face Hub in its front matter, by its title, or by the headings that Mitchell et al. (https://arxiv.org/abs/1810.03993) and the
templates of the Hub give; any other document has nothing here. Figures, authors and citations are left out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from ingest.config.nodes import NOTHING, BadConfig, Node
from ingest.config.packages import setting
from ingest.config.yaml_nodes import yaml_node
from ingest.facts import Passage, Setting
from ingest.source import Attribute, Place

_OF_MODELS = frozenset({"base_model", "pipeline_tag", "model-index", "model_name", "base_model_relation", "new_version"})
_OF_DATA = frozenset({"task_categories", "task_ids", "size_categories", "dataset_info", "annotations_creators", "source_datasets"})
_TITLE = re.compile(
    r"^(?P<what>model|data(?:set)?)\s*card\b(?:\s+(?:for|of)\b)?[\s:\u2013\u2014-]*(?P<name>.*)$"
    r"|^(?P<after>(?!(?:how|what|why|when|writing|about)\b)\S+(?:\s\S+){0,5}?)\s+(?P<kind>model|dataset)\s+card$",
    re.IGNORECASE,
)
_MODEL_HEADINGS = re.compile(
    r"^(?:model (?:details|information|description|sources|date|type|card)|(?:primary )?intended uses?(?: (?:&|and) limitations)?"
    r"|intended use cases?|direct use|downstream use|out[- ]of[- ]scope uses?|factors|metrics|evaluation data|training data"
    r"|training procedure|quantitative analyses|ethical considerations|caveats and recommendations|bias, risks,? and limitations"
    r"|how to (?:get started with|use) the model|environmental impact)$",
    re.IGNORECASE,
)
_DATA_HEADINGS = re.compile(
    r"^(?:dataset (?:details|description|summary|structure|creation|sources|curators)|curation rationale"
    r"|data (?:instances|fields|splits)|source data|personal and sensitive information|considerations for using the data"
    r"|annotations?(?: process)?|initial data collection and normalization)$",
    re.IGNORECASE,
)
_ENOUGH_HEADINGS = 3
_FILE = re.compile(r"(?:^|[^a-z])(?P<what>model|data(?:set)?)[-_ ]?cards?(?:[-_ ]\w+)?\.(?:md|markdown)$", re.IGNORECASE)
_MEANT = re.compile(
    r"^uses?$|^(?:primary )?intended (?:uses?|users?|use cases?)\b|^(?:direct|downstream) use\b|^(?:supported )?use cases?$", re.IGNORECASE
)
_LIMITS = re.compile(
    r"out[- ]of[- ]scope|\bmisuses?\b|\blimitations?\b|^bias\b|^(?:known )?(?:risks?|limits?)\b|^caveats\b|^ethical considerations\b"
    r"|personal and sensitive",
    re.IGNORECASE,
)
_OUT_OF_SCOPE = re.compile(r"\W{0,3}out[- ]of[- ]scope\b", re.IGNORECASE)
_SAID = re.compile(
    r"^(?P<key>licen[cs]e(?: type)?|(?:fine-?tuned|finetuned|derived|quantized) from(?: model)?|(?:base|parent) model|training data(?:set)?"
    r"|dataset)"
    r"\s*(?:\[optional\]|\(optional\))?\s*[:|]\s*(?P<value>\S.{0,200})$",
    re.IGNORECASE,
)
_HUB_NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,95}(?:/[A-Za-z0-9][\w.-]{0,95})?")
_EMPTY = re.compile(r"more information needed|^(?:n/?a|none|unknown|tbd|todo)\b|^\[|^\{\{", re.IGNORECASE)
_STATEMENTS = 12  # of each sort; the document has them all
_PARTS = 60
_LONGEST = 600
_LONGEST_LICENCE = 120
_FEWEST_WORDS = 4  # of a statement: less is a name in a list


def read_card(path: str, passages: Sequence[Passage]) -> tuple[Setting, ...]:
    """The card that a document is; nothing where it is none."""
    front = _front(passages)
    what, titled = _told_by_title(passages)
    what = _told_by_front(front) or what or _told_by_name(path) or _told_by_headings(passages)
    if what is None or not passages:
        return ()
    said = list(_said(passages))
    licence = _licence(front, said)
    first = front.get("license", "base_model", "pipeline_tag", "task_categories").line
    place = Place(path, first, first) if front is not NOTHING else passages[0].place
    attributes: dict[str, Attribute] = {
        "of": what,
        "licence": licence or None,
        "task": front.get("pipeline_tag").text or ", ".join(front.get("task_categories").texts()[:5]) or None,
        "library": front.get("library_name").text or None,
        "gated": front.get("extra_gated_prompt", "extra_gated_fields") is not NOTHING or None,
    }
    name = front.get("model_name", "pretty_name").text or _indexed(front) or titled or _folder(path)
    return (
        setting("card", name, place, **attributes),
        *list(_parts(front, said, path))[:_PARTS],
        *_statements(passages),
    )


def _front(passages: Sequence[Passage]) -> Node:
    """The front matter, its lines counted in the file."""
    first = passages[0] if passages else None
    if first is None or first.hidden != "metadata" or first.kind != "other" or first.place.start_line != 1:
        return NOTHING
    try:
        node = yaml_node("\n" + first.text)  # below its ruler
    except BadConfig:
        return NOTHING
    return node if node.kind == "map" else NOTHING


def _told_by_front(front: Node) -> str | None:
    keys = {name for name, _value, _line in front.entries()}
    if keys & _OF_DATA and not keys & _OF_MODELS:
        return "dataset"
    named = front.get("datasets").kind in ("list", "scalar") and bool(keys & {"license", "library_name", "tags", "language"})
    return "model" if keys & _OF_MODELS or named or ("library_name" in keys and keys & {"license", "tags"}) else None


def _told_by_title(passages: Sequence[Passage]) -> tuple[str | None, str]:
    """What the first title says it is a card of, and its name."""
    title = next((p.text for p in passages if p.kind == "title" and not p.hidden), "")
    match = _TITLE.match(title.strip()[:200])
    if match is None:
        general = _heading(title, _MODEL_HEADINGS) or _heading(title, _DATA_HEADINGS) or len(title) >= 80
        return None, "" if general else title.strip()
    of = "model" if (match["what"] or match["kind"]).lower() == "model" else "dataset"
    return of, (match["name"] or match["after"] or "").strip(" `*_:")


def _told_by_name(path: str) -> str | None:
    match = _FILE.search(path)
    return None if match is None else "model" if match["what"].lower() == "model" else "dataset"


def _told_by_headings(passages: Sequence[Passage]) -> str | None:
    titles = {p.text.lower() for p in passages if p.kind == "title" and not p.hidden}
    for pattern, of in ((_MODEL_HEADINGS, "model"), (_DATA_HEADINGS, "dataset")):
        if sum(1 for title in titles if _heading(title, pattern)) >= _ENOUGH_HEADINGS:
            return of
    return None


def _heading(title: str, pattern: re.Pattern[str]) -> bool:
    """Whether a title, without its number and colon, is a heading of a card."""
    return pattern.search(_bare(title)) is not None


def _bare(title: str) -> str:
    return re.sub(r"^[\d.]+\s+", "", title.strip().rstrip(":"))


def _indexed(front: Node) -> str:
    """The name of the first entry of `model-index`."""
    items = front.get("model-index").items
    return items[0].get("name").text if items else ""


def _folder(path: str) -> str:
    """What a card without a name describes: its folder, or its own name where it lies at the top."""
    pure = PurePosixPath(path)
    return pure.parent.name or pure.stem


def _said(passages: Sequence[Passage]) -> Iterator[tuple[str, str, Place]]:
    """`License: MIT`, `Finetuned from model: owner/name` of lists, tables and paragraphs."""
    for passage in passages:
        if not passage.hidden and passage.kind in ("list_item", "table_row", "paragraph"):
            match = _SAID.match(passage.text.strip()[:400])
            if match is not None and not _EMPTY.search(match["value"]):
                yield match["key"].lower(), match["value"].strip(), passage.place


def _licence(front: Node, said: Sequence[tuple[str, str, Place]]) -> str:
    text = ", ".join(front.get("license").texts()[:5])
    if text == "other":
        text = front.get("license_name").text or text
    written = next((value for key, value, _place in said if key.startswith("licen")), "")
    return text or re.split(r"\s(?:is )?available|\. |\s*https?:", written)[0].strip(" .,:")[:_LONGEST_LICENCE]


def _parts(front: Node, said: Sequence[tuple[str, str, Place]], path: str) -> Iterator[Setting]:
    """Models and data that are named as what it was made from."""
    for what, key in (("base_model", "base_model"), ("dataset", "datasets"), ("dataset", "source_datasets")):
        given = front.get(key)
        for node in given.items if given.kind == "list" else (given,):
            name = node.text or node.get("name", "repo_id").text
            if name and _HUB_NAME.fullmatch(name) and name not in ("original", "extended"):
                relation = front.get("base_model_relation").text or None
                yield setting(
                    "card_part", name, Place(path, node.line, node.line), what=what, relation=relation if what == "base_model" else None
                )
    for key, value, place in said:
        named = re.search(r"(?<![\w/.-])[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}", value)
        if named is not None and "://" not in value[: named.start() + 3] and not key.startswith("licen"):
            yield setting("card_part", named[0].rstrip("."), place, what="dataset" if "data" in key else "base_model")


def _statements(passages: Sequence[Passage]) -> Iterator[Setting]:
    """What stands below the headings for what it is meant for, and for what it is not; a limit inside of the former is one."""
    found: Counter[str] = Counter()
    for passage in passages:
        if passage.hidden or passage.kind not in ("paragraph", "list_item", "table_row") or len(passage.text.split()) < _FEWEST_WORDS:
            continue
        limits = any(_heading(title, _LIMITS) for title in passage.section) or _OUT_OF_SCOPE.match(passage.text) is not None
        name = "limit" if limits else "intended_use" if any(_heading(title, _MEANT) for title in passage.section) else ""
        if name and found[name] < _STATEMENTS and not _EMPTY.search(passage.text):
            found[name] += 1
            yield setting("card_statement", name, passage.place, text=passage.text[:_LONGEST])
