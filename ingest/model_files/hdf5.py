"""HDF5 files of Keras: the attributes of the root, in which the configuration of the layers stands.

Takes an open file, gives entries of the listing. Data sets are not read, links into other files not followed. HDF5 of anything else
than a model has its format told and nothing more. The library runs in a process of its own (`hdf5_apart.py`): damaged files crash it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import BinaryIO

from ingest.model_files.keras import read_keras_config
from ingest.model_files.listing import Listing

MAGIC = b"\x89HDF\r\n\x1a\n"
_PROGRAM = Path(__file__).with_name("hdf5_apart.py")
_SECONDS = 30
_PASSED_ON = ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH", "TMPDIR", "TEMP")


def read_hdf5(handle: BinaryIO, listing: Listing) -> bool:
    """Entries of one file, which begins as HDF5 does."""
    listing.format = "hdf5"
    said = _attributes(handle)
    if said is None:
        listing.note("not examined: HDF5 that the library cannot read")
        return True
    if version := said.get("keras_version"):
        listing.know(producer=f"keras {version}")
    listing.know(backend=said.get("backend"))
    if config := said.get("model_config"):
        listing.format = "keras"
        read_keras_config(config.encode("utf-8", "surrogatepass"), listing, "model_config")
    return True


def _attributes(handle: BinaryIO) -> dict[str, str] | None:
    """Texts of the root, or None where the library fails or ends."""
    handle.seek(0)
    environment = {name: value for name in _PASSED_ON if (value := os.environ.get(name)) is not None}
    try:
        ended = subprocess.run(
            [sys.executable, "-I", str(_PROGRAM)], stdin=handle, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            timeout=_SECONDS, check=True, env=environment, cwd=_PROGRAM.parent,
        )  # fmt: skip
        found = json.loads(ended.stdout)
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    return {name: text for name, text in found.items() if isinstance(text, str)} if isinstance(found, dict) else None
