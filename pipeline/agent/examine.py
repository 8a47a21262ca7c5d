"""The analyst at work: survey, analyse and verify scene by scene, summarise. What one question costs or breaks never touches another.

Takes a system, what rules found, the files and somebody to ask; gives an `Examination`. Nothing of it changes what the rules said.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool

from pipeline.agent import packs
from pipeline.agent.asking import TOOL_ROUNDS, Answer, Asker, Question, R
from pipeline.agent.completing import complete
from pipeline.agent.files import Files
from pipeline.agent.grounding import Missing, Quote
from pipeline.agent.metering import NotAnswered
from pipeline.agent.model import Argument, Cell, Dropped, Examination, Known, Origin, Proposal, Steering, Summary, Unanswered
from pipeline.agent.planning import OUTPUT_OF_SURVEY, Plan, make_plan, tool_rounds
from pipeline.agent.scenes import Scene, cut_scenes, halves
from pipeline.agent.schemas import ElementThreats, ExecutiveSummary, Reply, SystemSurvey, Verdicts, schema_text
from pipeline.agent.spending import BUDGET_ENDED, Spent, estimate_tokens
from pipeline.agent.steering import steering
from pipeline.agent.taking import Taker
from pipeline.agent.telling import Telling
from pipeline.progress import Progress
from pipeline.system.model import Evidence, System
from pipeline.threats.catalog import Catalog
from prompts import Exhibit, Imitation, load_prompt

logger = logging.getLogger(__name__)
SURVEY, ANALYSE, VERIFY, SUMMARISE = (
    "survey/complete-system", "analyse/find-threats", "verify/refute-claims", "summarise/for-decision-makers",
)  # fmt: skip
_SURVEY_SHARE = 0.2  # of the allowance, for the documents that the survey sees
_SURVEY_MOST = 12_000  # tokens of documents
_OUTLINE_SHARE = 0.15  # of it, for the outline of the system
_OUTLINE_MOST = 12_000
_HALVINGS = 3  # how often a scene that is too long for a model is cut
_TOO_MUCH = ("too_long", "truncated")  # what fewer words may mend
_MORE_FINDINGS = 1.5  # times what the summary takes over the findings of rules alone
_MARKS = 40  # tokens of a fence


Corrections = tuple[tuple[str, str, tuple[Evidence, ...]], ...]


@dataclass(frozen=True)
class Material:
    """What the analyst works on: the whole of it, and how much of it may be told."""

    system: System
    telling: Telling
    findings: Sequence[Known]
    files: Files
    documents: tuple[str, ...]  # paths of prose, in the order they matter
    code: tuple[str, ...]  # paths of code and settings
    catalog: Catalog
    taker: Taker
    hide: Callable[[str], str]
    corrections: tuple[tuple[str, str], ...] = ()  # what a survey said of elements
    proposed: tuple[Proposal, ...] = ()  # what it said is not kept

    @cached_property
    def shown(self) -> System:
        return self.telling.trimmed(self.system)

    @cached_property
    def known(self) -> tuple[Known, ...]:
        return self.telling.known(self.findings)

    def values_of(self, scene: Scene, purpose: str) -> packs.Values:
        """What a question about a scene shows."""
        return packs.scene_values(
            scene, self.shown, self.known, self.catalog, self.files, purpose, estimate_tokens, self.corrections, self.proposed
        )


@dataclass(slots=True)
class _Record:
    """What a run gathers; sorted at its end, so that the order of replies leaves no trace."""

    proposals: list[tuple[int, Proposal]]
    arguments: list[Argument]
    dropped: list[Dropped]
    unanswered: list[Unanswered]
    looked_at: set[Cell]
    not_reached: dict[Cell, str]
    imitations: list[Imitation]


def plan_of(material: Material, allowance: int | None, tools: Sequence[BaseTool]) -> Plan:
    """What would be asked of a model; nothing is."""
    scenes = cut_scenes(material.shown, material.known, material.files, material.documents, material.code, estimate_tokens)
    survey = _survey_values(material, allowance)
    told = _told_tokens(SURVEY, survey) + _form_tokens(SystemSurvey)
    summary = _told_tokens(SUMMARISE, packs.summary_values(material.known, "", "", estimate_tokens)) + _form_tokens(ExecutiveSummary)
    more = _form_tokens(ElementThreats) + sum(estimate_tokens(json.dumps(convert_to_openai_tool(tool))) for tool in tools)

    def weigh(scene: Scene) -> int:
        return _told_tokens(ANALYSE, material.values_of(scene, "")) + more

    return make_plan(scenes, weigh, told, summary, allowance, with_tools=bool(tools))


async def examine(
    material: Material, asker: Asker, allowance: int | None, tools: Sequence[BaseTool], progress: Progress
) -> tuple[Examination, Plan]:
    """Asks about the system and then about each scene of the plan; all that is unanswered is said."""
    record = _Record([], [], [], [], set(), {}, [])
    surveyed = asyncio.create_task(_survey(material, asker, record, allowance))
    plan = await asyncio.to_thread(plan_of, material, allowance, tools)  # while the first answer is on its way
    try:
        purpose, whole, corrections = await surveyed
    except Exception as problem:  # as for a scene, below
        logger.exception("the survey could not be taken over")
        record.unanswered.append(Unanswered("survey", f"the reply could not be used: {type(problem).__name__}"))
        purpose, whole, corrections = "", material.system, ()
    # The scenes stay those of the plan: what the survey adds is shown beside them, and a reply more or less changes no other question.
    claimed, record.proposals = [proposal for _, proposal in record.proposals], []
    widened = replace(
        material,
        system=whole,
        corrections=tuple((element, says) for element, says, _ in corrections),
        proposed=tuple(claimed),
        taker=replace(material.taker, elements=frozenset(e.id for e in whole.elements)),
    )
    done = 0

    async def one(scene: Scene, rounds: int) -> None:
        nonlocal done
        try:
            async with asker.in_work:
                await _scene(scene, widened, asker, record, purpose, rounds)
        except Exception as problem:  # around one scene: a reply that meets a bug of ours must not cost the others
            logger.exception("a scene could not be examined")
            _unanswered(scene, record, f"the reply could not be used: {type(problem).__name__}")
        done += 1
        progress.step("asking the model", done, len(plan.scenes))

    progress.step("asking the model", 0, len(plan.scenes))
    last = _told_tokens(SUMMARISE, packs.summary_values(material.known, "", purpose, estimate_tokens)) + _form_tokens(ExecutiveSummary)
    asker.set_aside(int(last * _MORE_FINDINGS))
    rounds = tool_rounds(plan, TOOL_ROUNDS if tools else 0)
    checked = asyncio.create_task(_checked(claimed, widened, asker, record))  # no scene waits for it
    await asyncio.gather(*map(one, plan.scenes, rounds))
    record.proposals += ((0, proposal) for proposal in await checked)
    for scene in plan.left_out:
        _unreached(scene, record, "beyond the default depth of the LLM analyst; --budget raises it")
    said = Examination(
        proposals=tuple(each for _, each in sorted(record.proposals, key=_order)),
        arguments=tuple(sorted(record.arguments, key=lambda a: (a.finding, a.stance, a.reason, repr(a.evidence)))),
        completed=whole,
        summary=None,
        dropped=tuple(sorted(record.dropped, key=lambda d: (d.what, d.about, d.reason))),
        looked_at=frozenset(record.looked_at),
        not_reached={cell: why for cell, why in record.not_reached.items() if cell not in record.looked_at},
        unanswered=tuple(sorted(set(record.unanswered), key=lambda u: (u.about, u.why, u.by_budget))),
        steering=_steering(record.imitations, plan, material),
        purpose=purpose,
        corrections=corrections,
    )
    return said, plan


async def summarise(asker: Asker, material: Material, findings: Sequence[Known], limits: str, purpose: str) -> Summary | Unanswered:
    """The first page over all findings, or over the first of them where all are too many for the model; ids that are none are left out."""
    known, taker = material.telling.known(findings), material.taker
    shown = list(known)
    asker.use_aside()
    for smaller in range(_HALVINGS + 1):
        last = smaller == _HALVINGS or len(shown) < 2
        cut = f"- only the first {len(shown)} of {len(known)} findings are listed here" if len(shown) < len(known) else ""
        values = packs.summary_values(shown, "\n".join(filter(None, (limits, cut))), purpose, estimate_tokens)
        answer = await asked(asker, Question(SUMMARISE, values, ExecutiveSummary, "summary", in_parts=not last))
        if isinstance(answer, Answer):
            break
        if last or not answer.too_much:
            return answer
        shown = shown[: len(shown) // 2]
    assert isinstance(answer, Answer)
    ids = {finding.id for finding in known}
    reply = answer.reply
    actions = (
        (taker.prose(action.text, 300), tuple(f for f in dict.fromkeys(action.findings) if f in ids)) for action in reply.actions[:6]
    )
    return Summary(
        taker.prose(reply.headline, 300),
        tuple(taker.prose(paragraph, 900) for paragraph in reply.paragraphs[:5]),
        tuple((text, findings) for text, findings in actions if findings),
        answer.origin,
    )


async def asked(asker: Asker, question: Question[R]) -> Answer[R] | Unanswered:
    """The answer to a question, or why there is none."""
    try:
        return await asker.ask(question)
    except Spent as spent:
        return Unanswered(question.about, f"{BUDGET_ENDED}: {spent}", by_budget=True)
    except NotAnswered as failure:
        return Unanswered(question.about, str(failure), too_much=failure.failure.kind in _TOO_MUCH)


async def _survey(material: Material, asker: Asker, record: _Record, allowance: int | None) -> tuple[str, System, Corrections]:
    """What the system is for, the system with what is added, and what is said of its elements."""
    for smaller in range(_HALVINGS + 1):
        values, last = _survey_values(material, allowance, smaller), smaller == _HALVINGS
        answer = await asked(asker, Question(SURVEY, values, SystemSurvey, "survey", in_parts=not last))
        if isinstance(answer, Answer):
            break
        if last or not answer.too_much:
            record.unanswered.append(answer)
            return "", material.system, ()
    assert isinstance(answer, Answer)
    record.imitations += answer.imitations
    completed = complete(material.system, answer.reply, material.taker)
    wider = replace(material.taker, elements=frozenset(element.id for element in completed.system.elements))
    taken = wider.contradictions(answer.reply.contradictions, answer.origin)
    record.proposals += ((0, proposal) for proposal in taken.proposals)
    record.dropped += (*completed.dropped, *taken.dropped)
    assets = "; ".join(material.taker.prose(asset, 120) for asset in answer.reply.assets[:6])
    purpose = material.taker.prose(answer.reply.purpose, 600) + (f" Worth having: {assets}." if assets else "")
    return purpose, completed.system, completed.corrections


async def _scene(scene: Scene, material: Material, asker: Asker, record: _Record, purpose: str, rounds: int, halved: int = 0) -> None:
    values = material.values_of(scene, purpose)
    parts = halves(scene) if halved < _HALVINGS else (scene,)
    question = Question(
        ANALYSE, values, ElementThreats, f"analyse {scene.about}", rounds > 0, rounds, material.taker.problems, in_parts=len(parts) > 1
    )
    try:
        answer = await asker.ask(question)
    except Spent as spent:
        _unreached(scene, record, f"{BUDGET_ENDED}: {spent}")
        return
    except NotAnswered as failure:
        if len(parts) > 1 and failure.failure.kind in _TOO_MUCH:
            await asyncio.gather(*(_scene(part, material, asker, record, purpose, rounds, halved + 1) for part in parts))
            return
        _unanswered(scene, record, str(failure))
        return
    record.imitations += answer.imitations
    taken = material.taker.taken(answer.reply, answer.origin)
    record.arguments += taken.arguments
    record.dropped += taken.dropped
    record.looked_at.update(scene.cells)
    fresh = [proposal for proposal in taken.proposals if not _is_known(proposal, material.findings)]
    kept = await _verified(fresh, material, asker, record)
    again = [proposal for proposal in taken.proposals if proposal not in fresh]
    record.proposals += ((scene.number, proposal) for proposal in (*kept, *again))


def _is_known(proposal: Proposal, known: Sequence[Known]) -> bool:
    """Whether a rule says the same of the same element: then nothing new is claimed."""
    return any(finding.threat == proposal.threat and finding.element == proposal.element for finding in known)


async def _checked(claimed: list[Proposal], material: Material, asker: Asker, record: _Record) -> list[Proposal]:
    """What of a survey's claims a sceptic did not refute; a bug that the reply meets costs the check, not the claims."""
    try:
        return await _verified(claimed, material, asker, record)
    except Exception as problem:
        logger.exception("the claims of the survey could not be checked")
        return [replace(claim, doubt=f"nobody tried to refute it: {type(problem).__name__}") for claim in claimed]


