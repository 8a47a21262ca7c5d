"""Work cut into scenes: elements that belong together, with the lines that show them; the most exposed first.

Takes a system, its findings and its files, gives scenes. Each cell (element x class) belongs to exactly one scene. Where an element is made
is shown in its scene; other lines of code go to the scene that needs them most. Documents are shown whole, in scenes of their own, and what
only they tell of is asked about there. A scene that is too large for a model can be halved.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

from pipeline.agent.files import CODE, PROSE, SENTENCE, STEP, Context, Files, Scale, Span, joined, without
from pipeline.agent.model import Cell, Known
from pipeline.system.model import Element, ElementKind, Evidence, Flow, Stride, System

STRIDES: tuple[Stride, ...] = get_args(Stride)
MOST_ELEMENTS = 16  # of a scene
SCENE_TOKENS = 6_000  # of its lines, counted generously
PAPER_TOKENS = 4_500  # of one that shows documents
_PROMISED_TOKENS = 1_500  # of code beside documents that promise something about it
_SHOWN_PLACES = 3  # of one element
_SAID_PLACES = 2  # sentences of documents about it
_FEW_FILES = 60  # of code: all of them are looked through
_REST_LINES = 6  # fewer are what stands between blocks
_PAPER_LINES = 160  # of a scene that is read out of a document
_WORTH: dict[ElementKind, int] = {
    "agent": 9, "tool": 8, "mcp_tool": 8, "hosted_llm": 7, "local_llm": 7, "ml_model": 8, "training_job": 7, "dataset": 7, "retriever": 6,
    "vector_store": 6, "memory": 6, "mcp_server": 7, "inference_server": 6, "http_route": 6, "websocket": 6, "chat_ui": 6, "webhook": 7,
    "queue_consumer": 5, "file_drop": 6, "guardrail": 6, "evaluator": 4, "interpreter": 8, "embedding_model": 4, "model_registry": 5,
    "model_file": 5, "prompt": 5, "renderer": 4, "web_content": 5, "data_store": 4, "external_service": 4, "component": 4,
    "scheduled_job": 4, "file_store": 3, "queue": 3, "end_user": 3, "anonymous_public": 3, "operator": 3, "third_party": 3,
}  # fmt: skip
_SEVERE = {"critical": 3, "high": 2, "medium": 1, "low": 0, "info": 0}
_OUTSIDE = frozenset({"user_input", "uploaded_file", "web_content", "user_feedback", "retrieved_text", "tool_arguments", "model_reply"})


Kind = Literal["elements", "papers", "rest"]
"""Elements that belong together; documents, with what only they tell of; code and settings in which the rules saw nothing."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What is looked at together. Of elements the first leads."""

    number: int
    elements: tuple[Element, ...]
    strides: tuple[Stride, ...]
    spans: tuple[Span, ...]
    rank: float
    kind: Kind = "elements"

    @property
    def cells(self) -> tuple[Cell, ...]:
        return tuple(Cell(element.id, stride) for element in self.elements for stride in self.strides)

    @property
    def about(self) -> str:
        """What it is about, for progress, logs and notes."""
        if self.kind == "elements":
            return _named([element.id for element in self.elements])
        paths = _named(list(dict.fromkeys(span.path for span in self.spans)))
        return f"{'the rest of ' if self.kind == 'rest' else ''}{paths} from line {self.spans[0].start}"


def _named(names: Sequence[str]) -> str:
    return names[0] + (f" and {len(names) - 1} more" if len(names) > 1 else "")


def cut_scenes(
    system: System, known: Sequence[Known], files: Files, documents: Sequence[str], code: Sequence[str], weigh: Callable[[str], int]
) -> tuple[Scene, ...]:
    """All scenes of a system, most exposed first.

    `documents` are the paths of prose, in the order they matter: they are shown whole. `code` are those of code and settings.
    """
    worth = _worths(system, known)
    scale = Scale(files, weigh)
    papers, told = _papers(system, files, documents, scale, worth)
    flows, ties = _by_end(system), _ties(system)
    elements = {element.id: element for element in system.elements}
    order = sorted((e for e in system.elements if e.evidence and e.id not in told), key=lambda element: (-worth[element.id], element.id))
    by_path: dict[str, list[Element]] = defaultdict(list)
    for element in order:
        by_path[element.evidence[0].path].append(element)
    taken: set[str] = set(told)
    claims = _claims(system)
    scenes: list[Scene] = []
    for lead in order:
        if lead.id in taken:
            continue
        members, spans = [lead], _shown(lead, flows, claims, files)
        taken.add(lead.id)
        beside = sorted(
            (elements[other] for other in ties[lead.id] if other not in taken and elements[other].evidence),
            key=lambda element: (-worth[element.id], element.id),
        )
        near = {element.id for element in beside}
        alike = [e for e in by_path[lead.evidence[0].path] if e.id not in taken and e.id not in near]
        for other in (*beside, *alike):
            if len(members) == MOST_ELEMENTS:
                break
            wider = joined((*spans, *_shown(other, flows, claims, files)))
            if scale.weight(wider) <= SCENE_TOKENS:
                members.append(other)
                taken.add(other.id)
                spans = wider
        scenes.append(Scene(0, tuple(members), STRIDES, spans, sum(worth[e.id] for e in members) / len(members)))
    gathered = [*_gathered(scenes, scale), *papers]
    gathered += _rest(system, files, code, [span for scene in gathered for span in scene.spans], scale)
    ranked = sorted(gathered, key=lambda scene: (-scene.rank, scene.about))
    return tuple(replace(scene, number=number) for number, scene in enumerate(ranked, 1))


