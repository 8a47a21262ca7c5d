"""The table of model-file formats and what is read of each, proven line by line by `test_formats.py`.

Each row makes a file with the real writer of its format (or by its published layout where that writer is a framework) and says what
reading it must give. `docs/formats.md` is generated from it.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import pickle
import tarfile
import zlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors.numpy import save

from tests.ingest.model_files.building import (
    CALLS_SYSTEM,
    assembled,
    gguf_model,
    joblib_array,
    keras_archive,
    keras_hdf5,
    numpy_file,
    onnx_model,
    saved_model,
    torch_zip,
)

_ARRAY = np.arange(50.0)
_POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 4711\n"
_LEGACY_MAGIC = assembled("PROTO 2") + b"\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19."


@dataclass(frozen=True)
class Row:
    """One format: a file of it, and what is read."""

    title: str
    suffixes: str
    read: str  # for the documentation
    not_read: str
    name: str
    make: Callable[[Path], bytes]
    format: str
    parts: tuple[tuple[str, str, str], ...] = ()  # kind, name, where: entries that must be there
    attributes: tuple[tuple[str, object], ...] = ()


def _tar(folder: Path) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        for name, data in (("sys_info", pickle.dumps({}, 2)), ("pickle", CALLS_SYSTEM), ("storages", pickle.dumps(0, 2))):
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return made.getvalue()


def _npz(folder: Path) -> bytes:
    made = io.BytesIO()
    np.savez(made, weights=_ARRAY, labels=np.array(["a", None], dtype=object))
    return made.getvalue()


def _packed(pack: Callable[[bytes], bytes]) -> Callable[[Path], bytes]:
    return lambda folder: pack(joblib_array(_ARRAY))


def _old_lzma(data: bytes) -> bytes:
    return lzma.compress(data, format=lzma.FORMAT_ALONE)


_PACKS: tuple[tuple[str, str, Callable[[bytes], bytes]], ...] = (
    ("zlib", "zlib", zlib.compress), ("gzip", "zlib", gzip.compress), ("bz2", "bz2", bz2.compress), ("xz", "lzma", lzma.compress),
    ("lzma", "lzma", _old_lzma),
)  # fmt: skip


def _pickled(protocol: int) -> Callable[[Path], bytes]:
    return lambda folder: pickle.dumps(OrderedDict(weights=[1.0, 2.0]), protocol)


_PICKLE_READ = "every name it looks up and calls, with constant arguments; pickles inside and behind it"
_PICKLE_NOT = "what the code behind a name does"
ROWS = (
    *(
        Row(
            f"pickle, protocol {protocol}",
            ".pkl .pickle .dill .ckpt",
            _PICKLE_READ,
            _PICKLE_NOT,
            f"data{protocol}.pkl",
            _pickled(protocol),
            "pickle",
            (("import", "collections.OrderedDict", "byte"),),
            (("protocol", protocol if protocol > 1 else 0),),
        )
        for protocol in range(6)
    ),
    Row(
        "joblib",
        ".joblib .pkl",
        _PICKLE_READ + ", also behind arrays",
        _PICKLE_NOT,
        "model.joblib",
        lambda folder: joblib_array(_ARRAY, assembled("POP\nGLOBAL os system\nBINUNICODE id\nTUPLE1\nREDUCE\nSTOP")),
        "joblib",
        (("import", "joblib.numpy_pickle.NumpyArrayWrapper", "byte"), ("call", "os.system", "byte")),
    ),
    *(
        Row(
            f"joblib, packed by {kind}",
            ".joblib .pkl",
            _PICKLE_READ,
            "lz4",
            f"{kind}.joblib",
            _packed(pack),
            "joblib",
            (("import", "joblib.numpy_pickle.NumpyArrayWrapper", "unpacked byte"),),
            (("compressed", known),),
        )
        for kind, known, pack in _PACKS
    ),
    Row(
        "torch archive",
        ".pt .pth .ckpt .bin",
        _PICKLE_READ + ", of every pickle in it",
        "weights",
        "net.pt",
        lambda folder: torch_zip(),
        "torch",
        (("call", "torch._utils._rebuild_tensor_v2", "archive/data.pkl byte"), ("import", "torch.FloatStorage", "archive/data.pkl byte")),
        (("tensors", 1),),
    ),
    Row(
        "TorchScript",
        ".pt",
        "that it brings code, by module; its pickles",
        "the code itself",
        "script.pt",
        lambda folder: torch_zip(code__net=b"class Net(Module):\n  pass\n"),
        "torchscript",
        (("code", "net.py", "archive/code/net.py"),),
    ),
    Row(
        "torch, legacy row of pickles",
        ".pt .pth .bin",
        _PICKLE_READ,
        "weights",
        "old.pth",
        lambda folder: _LEGACY_MAGIC + pickle.dumps(1001, 2) + pickle.dumps({}, 2) + CALLS_SYSTEM + pickle.dumps([], 2) + bytes(64),
        "torch_legacy",
        (("call", "os.system", "byte"),),
    ),
    Row(
        "torch, legacy tar", ".pt .pth", _PICKLE_READ, "weights", "older.pt", _tar, "torch_legacy", (("call", "os.system", "pickle byte"),)
    ),
    Row(
        "numpy array",
        ".npy",
        "header; a pickle behind it, where it holds objects",
        "numbers",
        "labels.npy",
        lambda folder: numpy_file(np.array([{"a": 1}], dtype=object)),
        "numpy",
        (("call", "numpy._core.multiarray._reconstruct", "byte"),),
        (("objects", True),),
    ),
    Row(
        "numpy archive",
        ".npz",
        "the same of each array",
        "numbers",
        "arrays.npz",
        _npz,
        "numpy_archive",
        (("call", "numpy._core.multiarray._reconstruct", "labels.npy byte"),),
        (("objects", True),),
    ),
    Row(
        "Keras archive",
        ".keras",
        "layers that hold bytecode, classes of others, the model's kind, who wrote it",
        "weights",
        "m.keras",
        lambda folder: keras_archive(code=True),
        "keras",
        (("layer", "scale", "config.json sequential scale"),),
        (("architecture", "Sequential"), ("layers", 2), ("producer", "keras 3.9.0")),
    ),
    Row(
        "Keras HDF5",
        ".h5 .hdf5",
        "the same, from the attributes of the root",
        "data sets, links",
        "m.h5",
        lambda folder: keras_hdf5(folder / "made.h5", code=True),
        "keras",
        (("layer", "scale", "model_config sequential scale"),),
        (("architecture", "Sequential"), ("producer", "keras 2.15.0")),
    ),
    Row(
        "TensorFlow SavedModel",
        "saved_model.pb",
        "operations of graphs and functions, assets, version",
        "variables, what operations compute",
        "saved_model.pb",
        lambda folder: saved_model("MatMul", "ReadFile", "PyFunc", asset="vocab.txt"),
        "saved_model",
        (
            ("operation", "ReadFile", "graph byte"),
            ("operation", "PyFunc", "graph byte"),
            ("file", "assets/vocab.txt", "asset_file_def byte"),
        ),
        (("operations", 3), ("producer", "tensorflow 2.16.1")),
    ),
    Row(
        "ONNX",
        ".onnx",
        "operations of other domains, where weights lie, what it says of itself; graphs inside nodes",
        "weights, external files",
        "m.onnx",
        lambda folder: onnx_model("../weights.bin", "com.example", license="mit"),
        "onnx",
        (
            ("operation", "com.example::Add", "graph byte"),
            ("file", "../weights.bin", "external_data byte"),
            ("metadata", "license", "metadata_props byte"),
        ),
        (("producer", "test-writer"), ("operations", 1), ("tensors", 1)),
    ),
    Row(
        "GGUF",
        ".gguf",
        "what it says of itself, chat templates line by line, tensors counted",
        "weights, vocabulary",
        "m.gguf",
        lambda folder: gguf_model(folder / "made.gguf", "{% for m in messages %}\n{{ m.content }}{% endfor %}", license="apache-2.0"),
        "gguf",
        (("template", "tokenizer.chat_template", "tokenizer.chat_template, line 2"), ("metadata", "general.license", "byte")),
        (("architecture", "llama"), ("licence", "apache-2.0"), ("name", "tiny"), ("parameters", 32), ("tensors", 1)),
    ),
    Row(
        "safetensors",
        ".safetensors",
        "header: what it says of itself, tensors counted, whether sizes agree",
        "weights",
        "m.safetensors",
        lambda folder: save({"w": np.zeros((2, 3), dtype=np.float32)}, {"format": "pt", "modelspec.license": "mit"}),
        "safetensors",
        (("metadata", "modelspec.license", "header modelspec.license"),),
        (("licence", "mit"), ("parameters", 6), ("tensors", 1)),
    ),
    Row(
        "tokenizer configuration",
        "tokenizer_config.json",
        "chat templates line by line",
        "everything else",
        "tokenizer_config.json",
        lambda folder: b'{"chat_template": "{{ a }}\\n{{ b }}", "tokenizer_class": "LlamaTokenizer"}',
        "tokenizer_config",
        (("template", "chat_template", "chat_template, line 2"),),
        (("architecture", "LlamaTokenizer"),),
    ),
    Row(
        "Git LFS pointer",
        "any of these",
        "hash and size of the file that is elsewhere",
        "the file",
        "far.safetensors",
        lambda folder: _POINTER,
        "pointer",
        (),
        (("sha256", "0" * 64), ("size", 4711)),
    ),
)