async def _verified(proposals: list[Proposal], material: Material, asker: Asker, record: _Record) -> list[Proposal]:
    """Proposals that a sceptic did not refute; where none could be asked, all of them, in doubt."""
    if not proposals:
        return []
    values = packs.claim_values(proposals, material.files, material.hide)
    about = f"check of {len(proposals)} claims at {proposals[0].element}"
    answer = await asked(asker, Question(VERIFY, values, Verdicts, about, in_parts=len(proposals) > 1))
    if isinstance(answer, Unanswered) and answer.too_much and len(proposals) > 1:
        middle = len(proposals) // 2
        checked = await asyncio.gather(*(_verified(part, material, asker, record) for part in (proposals[:middle], proposals[middle:])))
        return [proposal for part in checked for proposal in part]
    if isinstance(answer, Unanswered):
        record.unanswered.append(answer)
        return [replace(proposal, doubt=f"nobody tried to refute it: {answer.why}") for proposal in proposals]
    record.imitations += answer.imitations
    verdicts = {verdict.number: verdict for verdict in reversed(answer.reply.verdicts)}
    kept = []
    for number, proposal in enumerate(proposals, 1):
        verdict = verdicts.get(number)
        if verdict is None:
            kept.append(replace(proposal, doubt="the second reading said nothing of it"))
        elif verdict.verdict == "refuted":
            reason = material.taker.prose(verdict.reason, 300)
            record.dropped.append(Dropped("threat", proposal.title, f"refuted by a second reading: {reason}"))
        else:
            doubt = material.taker.prose(verdict.reason, 300) if verdict.verdict == "unproven" else ""
            kept.append(replace(proposal, doubt=doubt))
    return kept


