"""Buckets that are read without credentials: `boto3.client("s3", config=Config(signature_version=UNSIGNED))`.

Takes the assembly with its call sites, gives a data set for each function that fetches objects so: a bucket that answers anybody is
somebody else's publication, and its objects are replaced in place unless a version is asked for. Buckets that are made readable by a
policy and asked with credentials are not told, nor is a digest that is compared after the object was written to a file.
"""

from __future__ import annotations

from ingest.code.program import Node
from pipeline.system.assembly import Assembly
from pipeline.system.program.arguments import argument_node

_FETCHES = frozenset({"download_file", "download_fileobj", "get_object"})
_UNSIGNED = frozenset({"botocore.UNSIGNED", "botocore.handlers.UNSIGNED"})


def add_public_buckets(assembly: Assembly) -> None:
    for site in assembly.sites.calls:
        method = next((name.rpartition(".")[2] for name in site.names if name.startswith("boto3.client().")), "")
        if method not in _FETCHES or not _asks_unsigned(assembly, site.node):
            continue
        program = assembly.program
        bucket = argument_node(program, site.node, "Bucket|0")
        named = program.constant(bucket) if bucket is not None else None
        held = argument_node(program, site.node, "VersionId|ExtraArgs.VersionId") is not None
        identity = assembly.drafts.put(
            "dataset", f"s3://{named}" if isinstance(named, str) else f"{assembly.symbol(site.node)} (public bucket)", "supply_chain",
            {"source": "url", "public": True, "revision_pinned": held}, assembly.cite(site.node), site.node,
            assembly.purpose(site.node[0]), assembly.symbol(site.node),
        )  # fmt: skip
        if held:
            assembly.control("pinned_revision", identity, assembly.cite(site.node))


def _asks_unsigned(assembly: Assembly, call: Node) -> bool:
    """Whether the client that a method is called on signs nothing."""
    program = assembly.program
    method = (call[0], program.value(call).inputs[0])
    if program.value(method).kind != "attribute":
        return False
    for client in program.origins((method[0], program.value(method).inputs[0])):
        config = argument_node(program, client, "config") if program.value(client).kind == "call" else None
        for made in program.origins(config) if config is not None else ():
            signed = argument_node(program, made, "signature_version") if program.value(made).kind == "call" else None
            if signed is not None and not _UNSIGNED.isdisjoint(program.names(signed)):
                return True
    return False
