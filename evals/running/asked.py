"""The model that a run measures, as whoever starts the run names it; keys and further settings stay in the environment.

Kept replies of a run lie in a folder of their own: a run that was interrupted pays nothing twice, a repeat is asked anew, and a run that
is to ask everything anew keeps them no longer than it takes.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import threatloom
from pipeline.findings.model import Scan

FILE = "asked.json"
REPLIES = "THREATLOOM_REPLIES_DIR"


@dataclass(frozen=True, slots=True)
class AskedModel:
    """What `--llm` and the options beside it say."""

    llm: str
    base_url: str | None = None
    budget: tuple[str, ...] = ()  # of each scan
    anew: bool = False  # no kept reply is used

    def written(self, folder: Path) -> None:
        """For another process, in a file: an address may hold what should not stand in a list of processes."""
        (folder / FILE).write_text(json.dumps(asdict(self)), encoding="utf-8")

    def scan(self, root: Path, *, exclude: tuple[str, ...] = (), jobs: int | None = None) -> Scan:
        """A scan with the model, through the public interface."""
        return threatloom.scan(root, exclude=exclude, jobs=jobs, llm=self.llm, base_url=self.base_url, budget=self.budget)


def read_asked(folder: Path) -> AskedModel | None:
    """What another process wrote; None where no model is asked."""
    file = folder / FILE
    if not file.exists():
        return None
    said = json.loads(file.read_text("utf-8"))
    return AskedModel(said["llm"], said["base_url"], tuple(said["budget"]), said["anew"])


def replies_of(asked: AskedModel, turn: int, folder: Path, environment: Mapping[str, str] = os.environ) -> Path:
    """Where the replies of one turn are kept; `folder` ends with the run."""
    if asked.anew:
        return folder / "replies"
    from pipeline.agent.spending import default_folder

    named = environment.get(REPLIES)
    return (Path(named) if named else default_folder().with_name("eval-replies")) / str(turn)


def prompts_asked() -> tuple[str, ...]:
    """The prompts of the analyst as name@version: figures of other words are other figures."""
    from pipeline.agent.examine import ANALYSE, SUMMARISE, SURVEY, VERIFY
    from prompts import load_prompt

    return tuple(f"{name}@{load_prompt(name).version}" for name in (SURVEY, ANALYSE, VERIFY, SUMMARISE))