def _unreached(scene: Scene, record: _Record, why: str) -> None:
    """Nobody was asked about a scene: cells of the matrix say so, and a note where it has none."""
    for cell in scene.cells:
        record.not_reached.setdefault(cell, why)
    if not scene.cells:
        record.unanswered.append(Unanswered(f"analyse {scene.about}", why, by_budget=True))


def _unanswered(scene: Scene, record: _Record, why: str) -> None:
    """Somebody was asked about a scene, in vain."""
    record.unanswered.append(Unanswered(f"analyse {scene.about}", why))
    for cell in scene.cells:
        record.not_reached.setdefault(cell, f"the model gave no answer: {why}")


def _steering(imitations: Sequence[Imitation], plan: Plan, material: Material) -> tuple[Steering, ...]:
    """Texts of what was shown that imitate our marks, and texts in plain sight that tell whoever reads them what to find."""
    found: dict[tuple[str, int], Steering] = {}
    shown = sorted({span.path for scene in plan.scenes for span in scene.spans})
    for path in shown:
        for lines in material.files.raw(path).values():
            for text in steering("\n".join(lines)):
                place = material.taker.grounds.locate(Quote(path, text), "source")
                if not isinstance(place, Missing):
                    found[path, place.start_line] = Steering(text[:200], place, in_sight=True)
    for text in sorted({each.text.strip() for each in imitations}):
        for path in sorted(material.files.paths):
            place = material.taker.grounds.locate(Quote(path, text), "source")
            if not isinstance(place, Missing):
                found[path, place.start_line] = Steering(text[:200], place)
                break
    return tuple(found[key] for key in sorted(found))


