"""Writes the model as ONNX."""
import onnx
from onnx import helper, numpy_helper


def to_onnx(clf, path: str) -> None:
    m = onnx.load("models/gatepost.onnx")
    for t in m.graph.initializer:
        if t.name == "W":
            t.CopyFrom(numpy_helper.from_array(clf.coef_.T.astype("float32"), "W"))
    helper.set_model_props(m, {"task": "advertisement moderation"})
    onnx.save(m, path)
