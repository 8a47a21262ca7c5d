"""One LLM scan from its settings: a model is connected, asked, and paid for; what comes out are values.

`Analyst` holds what all questions of a run share. `plan` tells what would be asked; `examine` asks it; `summarise` asks for the first page.
Nothing is sent that the policy forbids, and nothing before it is written down.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

from pipeline.agent.asking import WATCHING, Answer, Asker, Question, R, Watching, current_nonce
from pipeline.agent.egress import EgressLog, Placeholders, values_in
from pipeline.agent.egress.transport import About, Bounds, guarded_client
from pipeline.agent.examine import ANALYSE, SUMMARISE, SURVEY, VERIFY, Material, asked, examine, plan_of, summarise
from pipeline.agent.files import Files
from pipeline.agent.grounding import Grounds
from pipeline.agent.metering import ASKED, Meter
from pipeline.agent.model import Account, Examination, Known, Summary, Unanswered
from pipeline.agent.planning import Plan, allowance_of
from pipeline.agent.providers import apart, connect
from pipeline.agent.schemas import AnsweredQuestion, ElementThreats, ExecutiveSummary, SystemSurvey, Verdicts, schema_text
from pipeline.agent.secret import machine_secret
from pipeline.agent.settings import AgentSettings
from pipeline.agent.spending import Ledger, ReplyStore
from pipeline.agent.taking import Taker
from pipeline.agent.telling import Telling
from pipeline.agent.tools import Bench, make_tools
from pipeline.agent.tools.bench import Search
from pipeline.progress import Progress
from pipeline.system.evidence import EvidenceBook
from pipeline.system.model import System
from pipeline.threats.catalog import Catalog
from pipeline.threats.taxonomy import load_taxonomies
from prompts import fence, load_prompt

if TYPE_CHECKING:
    import httpx2
    from langchain_core.tools import BaseTool

ANSWER = "answer/question"
_MOST_OF_PLAN = 2  # times what the default depth is planned to take: estimates are wrong, and nobody wants a surprise


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Subject:
    """What is examined: a scan as far as it has come, and its files."""

    name: str
    system: System
    known: Sequence[Known]
    book: EvidenceBook
    paths: tuple[str, ...]  # of the scan
    documents: tuple[str, ...]  # those of them that are prose, in the order they matter
    code: tuple[str, ...]  # those that are code or settings
    lines: int  # of what was read
    hidden: tuple[str, ...]  # values that are known to be secrets by where they stand
    catalog: Catalog
    search: Search | None = None


class Analyst:
    """The LLM analyst of one scan; to be used as a context, within which one event loop runs."""

    def __init__(self, subject: Subject, settings: AgentSettings, clock: Callable[[], float] = time.monotonic) -> None:
        settings.policy.check(settings.endpoint.base_url, settings.endpoint.model)
        self._subject, self._settings = subject, settings
        self._secret = machine_secret(settings.secret)
        # What one file tells to be a secret is hidden in all others, those that may not be sent included.
        told_anywhere = {value for text in subject.book.texts(subject.paths) for value in values_in(text)}
        known = (*subject.hidden, *told_anywhere)
        self._placeholders = Placeholders(self._secret, known, settings.personal, _our_words(subject))
        self._hiding = threading.Lock()  # tools run in threads of their own
        allowance = None if settings.has_budget else allowance_of(subject.lines)
        limits = settings.limits if allowance is None else replace(settings.limits, tokens=_MOST_OF_PLAN * allowance)
        self._allowance = allowance
        self._ledger = Ledger(limits, settings.price, clock)
        paths = [path for path in subject.paths if settings.policy.may_send(path)]
        self.kept_back = len(subject.paths) - len(paths)
        files = Files(subject.book.lines_of, paths, self._hide)
        taker = Taker(
            grounds=Grounds(subject.book, paths),
            elements=frozenset(element.id for element in subject.system.elements),
            findings=frozenset(finding.id for finding in subject.known),
            catalog=subject.catalog,
            restore=self._placeholders.restore,
            mask=self._placeholders.mask,
        )
        documents = tuple(path for path in subject.documents if path in files.paths)
        telling = Telling(subject.system, subject.known, files.paths.__contains__)
        self._material = Material(
            subject.system, telling, subject.known, files, documents, subject.code, subject.catalog, taker, self._hide
        )
        self._log = EgressLog(settings.log, subject.name)
        self._runner: asyncio.Runner | None = None
        self._asker: Asker | None = None
        self._client: httpx2.AsyncClient | None = None

    @property
    def log(self) -> EgressLog:
        return self._log

    def plan(self) -> Plan:
        """What would be asked; nothing is, and no key is needed."""
        return plan_of(self._material, self._allowance, self._tools)

    def __enter__(self) -> Analyst:
        self._log.open()  # a log that cannot be kept is said before anything is asked
        self._runner = asyncio.Runner()
        self._runner.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None) -> None:
        assert self._runner is not None
        if self._client is not None:
            self._runner.run(self._client.aclose())
        self._runner.__exit__(kind, failure, trace)
        self._log.close()

    def examine(self, progress: Progress) -> tuple[Examination, Plan]:
        """Asks what is planned. What goes wrong on the way is in the result."""
        assert self._runner is not None
        with apart():
            return self._ran(self._examined(progress))

    def _ran(self, work: Coroutine[Any, Any, T]) -> T:
        """What the work gives; not as the result of a task, which asyncio writes out in full when it puts the handler of Ctrl-C back."""
        assert self._runner is not None
        given: list[T] = []

        async def kept() -> None:
            given.append(await work)

        self._runner.run(kept())
        return given[0]

    async def _examined(self, progress: Progress) -> tuple[Examination, Plan]:
        return await examine(self._material, self._connected(), self._allowance, self._tools, progress)

    def summarise(self, known: Sequence[Known], limits: str, purpose: str) -> Summary | Unanswered:
        """The first page over all findings."""
        assert self._runner is not None
        with apart():
            return self._ran(self._summarised(known, limits, purpose))

    async def _summarised(self, known: Sequence[Known], limits: str, purpose: str) -> Summary | Unanswered:
        return await summarise(self._connected(), self._material, known, limits, purpose)

    @property
    def material(self) -> Material:
        """What may be told, and what holds replies against the files."""
        return self._material

    def ask(self, question: Question[R], watching: Watching | None = None) -> Answer[R] | Unanswered:
        """One question of somebody's own, within the budget of the run; its answer, or why there is none."""
        assert self._runner is not None
        with apart():
            return self._ran(self._answered(question, watching))

    async def _answered(self, question: Question[R], watching: Watching | None) -> Answer[R] | Unanswered:
        WATCHING.set(watching)
        return await asked(self._connected(), question)

    def account(self) -> Account:
        """What was asked until now, and what it took."""
        total, endpoint = self._ledger.total, self._settings.endpoint
        return Account(
            model=endpoint.name, sent_to="" if endpoint.local else endpoint.host, calls=total.calls, input_tokens=total.input_tokens,
            output_tokens=total.output_tokens, cost=total.cost, currency=self._ledger.limits.currency, cache_hits=total.cache_hits,
            prompts=tuple(sorted(self._asker.prompts)) if self._asker else (), doubts=tuple(sorted(self._ledger.doubts)),
            kept_input_tokens=total.kept_input_tokens, kept_output_tokens=total.kept_output_tokens, kept_cost=total.kept_cost,
        )  # fmt: skip

    def _connected(self) -> Asker:
        if self._asker is None:
            settings, endpoint = self._settings, self._settings.endpoint
            self._client = guarded_client(
                endpoint.base_url,
                policy=settings.policy,
                log=self._log,
                about=self._about,
                known=(*self._placeholders.known, endpoint.key),
                bounds=Bounds(settings.seconds),
                proxy=settings.proxy,
            )
            model = connect(endpoint, http_client=self._client, seconds=settings.seconds, max_output_tokens=settings.most_output)
            meter = Meter(
                identity=f"{endpoint.name} at {endpoint.host}", ledger=self._ledger, replies=ReplyStore(settings.replies),
                hide=self._hide, at_once=asyncio.Semaphore(settings.at_once),
                seconds=settings.seconds, most_output=settings.most_output, pause=settings.pause,
            )  # fmt: skip
            self._asker = Asker(
                model, meter, endpoint.structured, endpoint.with_tools, self._tools, self._secret,
                endpoint.name, self._placeholders.restore, settings.at_once,
            )  # fmt: skip
        return self._asker

    @cached_property
    def _tools(self) -> list[BaseTool]:
        if not self._settings.with_tools:
            return []
        subject = self._subject
        bench = Bench(
            subject.system, read_lines=subject.book.lines_of, paths=self._material.files.paths, catalog=subject.catalog,
            taxonomies=load_taxonomies(), findings=subject.known, search=subject.search, hide=self._hide,
        )  # fmt: skip
        return make_tools(bench, lambda label, text: fence(label, text, current_nonce()).text)

    def _hide(self, text: str) -> str:
        with self._hiding:
            return self._placeholders.hide(text)

    def _about(self) -> About:
        """What the request that is on its way is for."""
        asked = ASKED.get()
        prompt, _, digest = asked.prompt.partition(" ")
        return About(self._settings.endpoint.name, asked.about, prompt, digest)


def _our_words(subject: Subject) -> Iterator[str]:
    """What questions are made of beside the scanned files: no scanned file can make secrets of it."""
    for name in (SURVEY, ANALYSE, VERIFY, SUMMARISE, ANSWER):
        prompt = load_prompt(name)
        yield from (prompt.system, prompt.given)
    for output in (SystemSurvey, ElementThreats, Verdicts, ExecutiveSummary, AnsweredQuestion):
        yield schema_text(output)
    for threat in subject.catalog.threats:
        yield from (threat.slug, threat.title, threat.summary)
    for edition in load_taxonomies().files:
        yield from (*edition.items, *edition.items.values())
    yield from (finding.id for finding in subject.known)
