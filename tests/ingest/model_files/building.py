"""Model files for tests, made by the real writers of their formats; and pickles out of a written list of opcodes.

Nothing here is ever loaded: what a file would do when it is opened, it never gets to do. `assembled` turns lines such as
`GLOBAL os system` into the bytes of a pickle, so that a page of text can show a hostile one.
"""

from __future__ import annotations

import io
import pickletools
import struct
import zipfile
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import numpy.typing as npt
from gguf import GGUFWriter
from onnx import TensorProto, helper

_CODES = {info.name: info.code.encode("latin-1") for info in pickletools.opcodes}


def assembled(text: str) -> bytes:
    """The pickle that a list of opcodes spells, one a line; the argument follows the name."""
    return b"".join(_opcode(line.strip()) for line in text.splitlines() if line.strip())


def _opcode(line: str) -> bytes:
    name, _, argument = line.partition(" ")
    code = _CODES[name]
    match name:
        case "PROTO" | "BINPUT" | "BINGET" | "BININT1" | "EXT1":
            return code + bytes([int(argument)])
        case "GLOBAL" | "INST":
            module, _, attribute = argument.partition(" ")
            return code + f"{module}\n{attribute}\n".encode()
        case "UNICODE" | "INT" | "PERSID" | "PUT" | "GET" | "STRING":
            return code + argument.encode() + b"\n"
        case "BINUNICODE":
            return code + struct.pack("<I", len(argument.encode())) + argument.encode()
        case "SHORT_BINUNICODE":
            return code + bytes([len(argument.encode())]) + argument.encode()
        case "FRAME":
            return code + struct.pack("<Q", int(argument))
        case _:
            assert not argument, f"{name} takes no argument here"
            return code


CALLS_SYSTEM = assembled("PROTO 2\nGLOBAL os system\nBINUNICODE id > /tmp/x\nTUPLE1\nREDUCE\nSTOP")

TENSOR = assembled("""
PROTO 2
EMPTY_DICT
BINPUT 0
BINUNICODE weight
GLOBAL torch._utils _rebuild_tensor_v2
MARK
MARK
BINUNICODE storage
GLOBAL torch FloatStorage
BINUNICODE 0
BINUNICODE cpu
BININT1 6
TUPLE
BINPERSID
BININT1 0
BININT1 2
BININT1 3
TUPLE2
BININT1 3
BININT1 1
TUPLE2
NEWFALSE
GLOBAL collections OrderedDict
EMPTY_TUPLE
REDUCE
TUPLE
REDUCE
SETITEM
STOP
""")  # fmt: skip