def _shown(
    element: Element, flows: Mapping[str, Sequence[Flow]], claims: Mapping[str, Sequence[Evidence]], files: Files
) -> tuple[Span, ...]:
    """The lines of an element: where it is made and used, where data enters and leaves it, what documents say of it; also what other scenes
    show, for a question is read alone."""
    said = [(place, SENTENCE) for place in claims.get(element.id, ())[:_SAID_PLACES]]
    steps = [(step, STEP) for flow in flows.get(element.id, ())[:_SHOWN_PLACES] for step in flow.steps[:4]]
    own = [(place, _context(element)) for place in element.evidence[:_SHOWN_PLACES]]
    held = files.around(own) if _context(element) is PROSE else files.blocks(own)
    return joined((*held, *files.around([*steps, *said])))


def _claims(system: System) -> Mapping[str, list[Evidence]]:
    """Where documents speak of an element."""
    found: dict[str, list[Evidence]] = defaultdict(list)
    for claim in system.claims:
        for identity in claim.about:
            found[identity] += claim.evidence[:1]
    return found


def _rest(system: System, files: Files, code: Sequence[str], sent: Sequence[Span], scale: Scale) -> Iterator[Scene]:
    """Code and settings in which the rules saw nothing, in the folders where they saw something: last of all."""
    folders = {place.path.rpartition("/")[0] for element in system.elements for place in element.evidence}
    paths = sorted(files.paths & set(code))
    if len(paths) > _FEW_FILES:
        paths = [path for path in paths if path.rpartition("/")[0] in folders]
    whole = [Span(path, page, 1, len(lines)) for path in paths for page in files.pages(path) if (lines := files.lines(path, page))]
    left = [span for span in without(whole, sent) if span.end - span.start >= _REST_LINES]
    for position, piece in enumerate(_pieces(left, files, scale)):
        yield Scene(0, (), STRIDES, piece, 2.0 - min(position, 30) * 0.05, "rest")


def _context(element: Element) -> Context:
    return PROSE if element.attributes.get("stated_by") == "document" else CODE


def _gathered(scenes: Iterable[Scene], scale: Scale) -> Iterator[Scene]:
    """Small scenes of like rank as one: each question costs the words around it."""
    last: Scene | None = None
    for scene in sorted(scenes, key=lambda scene: (-scene.rank, scene.about)):
        if last is None:
            last = scene
            continue
        together = joined((*last.spans, *scene.spans))
        if len(last.elements) + len(scene.elements) <= MOST_ELEMENTS and scale.weight(together) <= SCENE_TOKENS:
            last = replace(last, elements=(*last.elements, *scene.elements), spans=together)
        else:
            yield last
            last = scene
    if last is not None:
        yield last


