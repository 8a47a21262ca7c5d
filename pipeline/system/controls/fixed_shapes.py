"""Input that is brought to one shape before a model sees it, by resizing, padding or cutting: what it costs is then always the same.

Takes a hit of the flow search that ends at a model's features, gives the call that fixes the shape. Counted are calls of known libraries
that are told a size, alone or in a chain of transforms. A picture must be unpacked before it can be made small: that is bounded by
Pillow, which refuses what has more than 179 million pixels, unless the program switches its bound off; other readers of pictures have
none that helps, so that a small file is as large in memory as its sender likes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.code.program import Node
from pipeline.system.assembly import Assembly
from pipeline.system.flows.made_of import callee_text
from pipeline.system.flows.taint import Hit
from pipeline.system.program.walking import inside

_PICTURES = re.compile(
    r"^(?:torchvision\.transforms\.(?:\w+\.)*(?:Resize|CenterCrop|RandomResizedCrop|resize|center_crop)|cv2\.(?:resize|dnn\.blobFromImage)"
    r"|(?:tensorflow|tf)\.image\.(?:resize|resize_with_pad|resize_with_crop_or_pad)|skimage\.transform\.resize"
    r"|PIL\.ImageOps\.(?:fit|pad)|albumentations\.(?:\w+\.)*(?:Resize|CenterCrop)|monai\.transforms\.(?:\w+\.)*Resized?"
    r"|(?:tensorflow\.)?keras\.(?:\w+\.)*(?:Resizing|smart_resize))$"
)
_TOLD_A_SIZE = re.compile(r"^(?:(?:tensorflow\.)?keras\.(?:\w+\.)*load_img|(?:tensorflow\.)?keras\.(?:\w+\.)*pad_sequences)$")
_SIZES = frozenset({"target_size", "maxlen"})
_METHODS = frozenset({"resize", "thumbnail"})
_UNPACKED_BY_OTHERS = re.compile(
    r"^(?:cv2\.(?:imdecode|imread|VideoCapture)|(?:tensorflow|tf)\.(?:image|io)\.decode_\w+|imageio\.(?:\w+\.)*imread|skimage\.io\.imread"
    r"|torchvision\.io\.\w+|pydicom\.\w+|pdf2image\.\w+|fitz\.\w+)$"
)
_BOUND = "MAX_IMAGE_PIXELS"
_MOST_PARTS = 60


def fixed_shape(assembly: Assembly, hit: Hit) -> Node | None:
    """The call of a way that gives what a model is asked about one shape."""
    calls = [node for node in hit.trace if assembly.program.value(node).kind == "call"]
    if any(_UNPACKED_BY_OTHERS.match(name) for node in calls for name in _names(assembly, node)):
        return None
    found = next((node for node in calls if _fixes(assembly, node)), None)
    return None if found is None or _is_bound_off(assembly) else found


def _fixes(assembly: Assembly, call: Node) -> bool:
    value, names = assembly.program.value(call), list(_names(assembly, call))
    if any(_PICTURES.match(name) for name in names):
        return True
    if any(_TOLD_A_SIZE.match(name) for name in names):
        return not _SIZES.isdisjoint(value.labels)
    if callee_text(assembly, call) in _METHODS and not assembly.program.targets(call):
        return len(value.inputs) > 1 and any(
            name.startswith("PIL.") for node in (call, *_receiver(assembly, call)) for name in _made(assembly, node)
        )
    return any(_PICTURES.match(name) for part in _transforms(assembly, call) for name in _names(assembly, part))


def _names(assembly: Assembly, call: Node) -> Iterator[str]:
    yield from (assembly.index.canonical(name) for name in assembly.program.callee_names(call))


def _receiver(assembly: Assembly, call: Node) -> list[Node]:
    callee = assembly.program.value((call[0], assembly.program.value(call).inputs[0]))
    return [(call[0], callee.inputs[0])] if callee.kind == "attribute" else []


def _made(assembly: Assembly, node: Node) -> Iterator[str]:
    program = assembly.program
    yield from program.types(node)
    for origin in program.origins(node):
        yield from (
            name for part in inside(program, origin, _MOST_PARTS) if program.value(part).kind == "call" for name in _names(assembly, part)
        )


def _transforms(assembly: Assembly, call: Node) -> Iterator[Node]:
    """What a callable is made of: `Compose([Resize(...), ToTensor()])`, kept in a variable or given by a function of the program."""
    program = assembly.program
    callee = (call[0], program.value(call).inputs[0])
    if program.value(callee).kind == "attribute":
        return
    for origin in program.origins(callee):
        yield from (part for part in inside(program, origin, _MOST_PARTS) if program.value(part).kind == "call")


def _is_bound_off(assembly: Assembly) -> bool:
    """Whether some line of the program changes Pillow's bound."""
    return any(store.attribute == _BOUND for file in assembly.program.files for store in file.stores)
