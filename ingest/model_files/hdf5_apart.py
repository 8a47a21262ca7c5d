"""A program of its own: reads the attributes of an HDF5 file's root from its standard input, and writes them as JSON.

Run by `hdf5.py` as a script, never imported: the HDF5 library is written in C and a damaged file can end the process it is in, which
must not be the scan's. It gets an open file and nothing else, imports nothing of ours, and bounds its own memory and time.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys

_WANTED = ("keras_version", "backend", "model_config")
_MAX_BYTES = 64_000_000  # of one attribute
_MEMORY, _SECONDS = 4_000_000_000, 20


def main() -> None:
    """Attributes that are texts, by name."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    import h5py

    found: dict[str, str] = {}
    with os.fdopen(0, "rb", closefd=False) as given, h5py.File(given, "r") as file:
        for name in _WANTED:
            if name in file.attrs and file.attrs.get_id(name).get_storage_size() <= _MAX_BYTES:
                value = file.attrs[name]
                text = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
                if isinstance(text, str) and len(text) <= _MAX_BYTES:
                    found[name] = text
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
