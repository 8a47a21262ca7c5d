"""Is it good enough?"""
import json

import numpy as np
import onnxruntime as ort
import pandas as pd
import yaml
from sklearn.metrics import f1_score

P = yaml.safe_load(open("params.yaml"))["evaluate"]


def verdicts(s: ort.InferenceSession, texts: pd.Series) -> list[int]:
    return [int(s.run(None, {"text": np.array([t.split() or [""]])})[0][0]) for t in texts]


def main() -> None:
    s = ort.InferenceSession("models/gatepost.onnx")
    data = pd.read_csv("data/valid.csv")
    y = verdicts(s, data["text"])
    m = {"f1": f1_score(data["label"], y)}

    # homoglyphs, split words, text in the last third, harmless words in front
    adv = pd.read_csv(P["adversarial_set"])
    m["f1_adversarial"] = f1_score(adv["label"], verdicts(s, adv["text"]))

    for lang, part in data.groupby("language"):
        m[f"f1_{lang}"] = f1_score(part["label"], verdicts(s, part["text"]))
    json.dump(m, open("metrics.json", "w"))
    if min(v for k, v in m.items() if k != "f1_adversarial") < P["min_f1"] or m["f1_adversarial"] < 0.7:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
