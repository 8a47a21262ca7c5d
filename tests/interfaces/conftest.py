"""A stand-in for the pipeline and the catalog, so that the command line is tested alone."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

import pytest

from ingest.pictures.reader import PictureReader
from pipeline.findings.model import Scan, Suppression
from pipeline.interfaces.settings import Settings
from pipeline.progress import Progress
from pipeline.threats.own import NOTHING
from pipeline.threats.schema import Threat
from tests.reports.sample import SCAN


@dataclass(frozen=True)
class ScanSettings:
    docs: tuple[Path, ...] = ()
    exclude: tuple[str, ...] = ()
    jobs: int | None = None
    cache: Path | None = None
    knowledge: tuple[Path, ...] = ()
    pictures: PictureReader | None = None
    llm: object | None = None
    index: Path | None = None
    suppress: tuple[Suppression, ...] = ()
    suppressions: bool = True
    trust: str = "tree"
    rev: str | None = None
    part_of_ai_system: bool = False


@dataclass
class Stub:
    """What the next scan gives or raises, and what it was called with."""

    result: Scan = SCAN
    raises: BaseException | None = None
    calls: list[tuple[Path, ScanSettings]] = field(default_factory=list)

    def scan(self, path: Path, settings: ScanSettings, progress: Progress) -> Scan:
        progress.step("reading", 1, 2)
        self.calls.append((path, settings))
        if self.raises:
            raise self.raises
        return self.result


@pytest.fixture(autouse=True)
def quiet_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    data = tmp_path_factory.mktemp("data")
    monkeypatch.setattr("platformdirs.user_data_path", lambda name, *_, **__: data / name)
    for name in ("NO_COLOR", "SOURCE_DATE_EPOCH", *(f"THREATLOOM_{setting.upper()}" for setting in Settings.model_fields)):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("THREATLOOM_RECORD", "off")


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Stub:
    importlib.import_module("pipeline.baseline")  # which takes the real one with it
    made = Stub()
    module = ModuleType("pipeline.scan")
    vars(module).update(scan=made.scan, ScanSettings=ScanSettings)
    monkeypatch.setitem(sys.modules, "pipeline.scan", module)
    return made


THREATS = tuple(
    Threat.model_validate(
        {
            "slug": slug, "stride": [stride], "title": f"Title of {slug}", "summary": "Who does what.", "sentence": "{element} does.",
            "about": ["agent"], "when": [{"the_element": {"a": True}}], "likelihood": {"base": 3}, "impact": {"base": 3},
            "how_we_look": "We look closely.", "not_a_threat_when": "It is not.", "taxonomy": {"cwe": ["CWE-94"]},
            "mitigations": [{"text": "Do the right thing.", "test": "See it done rightly."}],
        }
    )
    for slug, stride in (("indirect-prompt-injection", "tampering"), ("unbounded-consumption", "denial_of_service"))
)  # fmt: skip


@pytest.fixture
def catalog(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    class Catalog:
        threats = THREATS
        own = NOTHING

        def get(self, slug: str) -> Threat | None:
            return next((threat for threat in THREATS if threat.slug == slug), None)

        def page(self, slug: str) -> str:
            return f"## Reported\nWhy {slug}.\n```python path=serve.py\nexec(reply)  # threat: {slug}\n```\n"

    monkeypatch.setattr("pipeline.threats.catalog.load_catalog", Catalog)
    monkeypatch.setattr("pipeline.threats.catalog.catalog_with", lambda folders: Catalog())
    yield


@pytest.fixture
def run(capsysbinary: pytest.CaptureFixture[bytes]) -> Callable[..., tuple[int, str, str]]:
    """Run the command line in this process: exit code, stdout, stderr."""
    from pipeline.interfaces.cli import run as run_cli

    def call(*arguments: object) -> tuple[int, str, str]:
        code = run_cli([str(argument) for argument in arguments])
        out, err = capsysbinary.readouterr()
        return code, out.decode(), err.decode()

    return call