def halves(scene: Scene) -> tuple[Scene, ...]:
    """A scene in two: its elements, else its lines, else its classes; one that cannot be cut gives itself alone."""
    if len(scene.elements) > 1 and scene.kind == "elements":
        middle = len(scene.elements) // 2
        parts = (scene.elements[:middle], scene.elements[middle:])
        paths = [{e.path for element in part for e in element.evidence} for part in parts]
        return tuple(
            replace(scene, elements=part, spans=tuple(s for s in scene.spans if s.path in own) or scene.spans[:1])
            for part, own in zip(parts, paths, strict=True)
        )
    lines = sum(span.end - span.start + 1 for span in scene.spans)
    if lines > 20:
        first, rest = _split(scene.spans, lines // 2)
        return (replace(scene, spans=first), replace(scene, spans=rest))
    if len(scene.strides) > 1 and scene.kind == "elements":
        middle = len(scene.strides) // 2
        return (replace(scene, strides=scene.strides[:middle]), replace(scene, strides=scene.strides[middle:]))
    return (scene,)


def _split(spans: Sequence[Span], lines: int) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    first: list[Span] = []
    for number, span in enumerate(spans):
        size = span.end - span.start + 1
        if size > lines:
            cut = span.start + max(1, lines) - 1
            return (*first, replace(span, end=cut)), (replace(span, start=cut + 1), *spans[number + 1 :])
        first.append(span)
        lines -= size
        if lines <= 0:
            return tuple(first), tuple(spans[number + 1 :])
    return tuple(first[:-1]), tuple(first[-1:])


def _worths(system: System, known: Sequence[Known]) -> dict[str, float]:
    """What an element is worth looking at: by its kind, by what outsiders can send it, by what was found there."""
    worth = {element.id: float(_WORTH.get(element.kind, 1)) for element in system.elements}
    for element in system.elements:
        worth[element.id] += 2 * (element.zone == "internet") + (element.attributes.get("authenticated") is False)
        worth[element.id] += 2 * bool(element.attributes.get("effects")) + 2 * bool(element.attributes.get("decides_about"))
    for flow in system.flows:
        if flow.target in worth:
            worth[flow.target] += 0.5 * len(_OUTSIDE & set(flow.carries)) + 0.5 * bool(flow.crosses)
    for finding in known:
        if finding.element in worth:
            worth[finding.element] += 0.5 * _SEVERE[finding.severity]
    for claim in system.claims:
        for identity in claim.about:
            if identity in worth:
                worth[identity] += 0.5
    return {identity: min(value, 16.0) for identity, value in worth.items()}


def _by_end(system: System) -> dict[str, list[Flow]]:
    found = defaultdict(list)
    for flow in system.flows:
        found[flow.source].append(flow)
        found[flow.target].append(flow)
    return found


def _ties(system: System) -> dict[str, tuple[str, ...]]:
    known = {element.id for element in system.elements}
    found: dict[str, dict[str, None]] = defaultdict(dict)
    pairs = [(r.source, r.target) for r in system.relations] + [(f.source, f.target) for f in system.flows]
    for one, other in pairs:
        if one in known and other in known and one != other:
            found[one][other] = found[other][one] = None
    return defaultdict(tuple, {identity: tuple(others) for identity, others in found.items()})


def _papers(system: System, files: Files, documents: Sequence[str], scale: Scale, worth: dict[str, float]) -> tuple[list[Scene], set[str]]:
    """Documents as scenes, short ones together; and what only they tell of, asked about where most is said of it."""
    whole = [Span(path, page, 1, len(lines)) for path in documents for page in files.pages(path) if (lines := files.lines(path, page))]
    pieces = list(_pieces(whole, files, scale))
    members: list[list[Element]] = [[] for _ in pieces]
    told: set[str] = set()
    for element in sorted(system.elements, key=lambda e: (-worth[e.id], e.id)):
        if element.attributes.get("stated_by") not in ("document", "model"):
            continue
        said = [sum(_holds(piece, place) for place in element.evidence) for piece in pieces]
        if any(said):
            members[said.index(max(said))].append(element)
            told.add(element.id)
    scenes = []
    for position, (piece, here) in enumerate(zip(pieces, members, strict=True)):
        beside = _code_of_claims(system, piece, files, scale)
        rank = 8.0 - min(position, 12) * 0.5 + min(len(here), 8) * 0.25
        scenes.append(Scene(0, tuple(here), STRIDES, (*piece, *beside), rank, "papers"))
    return scenes, told


def _code_of_claims(system: System, piece: Sequence[Span], files: Files, scale: Scale) -> tuple[Span, ...]:
    """The code of what these documents promise something about, so that both sides are in one question."""
    elements = {element.id: element for element in system.elements}
    shown: tuple[Span, ...] = ()
    for claim in system.claims:
        if not any(_holds(piece, place) for place in claim.evidence):
            continue
        for element in (elements[identity] for identity in claim.about[:2] if identity in elements):
            if element.evidence and element.attributes.get("stated_by") != "document":
                wider = joined((*shown, *files.around([(element.evidence[0], CODE)])))
                if scale.weight(wider) > _PROMISED_TOKENS:
                    return shown
                shown = wider
    return shown


def _holds(spans: Iterable[Span], place: Evidence) -> bool:
    return any(s.path == place.path and s.page == (place.page or 0) and s.start <= place.start_line <= s.end for s in spans)


def _pieces(spans: Sequence[Span], files: Files, scale: Scale) -> Iterator[tuple[Span, ...]]:
    """Spans with text in them, as many at once as a scene holds."""
    piece: list[Span] = []
    for span in spans:
        for start in range(span.start, span.end + 1, _PAPER_LINES):
            part = replace(span, start=start, end=min(span.end, start + _PAPER_LINES - 1))
            if not any(line.strip() for line in files.of(part)):
                continue
            if piece and scale.weight([*piece, part]) > PAPER_TOKENS:
                yield tuple(piece)
                piece = []
            piece.append(part)
    if piece:
        yield tuple(piece)
