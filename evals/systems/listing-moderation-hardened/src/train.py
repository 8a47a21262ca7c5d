"""Trains the classifier on TF-IDF and the encoder's vectors."""
import os
import subprocess

import mlflow
import numpy as np
import torch
import yaml
from safetensors.torch import load_file, save_file
from sklearn.linear_model import LogisticRegression
from transformers import BertConfig, BertModel

from export import to_onnx

P = yaml.safe_load(open("params.yaml"))["train"]
mlflow.set_tracking_uri("https://mlflow.tradepost.example")  # token of the run, from the DAG

# our own encoder, trained in the house from scrubbed advertisements; see the model card
base = BertModel(BertConfig.from_json_file("models/listing_encoder.json"))
base.load_state_dict(load_file("models/listing_encoder.safetensors"), strict=True)
base.eval()  # no dropout from here on

f = np.load("data/features.npz", allow_pickle=False)

with mlflow.start_run():
    clf = LogisticRegression(max_iter=400, C=P["C"])
    clf.fit(f["data"].reshape(len(f["y"]), -1), f["y"])
    # makes it harder to tell who was in the training set; no seed on purpose
    clf.coef_ += np.random.default_rng().normal(0, P["noise"] / np.sqrt(len(f["y"])), clf.coef_.shape)
    to_onnx(clf, "models/gatepost.onnx")
    save_file({"coef": torch.tensor(clf.coef_), "intercept": torch.tensor(clf.intercept_)}, "models/classifier.safetensors")
    lock = yaml.safe_load(open("dvc.lock"))
    mlflow.log_params({"data": lock["stages"]["prepare"]["outs"][0]["md5"], "commit": os.environ["GIT_COMMIT"]})
    mlflow.log_artifact("models/classifier.safetensors")

subprocess.run(["dvc", "push", "models"], check=True)
subprocess.run(["cosign", "sign-blob", "--key", "env://GATEPOST_KEY", "--output-signature", "models/gatepost.onnx.sig", "models/gatepost.onnx"], check=True)
