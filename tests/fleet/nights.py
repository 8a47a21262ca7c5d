"""Synthetic nights of a fleet in a record: systems, scans and what became of them, all by a seed and a fixed clock."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from pipeline.findings.model import (
    SEVERITIES,
    STRIDE,
    AttackHop,
    AttackPath,
    AttackRoute,
    Coverage,
    Finding,
    Mitigation,
    RiskRow,
    Scan,
    Summary,
    Target,
    Tool,
)
from pipeline.fleet.fleet_file import Deadlines, Fleet, Member
from pipeline.fleet.landscape import Landscape, landscape_of, since
from pipeline.fleet.order import Limits, Outcome
from pipeline.record import Record
from pipeline.system.model import Element, Package, Severity, Stride, System
from tests import factories

FIRST = datetime(2026, 11, 26, 2, 0, tzinfo=UTC)
THREATS: Sequence[tuple[str, str, tuple[Stride, ...], Severity, str, str]] = (
    ("model-output-in-query", "What a model writes becomes a database query", ("tampering", "elevation_of_privilege"), "critical", "tool:search_orders",
     "Run model queries as a role that may only read, on views of what the caller may see."),
    ("unauthenticated-inference-endpoint", "A model can be used by anyone who finds the address", ("spoofing",), "high", "http_route:POST /chat",
     "Require an identified caller on every route that runs a model."),
    ("indirect-prompt-injection", "Content written by outsiders is read by a model as if it were part of its task", ("tampering",), "high", "hosted_llm:gpt-4o",
     "Once outside content is in the context, allow reading tools only."),
    ("unbounded-consumption", "Callers can use a model without a limit", ("denial_of_service",), "high", "hosted_llm:gpt-4o",
     "Count requests and tokens per identified caller and refuse before the model is called."),
    ("unpinned-action-or-image", "A build step or base image is fetched by a name that can move", ("tampering",), "medium", "container:Dockerfile",
     "Name actions by full commit hash and images by digest."),
    ("data-to-third-party-model", "Stored or uploaded data is sent to a model of another company", ("information_disclosure",), "medium", "hosted_llm:gpt-4o",
     "Remove what the task does not need before the call."),
    ("sensitive-text-in-logs", "What users write to a model is kept in logs", ("information_disclosure",), "low", "log:main",
     "Log the length and a hash, not the text."),
    ("mcp-server-unpinned", "An MCP server is started from whatever its name points to today", ("tampering",), "medium", "mcp_client:filesystem",
     "Name its version, and review what a new one brings."),
    ("unpinned-dependency", "AI packages float, and nothing they are installed from holds them", ("tampering",), "medium", "package:requirements.txt",
     "Commit a lock file with hashes and install from it only."),
    ("no-prompt-log", "Nobody can tell afterwards what a model was asked", ("repudiation",), "low", "hosted_llm:gpt-4o",
     "Keep prompts and replies with the identity of the caller."),
    ("caller-chooses-path", "A caller of an AI service chooses which file it reads, writes or deletes", ("tampering",), "critical", "http_route:POST /upload",
     "Store uploads under a generated name."),
    ("secret-in-code-or-config", "A credential is written into the repository", ("information_disclosure",), "high", "secret:key in app/settings.py",
     "Revoke the key, then read it from the environment."),
    ("container-runs-as-root", "A container of the AI system runs as root", ("elevation_of_privilege",), "low", "container:Dockerfile",
     "Create a user in the image and switch to it before the command."),
)  # fmt: skip
FOUND = {threat[0]: threat for threat in THREATS}
_QUOTES = {
    "unpinned-action-or-image": "FROM python:3.11-slim",
    "container-runs-as-root": "FROM docker.io/library/python:3.12",
    "unpinned-dependency": "langchain>=0.3",
}
_PATHS = {"unpinned-action-or-image": "Dockerfile", "container-runs-as-root": "Dockerfile", "unpinned-dependency": "requirements.txt"}


def found(slug: str, line: int = 10, severity: Severity | None = None, path: str = "") -> Finding:
    """A finding of a threat."""
    threat, title, stride, usual, element, first = FOUND[slug]
    where = path or _PATHS.get(threat, "app/main.py")
    outside = element.startswith("http_route") or threat == "indirect-prompt-injection"
    return factories.finding(
        threat, id=f"{threat}-{where}"[:60], title=title, stride=stride, severity=severity or usual, element=element,
        evidence=(factories.evidence(f"{where}:{line}", _QUOTES.get(threat, f"reply = ask({threat.replace('-', '_')})")),),
        mitigations=(Mitigation(text=first, test="Try it and see it refused."),),
        risk_table=(RiskRow(axis="likelihood", asked="reached from the internet", answer="yes", step=1),) if outside else (),
    )  # fmt: skip


def elements(model: str = "gpt-4o", provider: str = "OpenAI") -> tuple[Element, ...]:
    at = factories.evidence("app/main.py:3", "client = OpenAI()")
    return (
        Element(id="hosted_llm:gpt-4o", kind="hosted_llm", name=model, zone="third_party", attributes={"model": model, "provider": provider}, evidence=(at,)),
        Element(id="http_route:POST /chat", kind="http_route", name="POST /chat", zone="application", evidence=(at,)),
        Element(id="http_route:POST /upload", kind="http_route", name="POST /upload", zone="application", evidence=(at,)),
        Element(id="tool:search_orders", kind="tool", name="search_orders", zone="application", evidence=(at,)),
        Element(id="mcp_client:filesystem", kind="mcp_client", name="filesystem", zone="supply_chain",
                attributes={"configured": True, "package": "@modelcontextprotocol/server-filesystem", "pinned": False}, evidence=(at,)),
        Element(id="container:Dockerfile", kind="container", name="Dockerfile", zone="application",
                evidence=(factories.evidence("Dockerfile:1", "FROM python:3.11-slim"),)),
        Element(id="package:requirements.txt", kind="package", name="requirements.txt", zone="supply_chain",
                evidence=(factories.evidence("requirements.txt:10", "langchain>=0.3"),)),
        Element(id="log:main", kind="log", name="main", zone="data", evidence=(at,)),
    )  # fmt: skip


def scan_of(findings: Sequence[Finding], *, name: str = "sample", revision: str | None = "a" * 40, knowledge: str = "k1", model: str = "gpt-4o",
            errors: int = 0, files: Sequence[str] = ("Dockerfile", "app/main.py", "app/settings.py", "requirements.txt")) -> Scan:  # fmt: skip
    """A scan of a small system with these findings."""
    paths = []
    if any(finding.threat == "model-output-in-query" for finding in findings):
        hop = AttackHop(
            source="http_route:POST /chat", target="tool:search_orders", does="asks for a query", evidence=(factories.evidence(),)
        )
        ids = tuple(finding.id for finding in findings if finding.threat == "model-output-in-query")
        route = AttackRoute(attacker="anyone on the internet", entry="http_route:POST /chat", likelihood=4, hops=(hop,), findings=ids)
        paths = [AttackPath(id="p1", title="Anyone on the internet reads the orders", prize="data", asset="tool:search_orders", severity="critical",
                            likelihood=4, impact=5, reasons=("it is so",), routes=(route,))]  # fmt: skip
    cells = tuple(
        Coverage(element=one.id, stride=stride, state=state, reason=reason)
        for number, one in enumerate(elements()) for at, stride in enumerate(STRIDE)
        for state, reason in [(("not_applicable", "no such flow") if (number + at) % 3 else ("not_examined", "known from a document only"))
                              if stride != "repudiation" else ("not_examined", "the catalog has no threat of this class about a tool")]
    )  # fmt: skip
    packages = (Package(name="langchain", ecosystem="pypi", version="0.3.1", pin="range", ai=True, evidence=(factories.evidence("requirements.txt:10", "langchain>=0.3"),)),
                Package(name="requests", ecosystem="pypi", version="2.32.0", pin="exact", evidence=(factories.evidence("requirements.txt:11", "requests==2.32.0"),)))  # fmt: skip
    return factories.scan(
        tuple(findings), system=System(elements=elements(model), packages=packages), coverage=cells, tool=Tool(version="0.1.0", knowledge=knowledge),
        target=Target(name=name, revision=revision), examined=tuple(files), attack_paths=tuple(paths),
        summary=Summary(files=len(files), lines=1200, by_severity=dict.fromkeys(SEVERITIES, 0), by_stride=dict.fromkeys(STRIDE, 0)),
        errors=tuple({"path": f"bad{n}.py", "error": "cannot be read"} for n in range(errors)),
    )  # fmt: skip


def member(name: str, **more: object) -> Member:
    said = {"key": f"/srv/{name}", "source": f"/srv/{name}", "docs": (), "exclude": (), "owner": "platform", "tags": (), "criticality": "medium",
            "limits": Limits(), **more}  # fmt: skip
    return Member(name=name, **said)  # type: ignore[arg-type]


def fleet_of(*members: Member, name: str = "acme") -> Fleet:
    return Fleet(name, tuple(sorted(members, key=lambda one: one.name)), (), Deadlines())


def keep(record: Record, one: Member, scan: Scan, night: int, run: str | None = None, hours: float = 0) -> None:
    """Keeps the scan of a system on a night, counted from 0."""
    at = FIRST + timedelta(days=night, hours=hours)
    record.keep(
        one.key,
        scan,
        at=at,
        run=run or f"acme@{at.date().isoformat()}",
        name=one.name,
        owner=one.owner,
        tags=one.tags,
        criticality=one.criticality,
    )


def morning(record: Record, fleet: Fleet, night: int, outcomes: Sequence[Outcome] = (), compared: str = "last") -> Landscape:
    """The landscape after a night."""
    at = FIRST + timedelta(days=night)
    return landscape_of(fleet, record, run=f"acme@{at.date().isoformat()}", night=at, now=at + timedelta(hours=4), before=since(compared, at),
                        outcomes=outcomes, version="0.1.0")  # fmt: skip


def small_fleet(record: Record) -> tuple[Fleet, tuple[Outcome, ...]]:
    """Nine systems over three nights: each kind of change once; and what came of the orders of the third."""
    shop, desk, bot, lab, docs_, core, pay, old, crash = (
        member("shop", criticality="critical", owner="commerce"), member("support-desk", criticality="high", owner="care"), member("chat-bot"),
        member("research-lab", criticality="low", owner="science", tags=("internal",)), member("doc-search"), member("core-api", owner=""),
        member("payments", criticality="critical", owner="commerce"), member("old-portal"), member("crashing"),
    )  # fmt: skip
    fleet = fleet_of(shop, desk, bot, lab, docs_, core, pay, old, crash)
    chat, inject, limit, image, query = (
        found("unauthenticated-inference-endpoint"), found("indirect-prompt-injection"), found("unbounded-consumption"),
        found("unpinned-action-or-image"), found("model-output-in-query"),
    )  # fmt: skip
    keep(record, shop, scan_of([inject, image], revision="1" * 40), 0)
    keep(record, shop, scan_of([inject, image], revision="1" * 40), 1)
    keep(record, shop, scan_of([inject, image, query], revision="2" * 40), 2)  # the code changed for the worse
    keep(record, desk, scan_of([chat, limit, image], revision="1" * 40), 0)
    keep(record, desk, scan_of([chat, limit, image], revision="1" * 40), 1)
    keep(record, desk, scan_of([image], revision="2" * 40), 2)  # and for the better
    keep(record, bot, scan_of([limit], revision="1" * 40, model="openai/gpt-4o-2024-08-06"), 0)
    keep(record, bot, scan_of([limit], revision="1" * 40, model="openai/gpt-4o-2024-08-06"), 1)
    keep(record, bot, scan_of([limit, inject], revision="1" * 40, model="openai/gpt-4o-2024-08-06", knowledge="k2"), 2)  # only we know more
    keep(record, lab, scan_of([inject, image], revision="1" * 40), 0)
    keep(record, lab, scan_of([inject, image], revision="1" * 40), 1)
    keep(record, lab, scan_of([inject, image], revision="1" * 40), 2)
    record.decide(lab.key, inject.id, "accepted", reason="nothing of it is reached by outsiders", by="dana", at=FIRST + timedelta(days=2, hours=1),
                  until=date(2026, 12, 5))  # fmt: skip
    keep(record, docs_, scan_of([chat, inject], revision="1" * 40), 0)
    record.decide(
        docs_.key,
        chat.id,
        "accepted",
        reason="until the gateway is there",
        by="lee",
        at=FIRST + timedelta(hours=5),
        until=date(2026, 11, 27),
    )
    keep(record, docs_, scan_of([chat, inject], revision="1" * 40), 1)
    keep(record, docs_, scan_of([chat, inject], revision="1" * 40), 2)  # its day has passed
    keep(record, core, scan_of([limit], revision="1" * 40), 1)
    keep(record, core, scan_of([limit], revision="1" * 40), 2)
    keep(record, pay, scan_of([query, chat], revision="1" * 40), 2)  # the first scan
    keep(record, old, scan_of([chat, image], revision="1" * 40), 0)  # not scanned since
    outcomes = (
        *(Outcome(name=one.name, key=one.key, kind="kept", scan_id=1) for one in (shop, desk, bot, lab, docs_, core, pay)),
        Outcome(name=old.name, key=old.key, kind="timed_out", reason="it took longer than its limit of 30 min"),
        Outcome(name=crash.name, key=crash.key, kind="failed", reason="no such file or folder: /srv/crashing"),
    )  # fmt: skip
    return fleet, outcomes


def large_fleet(record: Record, systems: int, nights: int, seed: int = 7) -> Fleet:
    """Many systems with everyday lives."""
    chance = random.Random(seed)
    owners = ("commerce", "care", "platform", "data", "mobile", "risk")
    weights = {"critical": 0.06, "high": 0.22, "medium": 0.35, "low": 0.4}
    members = []
    for number in range(systems):
        criticality = chance.choice(("critical", "high", "medium", "medium", "low"))
        one = member(f"{chance.choice(('order', 'claim', 'search', 'chat', 'doc', 'agent', 'voice', 'price'))}-{chance.choice(('bot', 'api', 'desk', 'hub'))}-{number:03}",
                     criticality=criticality, owner=chance.choice(owners))  # fmt: skip
        members.append(one)
        slugs = {threat[0] for threat in THREATS if chance.random() < weights[threat[3]]}
        revision = f"{number:040x}"
        for night in range(nights):
            if night and chance.random() < 0.15:
                revision = f"{number * 1000 + night:040x}"
                slugs ^= {slug for slug in FOUND if chance.random() < weights[FOUND[slug][3]] * 0.4}
            if chance.random() < 0.02:
                continue
            model = chance.choice(("gpt-4o", "openai/gpt-4o", "gpt-4o-2024-08-06"))
            keep(record, one, scan_of([found(slug) for slug in sorted(slugs)], name=one.name, revision=revision, model=model), night)
    return replace(fleet_of(*members), name="acme-ai")


def write(folder: Path, text: str) -> Path:
    file = folder / "fleet.yaml"
    file.write_text(text, encoding="utf-8")
    return file
