"""A record for the pages: one system with two scans of a tree that is there, one without findings, one whose every text is hostile."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from starlette.testclient import TestClient

from pipeline.findings.model import Failed, Scan
from pipeline.interfaces.web.app import create_app
from pipeline.interfaces.web.desk import digest
from pipeline.interfaces.web.settings import WebSettings
from pipeline.record import Record, open_record
from pipeline.system.model import Control
from tests import factories as make
from tests.reports import hostile, sample

NOW = datetime(2025, 3, 10, 12, 0, tzinfo=UTC)
HOST = "http://127.0.0.1:8737"
LONG = "n" * 10_000
REFUND = "b2e1d3caf9a8"  # of the sample: money moves without approval; executed output is a1f0c2d9e8b7
EXECUTED = "a1f0c2d9e8b7"
TOKEN = "a token of more than sixteen"
TOOLS = '"""Tools of the agent."""\n' + "\n".join(
    {41: "@tool", 42: "def refund_payment(order_id: str, amount: float) -> str:", 43: "    return pay(order_id, amount)",
     88: "    exec(plan.code, scope)", 90: 'API_KEY = "sk-proj-9f8e7d6c5b4a39281706f5e4d3c2b1a0f9e8d7c6b5a4"'}.get(line, f"# line {line}")
    for line in range(2, 121)
)  # fmt: skip


@dataclass(frozen=True)
class World:
    record: Record
    root: Path
    system: str  # in addresses

    def client(self, **said: object) -> TestClient:
        settings = WebSettings(clock=lambda: NOW, decides="Ada", **said)  # type: ignore[arg-type]  # fields of the settings
        return TestClient(create_app(self.record, settings), base_url=HOST, raise_server_exceptions=False)

    def at(self, rest: str = "") -> str:
        return f"/systems/{self.system}{rest}"


def built(folder: Path) -> World:
    """The record in a file of this folder, and the tree beside it."""
    root = folder / "bank-assistant"
    (root / "src/agent").mkdir(parents=True)
    (root / "src/agent/tools.py").write_text(TOOLS + "\n", encoding="utf-8")
    record = open_record(f"sqlite:///{folder / 'record.sqlite'}", clock=lambda: NOW)
    whole = sample.SCAN
    first = tuple(one for one in whole.findings if one.id != EXECUTED)
    gone = make.finding("unpinned-dependency", id="0123456789ab", severity="low", element=whole.findings[0].element,
                        evidence=(make.evidence("src/gone.py:3", "import gone"),))  # fmt: skip
    key = str(root)
    said = {"name": "bank-assistant", "owner": "Payments", "tags": ("prod",), "criticality": "high"}
    guarded = Control(
        id="c9", kind="human_approval", protects=(sample.REFUND,), evidence=(make.evidence("src/agent/tools.py:39", "@approved"),)
    )
    system = whole.system.model_copy(update={"controls": (*whole.system.controls, guarded)})
    before = whole.model_copy(update={"findings": (*first, gone), "examined": ("src/gone.py",), "system": system})
    record.keep(key, before, at=NOW - timedelta(days=7), **said)  # type: ignore[arg-type]
    record.keep(key, whole.model_copy(update={"examined": ("src/agent/tools.py",)}), at=NOW - timedelta(hours=3), **said)  # type: ignore[arg-type]
    return World(record, root, digest(key))


def copied(world: World, folder: Path) -> World:
    """The same in a record of its own."""
    place = folder / "record.sqlite"
    with closing(sqlite3.connect(world.record.where)) as source, closing(sqlite3.connect(place)) as target:
        source.backup(target)
    return World(open_record(f"sqlite:///{place}", clock=lambda: NOW), world.root, world.system)


def with_quiet(world: World) -> str:
    """A system without findings; gives its place in addresses."""
    world.record.keep("/srv/quiet", make.scan(), at=NOW - timedelta(days=40), name="quiet")
    return digest("/srv/quiet")


def with_failed(world: World) -> str:
    scan = make.scan(errors=(Failed(path=".", error="the system model could not be built"),), elements=())
    world.record.keep("/srv/failed", scan, at=NOW, name="failed")
    return digest("/srv/failed")


def with_hostile(world: World) -> str:
    """A system in which every text that others could choose tries to do harm, one of them 10 000 characters long."""
    told = json.loads(json.dumps(hostile.SCAN.model_dump(mode="json")).replace("\\udc80", ""))
    scan = Scan.model_validate(told)
    worst = make.finding(
        "unsafe-model-load", id="f00d00000001", element=f"agent:{LONG}", title=f"<b>{LONG}</b>", description=f"<script>document.title='x'</script> {LONG}",
        attack_path=(f"agent:{LONG}",), evidence=(make.evidence(f"javascript:alert(1)/{'d' * 300}.py:3", f"<script>alert(1)</script>\n{LONG}"),),
    )  # fmt: skip
    ids = {one.id: f"f00d0000{number:04}" for number, one in enumerate(scan.findings, 2)}
    text = scan.model_copy(
        update={
            "findings": (worst, *(one.model_copy(update={"id": ids[one.id]}) for one in scan.findings)),
            "system": scan.system.model_copy(update={"elements": (*scan.system.elements, make.element("agent", LONG))}),
        }
    )
    world.record.keep(
        "/srv/hostile", text, at=NOW, name=hostile.EVIL.replace("\udc80", ""), owner=hostile.MARKUP, tags=("<i>tag</i>", LONG)
    )
    return digest("/srv/hostile")


def form_token(page: str) -> str:
    """What a page's form carries."""
    found = re.search(r'name="form_token" value="([0-9a-f]{64})"', page)
    assert found is not None
    return found[1]


def text_of(page: str) -> str:
    """What a person reads of a page."""
    import html

    body = re.sub(r"<head>.*?</head>", "", page, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", body)).split())
