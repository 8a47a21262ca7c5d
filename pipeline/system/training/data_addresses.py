"""Data that a program which trains fetches by an address: `pandas.read_csv("https://...")`, `requests.get(base + name)`.

Takes an assembly whose elements are known, gives a dataset of others per call that reads a file of records from an address that is written
down, whole or in parts, and says whether the address names one state of it. Addresses that settings give, answers of services (which end
in no file) and machines of one's own are left out, and so are trees that train nothing.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from ingest.code.program import Node
from pipeline.system.assembly import Assembly, SourceOf
from pipeline.system.model import AttributeValue
from pipeline.system.program.arguments import argument_positions
from pipeline.system.program.naming import is_own_host

_READS_RECORDS = re.compile(
    r"^(?:pandas|polars|dask\.dataframe|geopandas)\.(?:read|scan)_(?:csv|excel|parquet|json|table|feather|ipc|file|fwf)$|^numpy\.(?:loadtxt|genfromtxt)$"
)
_FETCHES = re.compile(
    r"^(?:requests|httpx)\.(?:Session\.|Client\.)?get$|^urllib\.request\.(?:urlopen|urlretrieve)$|^wget\.download$"
    r"|^(?:tensorflow\.)?keras\.utils\.get_file$|^torch\.hub\.download_url_to_file$|^torchvision\.datasets\.utils\.download_(?:url|and_extract_archive)$|^pooch\.retrieve$"
)
_FILE = re.compile(
    r"\.(?:csv|tsv|data|xlsx?|parquet|jsonl|arff|feather|arrow|npz|npy|h5|hdf5|libsvm)(?:\.(?:gz|bz2|zip|xz))?$", re.IGNORECASE
)
_ARCHIVE = re.compile(r"\.(?:zip|tgz|tar|gz|bz2|xz|7z)$", re.IGNORECASE)
_OF_DATA = re.compile(r"(?<![a-z])(?:data|datasets?|trip-?data|tripdata|records?|benchmarks?|corpus)(?![a-z])", re.IGNORECASE)
_ONE_STATE = re.compile(
    r"/[0-9a-f]{40}(?:/|$)|(?:^|\.)zenodo\.org/(?:api/)?records?/\d+|/releases/download/|[?&](?:versionId|revision)=", re.IGNORECASE
)
_HASHES = frozenset({"file_hash", "hash_prefix", "known_hash", "md5", "sha256"})
_DEPTH = 5
_LONGEST_NAME = 70


def add_data_addresses(assembly: Assembly) -> None:
    """A dataset per address that records are fetched from."""
    if not any(draft.kind == "training_job" for draft in assembly.drafts.by_id.values()):
        return
    for file, facts in enumerate(assembly.program.files):
        for identity, value in enumerate(facts.values):
            if value.kind == "call" and len(value.inputs) > 1 and (found := _address(assembly, (file, identity))) is not None:
                _put(assembly, (file, identity), found)


def _put(assembly: Assembly, call: Node, address: str) -> None:
    split = urlsplit(address)
    attributes: dict[str, AttributeValue] = {"source": "url", "public": True}
    if _ONE_STATE.search(address) is None:
        attributes["revision_pinned"] = False
    name = f"{split.hostname}{split.path}"
    name = name if len(name) <= _LONGEST_NAME else f"{split.hostname}/.../{posixpath.basename(split.path)}"
    facts = assembly.program.files[call[0]]
    dataset = assembly.drafts.put("dataset", name, "supply_chain", attributes, assembly.cite(call), call, facts.purpose)
    if _ONE_STATE.search(address) is not None:
        assembly.control("pinned_revision", dataset, assembly.cite(call))
    if not _HASHES.isdisjoint(assembly.program.value(call).labels):
        assembly.control("hash_check", dataset, assembly.cite(call))
    assembly.sources.setdefault(call, []).append(SourceOf("dataset_records", dataset))


def _address(assembly: Assembly, call: Node) -> str | None:
    """The address of a file of records that a call is given; None where it is given none."""
    program, value = assembly.program, assembly.program.value(call)
    names = [assembly.index.canonical(name) for name in program.names((call[0], value.inputs[0]))]
    reads = any(_READS_RECORDS.match(name) for name in names)
    if not reads and not any(_FETCHES.match(name) for name in names):
        return None
    given = argument_positions(value, "url|origin|filepath_or_buffer|path_or_buf|io|source|fname|0")
    if any(name.endswith("get_file") for name in names):
        given = argument_positions(value, "origin|1")
    texts = [text for position in given for text in _texts(assembly, (call[0], value.inputs[position]), _DEPTH)]
    base = next((text for text in texts if text.startswith(("https://", "http://", "ftp://"))), None)
    host = urlsplit(base).hostname if base is not None else None
    if base is None or not host or is_own_host(host) or "." not in host:
        return None
    ends = [base.partition("?")[0], *(text for text in texts if text != base)]
    # An archive may hold anything; by a client of the web it is taken for records only where the address says that it holds data.
    packed = not any(name.startswith(("requests", "httpx")) for name in names) or any(_OF_DATA.search(end) for end in ends)
    last = next((end for end in ends if _FILE.search(end) or (packed and _ARCHIVE.search(end))), None)
    if last is None and not reads:
        return None  # what a service answers
    return base if last in (None, ends[0]) else f"{base.rstrip('/')}/{posixpath.basename(last or '')}"


def _texts(assembly: Assembly, node: Node, depth: int) -> Iterator[str]:
    """The texts that a value is put together from, in their order; members of lists that a loop goes over as well."""
    if depth < 0:
        return
    program = assembly.program
    for origin in program.origins(node):
        value = program.value(origin)
        if value.kind == "constant" and value.constant_type == "string":
            yield value.text
        elif value.kind in ("format", "operation", "collection", "element_of", "choice"):
            for part in value.inputs:
                yield from _texts(assembly, (origin[0], part), depth - 1)
        elif value.kind == "call" and program.value((origin[0], value.inputs[0])).text in ("join", "urljoin", "format"):
            for part in value.inputs[1:]:
                yield from _texts(assembly, (origin[0], part), depth - 1)
        elif value.kind == "parameter":
            known = program.parameter_of(origin)
            default = program.function(known[0]).parameters[known[1]].default if known is not None else None
            if default is not None:
                yield from _texts(assembly, (origin[0], default), depth - 1)