def torch_zip(pickled: bytes = TENSOR, folder: str = "archive", **parts: bytes) -> bytes:
    """A checkpoint as torch has written it since 1.6."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(f"{folder}/data.pkl", pickled)
        archive.writestr(f"{folder}/data/0", struct.pack("<6f", *range(6)))
        archive.writestr(f"{folder}/version", b"3\n")
        for name, data in parts.items():
            archive.writestr(f"{folder}/{name.replace('__', '/')}.py", data)
    return made.getvalue()


def joblib_array(array: npt.NDArray[Any], behind: bytes = b"") -> bytes:
    """What joblib writes for an array: a wrapper, the numbers behind its BUILD, and what comes after them."""
    head = assembled(f"""
    PROTO 4
    SHORT_BINUNICODE joblib.numpy_pickle
    SHORT_BINUNICODE NumpyArrayWrapper
    STACK_GLOBAL
    EMPTY_TUPLE
    NEWOBJ
    EMPTY_DICT
    MARK
    SHORT_BINUNICODE subclass
    SHORT_BINUNICODE numpy
    SHORT_BINUNICODE ndarray
    STACK_GLOBAL
    SHORT_BINUNICODE shape
    BININT1 {array.shape[0]}
    TUPLE1
    SHORT_BINUNICODE order
    SHORT_BINUNICODE C
    SHORT_BINUNICODE dtype
    SHORT_BINUNICODE numpy
    SHORT_BINUNICODE dtype
    STACK_GLOBAL
    SHORT_BINUNICODE {array.dtype.str[1:]}
    NEWFALSE
    NEWTRUE
    TUPLE3
    REDUCE
    SHORT_BINUNICODE allow_mmap
    NEWTRUE
    SHORT_BINUNICODE numpy_array_alignment_bytes
    BININT1 16
    SETITEMS
    BUILD
    """)
    padding = 16 - (len(head) + 1) % 16
    return head + bytes([padding]) + b"\xff" * padding + array.tobytes() + (behind or assembled("STOP"))


def onnx_model(location: str = "", domain: str = "", **metadata: str) -> bytes:
    """A graph of one operation and one initialiser, whose weights lie elsewhere where a location is given."""
    weight = helper.make_tensor("w", TensorProto.FLOAT, [2], [1.0, 2.0])
    if location:
        weight.ClearField("float_data")
        weight.data_location = TensorProto.EXTERNAL
        entry = weight.external_data.add()
        entry.key, entry.value = "location", location
    node = helper.make_node("Add", ["x", "w"], ["y"], domain=domain)
    shape = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [2]) for name in ("x", "y")]
    model = helper.make_model(helper.make_graph([node], "g", shape[:1], shape[1:], [weight]), producer_name="test-writer")
    for key, value in metadata.items():
        entry = model.metadata_props.add()
        entry.key, entry.value = key, value
    data: bytes = model.SerializeToString()
    return data


def gguf_model(path: Path, template: str = "", **general: str) -> bytes:
    """A model of one tensor with these keys."""
    writer = GGUFWriter(path, "llama")
    writer.add_name("tiny")
    for key, value in general.items():
        writer.add_string(f"general.{key}", value)
    writer.add_array("tokenizer.ggml.tokens", ["<s>", "</s>", "a"])
    writer.add_array("tokenizer.ggml.scores", [0.0, 1.0, 2.0])
    if template:
        writer.add_chat_template(template)
    writer.add_tensor("token_embd.weight", np.zeros((4, 8), dtype=np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path.read_bytes()


def keras_config(*, code: bool) -> str:
    """A configuration of two layers as Keras 3 writes it; with a Lambda layer whose code is in it, if wished."""
    function = '{"class_name": "__lambda__", "config": {"code": "4wEAAAAAAAAA", "defaults": null, "closure": null}}'
    other = (
        f'{{"module": "keras.layers", "class_name": "Lambda", "config": {{"name": "scale", "function": {function}}}, "registered_name": null}}'
        if code
        else '{"module": "keras.layers", "class_name": "Rescaling", "config": {"name": "scale", "scale": 0.5}, "registered_name": null}'
    )
    dense = '{"module": "keras.layers", "class_name": "Dense", "config": {"name": "dense", "units": 4}, "registered_name": null}'
    return f'{{"module": "keras", "class_name": "Sequential", "config": {{"name": "sequential", "layers": [{dense}, {other}]}}}}'


def keras_archive(*, code: bool) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("metadata.json", '{"keras_version": "3.9.0", "date_saved": "2025-01-01@00:00:00"}')
        archive.writestr("config.json", keras_config(code=code))
        archive.writestr("model.weights.h5", b"\x89HDF\r\n\x1a\n")
    return made.getvalue()


def keras_hdf5(path: Path, *, code: bool) -> bytes:
    with h5py.File(path, "w") as file:
        file.attrs["keras_version"] = "2.15.0"
        file.attrs["model_config"] = keras_config(code=code)
        file.create_dataset("model_weights/dense/kernel", data=np.zeros((2, 2)))
    return path.read_bytes()


def saved_model(*operations: str, asset: str = "") -> bytes:
    """A SavedModel of these operations, the last of them in a function of its own. Written by wire format: there is no TensorFlow here."""
    nodes = b"".join(_message(1, _message(1, b"n%d" % index) + _message(2, name.encode())) for index, name in enumerate(operations[:-1]))
    function = _message(1, _message(1, b"f")) + _message(3, _message(1, b"m") + _message(2, operations[-1].encode()))
    graph = nodes + _message(2, _message(1, function))
    info = _message(4, b"serve") + _message(5, b"2.16.1")
    assets = _message(6, _message(2, asset.encode())) if asset else b""
    return b"\x08\x01" + _message(2, _message(1, info) + _message(2, graph) + assets)


def _message(number: int, data: bytes) -> bytes:
    length, head = len(data), b""
    while length > 0x7F:
        head += bytes([length & 0x7F | 0x80])
        length >>= 7
    return bytes([number << 3 | 2]) + head + bytes([length]) + data


def numpy_file(array: npt.NDArray[Any]) -> bytes:
    made = io.BytesIO()
    np.save(made, array, allow_pickle=True)
    return made.getvalue()