def _survey_values(material: Material, allowance: int | None, smaller: int = 0) -> packs.Values:
    """What the survey is shown; a `smaller` one is halved so often, for a model that reads no more."""
    room = _OUTLINE_MOST if allowance is None else min(_OUTLINE_MOST, int(allowance * _OUTLINE_SHARE))
    most = (_SURVEY_MOST if allowance is None else min(_SURVEY_MOST, int(allowance * _SURVEY_SHARE))) - OUTPUT_OF_SURVEY
    if smaller:
        whole = _survey_values(material, allowance)
        room = min(room, estimate_tokens(str(whole["system"]))) >> smaller
        most = min(most, sum(estimate_tokens(one.text) for one in whole["documents"] if isinstance(one, Exhibit))) >> smaller
    shown = packs.documents_shown(material.files, material.documents, estimate_tokens, most)
    return packs.survey_values(material.shown, shown, material.catalog, room, estimate_tokens)


def _told_tokens(prompt: str, values: packs.Values) -> int:
    """Tokens that a question takes: its words, what is put into them, and a pair of marks for each text."""
    given = load_prompt(prompt)
    texts = [text for value in values.values() for text in ([value] if isinstance(value, str) else [one.text for one in value])]
    return estimate_tokens(given.system) + estimate_tokens(given.given) + sum(estimate_tokens(text) + _MARKS for text in texts)


def _form_tokens(output: type[Reply]) -> int:
    """Tokens that the schema of a reply takes, which goes along with each question."""
    return estimate_tokens(schema_text(output))


def _order(pair: tuple[int, Proposal]) -> tuple[object, ...]:
    number, proposal = pair
    return (proposal.element, proposal.threat, proposal.title, number, proposal.description, repr(proposal))


__all__ = ["Material", "Origin", "examine", "plan_of", "summarise"]
