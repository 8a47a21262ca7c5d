"""Graphs: ONNX models and TensorFlow's SavedModel.

Takes an open file, gives entries of the listing: operations (of ONNX those outside its own domains, of TensorFlow each once), files that
the graph names, and what it says of itself. Weights are passed over; a file that is named is not opened.
Field numbers are those of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto and of TensorFlow's saved_model.proto, meta_graph.proto,
graph.proto, node_def.proto and function.proto.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import BinaryIO

from ingest.model_files.listing import Listing
from ingest.model_files.protobuf import BadMessage, Field, Reader

MAX_FIELDS = 3_000_000
_ONNX_DOMAINS = ("", "ai.onnx", "ai.onnx.ml", "ai.onnx.training", "ai.onnx.preview.training")


def read_onnx(handle: BinaryIO, size: int, listing: Listing) -> bool:
    """Entries of one ONNX model; whether it is one."""
    reader = Reader(handle, MAX_FIELDS)
    graphs: deque[Field] = deque()
    texts = {2: "producer", 4: "domain"}
    known = 0
    try:
        for field in reader.fields(0, size):
            if field.number == 1 and not field.is_range and 0 < field.value < 1000:
                known += 1
                listing.know(ir_version=field.value)
            elif field.number in texts and field.is_range:
                listing.know(**{texts[field.number]: reader.text(field)})
            elif field.number == 14 and field.is_range:
                key, value = _pair(reader, field)
                listing.add("metadata", key, f"{key}: {value}", f"metadata_props byte {field.start}")
            elif field.number in (7, 25) and field.is_range:  # the graph, functions of its own
                known += field.number == 7
                graphs.append(field)
    except BadMessage as problem:
        listing.note(f"read in part: {problem}")
    if not known:
        listing.notes.clear()  # it is something else, not a broken graph
        return False
    listing.format = "onnx"
    _read_onnx_graphs(reader, graphs, listing)
    return True


def _read_onnx_graphs(reader: Reader, graphs: deque[Field], listing: Listing) -> None:
    operations: dict[str, Field] = {}
    files: dict[str, Field] = {}
    nodes = tensors = 0
    try:
        while graphs:
            graph = graphs.popleft()
            for field in reader.fields(graph.start, graph.start + graph.value):
                if not field.is_range:
                    continue
                if field.number in (1, 7) and (graph_node := _onnx_node(reader, field)):
                    name, inner, held = graph_node
                    nodes += 1
                    operations.setdefault(name, field)
                    graphs.extend(inner)
                    for tensor in held:
                        _external(reader, tensor, files)
                elif field.number == 5:
                    tensors += 1
                    _external(reader, field, files)
    except BadMessage as problem:
        listing.note(f"read in part: {problem}")
    listing.know(operations=nodes, tensors=tensors)
    for name, field in sorted(operations.items(), key=lambda item: item[1].start):
        domain, _, operation = name.rpartition("::")
        if domain not in _ONNX_DOMAINS:
            listing.add("operation", name, f"{operation} of the domain {domain}", f"graph byte {field.start}")
    for name, field in sorted(files.items(), key=lambda item: item[1].start):
        listing.add("file", name, f"location: {name}", f"external_data byte {field.start}")


def _onnx_node(reader: Reader, node: Field) -> tuple[str, list[Field], list[Field]] | None:
    """Domain and operation, graphs inside, tensors inside; None where it has no operation."""
    operation = domain = ""
    graphs: list[Field] = []
    tensors: list[Field] = []
    for field in reader.fields(node.start, node.start + node.value):
        if field.number == 4 and field.is_range:
            operation = reader.text(field, 200)
        elif field.number == 7 and field.is_range:
            domain = reader.text(field, 200)
        elif field.number == 5 and field.is_range:
            for inner in reader.fields(field.start, field.start + field.value):
                if inner.is_range and inner.number in (6, 11):
                    graphs.append(inner)
                elif inner.is_range and inner.number in (5, 10):
                    tensors.append(inner)
    return (f"{domain}::{operation}", graphs, tensors) if operation else None


def _external(reader: Reader, tensor: Field, files: dict[str, Field]) -> None:
    for field in reader.fields(tensor.start, tensor.start + tensor.value):
        if field.number == 13 and field.is_range:
            key, value = _pair(reader, field)
            if key == "location":
                files.setdefault(value, field)


def _pair(reader: Reader, entry: Field) -> tuple[str, str]:
    """A key and its value."""
    found = {field.number: reader.text(field) for field in reader.fields(entry.start, entry.start + entry.value) if field.is_range}
    return found.get(1, ""), found.get(2, "")


# TensorFlow


def read_saved_model(handle: BinaryIO, size: int, listing: Listing) -> bool:
    """Entries of one saved_model.pb; whether it is one."""
    reader = Reader(handle, MAX_FIELDS)
    operations: dict[str, Field] = {}
    nodes = metas = 0
    try:
        for meta in _inside(reader, Field(0, size, 0, True), 2):
            metas += 1
            for part in reader.fields(meta.start, meta.start + meta.value):
                if not part.is_range:
                    continue
                if part.number == 1:
                    _read_meta_info(reader, part, listing)
                elif part.number == 6:
                    _read_asset(reader, part, listing)
                elif part.number == 2:
                    nodes += _read_graph(reader, part, lambda name, field: operations.setdefault(name, field))
    except BadMessage as problem:
        listing.note(f"read in part: {problem}")
    if not metas:
        listing.notes.clear()
        return False
    listing.format = "saved_model"
    listing.know(operations=nodes)
    for name, field in sorted(operations.items(), key=lambda item: item[1].start):
        listing.add("operation", name, f"op: {name}", f"graph byte {field.start}")
    return True


def _read_meta_info(reader: Reader, part: Field, listing: Listing) -> None:
    for field in reader.fields(part.start, part.start + part.value):
        if field.number == 5 and field.is_range:
            listing.know(producer=f"tensorflow {reader.text(field, 100)}")


def _read_asset(reader: Reader, part: Field, listing: Listing) -> None:
    for field in reader.fields(part.start, part.start + part.value):
        if field.number == 2 and field.is_range:
            name = reader.text(field)
            listing.add("file", f"assets/{name}", f"asset: {name}", f"asset_file_def byte {field.start}")


def _read_graph(reader: Reader, graph: Field, found: Callable[[str, Field], object]) -> int:
    """Operations of a graph and of the functions it brings along; how many nodes there are."""
    nodes = 0
    for field in reader.fields(graph.start, graph.start + graph.value):
        if field.number == 1 and field.is_range:
            nodes += _operation(reader, field, found)
        elif field.number == 2 and field.is_range:
            for function in _inside(reader, field, 1):
                nodes += sum(_operation(reader, node, found) for node in _inside(reader, function, 3))
    return nodes


def _operation(reader: Reader, node: Field, found: Callable[[str, Field], object]) -> int:
    for field in _inside(reader, node, 2):
        found(reader.text(field, 200), field)
        return 1
    return 0


def _inside(reader: Reader, message: Field, number: int) -> Iterator[Field]:
    """Texts or messages of one number in a message."""
    for field in reader.fields(message.start, message.start + message.value):
        if field.number == number and field.is_range:
            yield field
