"""Pictures read by Tesseract, a program of this machine: nothing is sent anywhere.

The program is found on the PATH once, started with a fixed list of arguments and an empty environment, given the picture on its standard
input and a time to end in. Of its table of words, lines are kept that it is sure of: what it makes of photographs and of lines
in a drawing is noise. Left out: where on the page a word stands, other alphabets than those of the languages named.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ingest.errors import UnusableInput
from ingest.pictures.reader import NotRead, Picture

_SECONDS = 60.0  # of one picture; a dense page takes five
_MOST_OUTPUT = 8 * 2**20
_SURE = 60.0  # percent; mean over the words of a line
_COLUMNS = 12
_INSTALL = "install it (Debian: apt install tesseract-ocr; macOS: brew install tesseract), or set ocr to off"


@dataclass(frozen=True, slots=True)
class Tesseract:
    """The program and the languages it reads."""

    program: str
    languages: str
    edition: str
    seconds: float = _SECONDS

    told = "OCR"
    sent_to = ""
    most_side = 4_000

    @classmethod
    def found(cls, languages: str, root: Path | None = None) -> Tesseract:
        """The program on the PATH, with the languages asked for; one below `root` is not taken."""
        program = shutil.which("tesseract")
        if program is None or not Path(program).is_absolute():
            raise UnusableInput("tesseract is not installed", "ocr", _INSTALL)
        if root is not None and Path(program).resolve().is_relative_to(root.resolve()):
            raise UnusableInput("tesseract on the PATH lies in the tree to scan, and nothing of that is run", program, "mend PATH")
        known = _said(program, "--list-langs").split()
        lacking = [language for language in languages.split("+") if language not in known]
        if lacking:
            raise UnusableInput(
                f"tesseract has no data for {', '.join(lacking)}", "ocr", "install it (Debian: apt install tesseract-ocr-LANGUAGE)"
            )
        edition = next(iter(_said(program, "--version").splitlines()), "tesseract").strip()[:60]
        return cls(program, languages, edition)

    @property
    def identity(self) -> str:
        return f"{self.edition}, {self.languages}"

    def lines(self, picture: Picture) -> tuple[str, ...]:
        command = [self.program, "stdin", "stdout", "-l", self.languages, "--psm", "3", "tsv"]
        try:
            done = subprocess.run(command, input=picture.png, capture_output=True, timeout=self.seconds, env=_environment(), check=False)
        except subprocess.TimeoutExpired:
            raise NotRead(f"tesseract took longer than {self.seconds:g} s") from None
        except OSError as problem:
            raise NotRead(f"tesseract could not be started: {problem.strerror}") from None
        if done.returncode != 0 or len(done.stdout) > _MOST_OUTPUT:
            raise NotRead(f"tesseract failed with exit code {done.returncode}")
        return tuple(_lines(done.stdout.decode("utf-8", "replace")))


def _lines(table: str) -> Iterator[str]:
    """The lines that are sure enough, an empty one between paragraphs."""
    words: dict[tuple[int, ...], list[tuple[float, str]]] = {}
    for row in table.split("\n"):
        cells = row.split("\t")
        if len(cells) != _COLUMNS or not cells[11].strip() or not cells[2].isdigit():
            continue
        words.setdefault((int(cells[2]), int(cells[3]), int(cells[4])), []).append((float(cells[10]), cells[11].strip()))
    paragraph: tuple[int, ...] = ()
    for place, line in words.items():
        text = " ".join(word for _, word in line)
        if sum(sure for sure, _ in line) / len(line) < _SURE or sum(map(str.isalnum, text)) < 2:
            continue
        if paragraph and place[:2] != paragraph:
            yield ""
        paragraph = place[:2]
        yield text


def _said(program: str, option: str) -> str:
    try:
        done = subprocess.run([program, option], capture_output=True, timeout=10, env=_environment(), check=False)
    except (OSError, subprocess.TimeoutExpired):
        raise UnusableInput("tesseract does not answer", program, "reinstall it, or set ocr to off") from None
    return (done.stdout or done.stderr).decode("utf-8", "replace")


def _environment() -> dict[str, str]:
    """What the program needs: where its languages are, and that it takes one processor."""
    kept = {name: os.environ[name] for name in ("TESSDATA_PREFIX", "SYSTEMROOT") if name in os.environ}
    return {**kept, "OMP_THREAD_LIMIT": "1", "LC_ALL": "C"}
