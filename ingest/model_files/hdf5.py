"""HDF5 files of Keras: the attributes of the root, in which the configuration of the layers stands.

Takes an open file, gives entries of the listing. Data sets are not read, links into other files not followed. HDF5 of anything else
than a model has its format told and nothing more.
"""

from __future__ import annotations

from typing import BinaryIO

from ingest.model_files.keras import read_keras_config
from ingest.model_files.listing import Listing

MAGIC = b"\x89HDF\r\n\x1a\n"
_MAX_CONFIG = 64_000_000


def read_hdf5(handle: BinaryIO, listing: Listing) -> bool:
    """Entries of one file; whether it is HDF5 that the library can open."""
    import h5py

    handle.seek(0)
    listing.format = "hdf5"
    try:
        with h5py.File(handle, "r") as file:
            for name, attribute in (("keras_version", "producer"), ("backend", "backend")):
                if (said := _attribute(file, name)) is not None:
                    listing.know(**{attribute: f"keras {said}" if name == "keras_version" else said})
            config = _attribute(file, "model_config")
            if config is not None:
                listing.format = "keras"
                read_keras_config(config.encode("utf-8", "surrogatepass"), listing, "model_config")
    except Exception as problem:  # a C library over hostile bytes: it raises what it likes
        listing.note(f"not examined: HDF5 that cannot be read: {type(problem).__name__}")
    return True


def _attribute(file: object, name: str) -> str | None:
    attributes = file.attrs  # type: ignore[attr-defined]  # h5py has no types
    if name not in attributes or attributes.get_id(name).get_storage_size() > _MAX_CONFIG:
        return None
    value = attributes[name]
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value if isinstance(value, str) else None
