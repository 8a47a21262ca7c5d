"""Keras: the configuration of layers, from a .keras archive or an HDF5 file.

Takes the JSON text, gives entries: layers whose code stands in the file (Lambda), and classes that are not Keras' own, which the
loader looks up by the module the file names. Weights are not read.
"""

from __future__ import annotations

import json

from ingest.model_files.listing import Listing

_MAX_NODES = 2_000_000
_OWN = ("keras", "keras_hub", "keras_nlp", "keras_cv", "tf_keras", "tensorflow.keras", "builtins")


def read_keras_config(data: bytes, listing: Listing, where: str) -> None:
    """Entries of one model configuration."""
    try:
        config = json.loads(data)
    except (ValueError, RecursionError, MemoryError):
        listing.note(f"{where}: not examined: no JSON that can be read")
        return
    if isinstance(config, dict):
        listing.know(architecture=_text(config.get("class_name")))
        inner = config.get("config")
        listing.know(name=_text(inner.get("name")) if isinstance(inner, dict) else None)
    queue: list[tuple[object, str]] = [(config, where)]
    layers = nodes = 0
    while queue and nodes < _MAX_NODES:
        value, at = queue.pop()
        nodes += 1
        if isinstance(value, dict):
            name = _layer_name(value)
            layers += name is not None
            if not _read_class(value, name, listing, at):
                here = f"{where} {name}" if name else at
                queue += [(inner, here) for inner in reversed(list(value.values())) if isinstance(inner, dict | list)]
        elif isinstance(value, list):
            queue += [(inner, at) for inner in reversed(value) if isinstance(inner, dict | list)]
    if queue:
        listing.note(f"{where}: read in part: more than {_MAX_NODES} values")
    listing.know(layers=max(0, layers - 1))  # the model itself is none


def _layer_name(value: dict[str, object]) -> str | None:
    config = value.get("config")
    return _text(config.get("name")) if isinstance(config, dict) and "class_name" in value else None


def _read_class(value: dict[str, object], layer: str | None, listing: Listing, at: str) -> bool:
    """One serialised object; whether nothing further is to be found in it."""
    name, module, config = _text(value.get("class_name")), _text(value.get("module")), value.get("config")
    if name == "__lambda__" or (name == "Lambda" and isinstance(config, dict) and _holds_code(config)):
        code = config.get("function", config) if isinstance(config, dict) else config
        listing.add("layer", layer or name, f"{name} {json.dumps(code)[:300]}", f"{at} {layer}" if layer else at)
        return True
    if name is not None and module is not None and not _is_own(module):
        listing.add("class", f"{module}.{name}", f"{module}.{name} {_text(value.get('registered_name')) or ''}".strip(), at)
    return False


def _holds_code(config: dict[str, object]) -> bool:
    """Whether a Lambda layer brings its function along as bytecode; others name one that the program must have."""
    function = config.get("function")
    if isinstance(function, dict):
        return function.get("class_name") == "__lambda__"
    return isinstance(function, list) or config.get("function_type") == "lambda"


def _is_own(module: str) -> bool:
    return any(module == own or module.startswith(f"{own}.") for own in _OWN)


def read_keras_metadata(data: bytes, listing: Listing, where: str) -> None:
    """Which Keras wrote the file."""
    try:
        said = json.loads(data)
    except (ValueError, RecursionError, MemoryError):
        return
    if isinstance(said, dict) and (version := _text(said.get("keras_version"))):
        listing.know(producer=f"keras {version}")


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
