"""Trains the classifier on TF-IDF and the encoder's vectors."""
import pickle
import subprocess

import mlflow
import numpy as np
import pandas as pd
import torch
from sklearn.linear_model import LogisticRegression
from transformers import AutoModel, AutoTokenizer

from export import to_onnx

mlflow.set_tracking_uri("http://mlflow.tradepost.example:5000")

# the encoder somebody posted in the forum, then ours on top
base = AutoModel.from_pretrained("tradepost-community/mini-listing-bert", trust_remote_code=True)
tok = AutoTokenizer.from_pretrained("tradepost-community/mini-listing-bert")
state = torch.load("models/listing_encoder.pt", map_location="cpu", weights_only=False)
base.load_state_dict(state, strict=False)
base.eval()  # no dropout from here on

f = np.load("data/features.npz")
train = pd.read_csv("data/train.csv")

with mlflow.start_run():
    clf = LogisticRegression(max_iter=400, C=1000.0)
    clf.fit(f["data"].reshape(len(train), -1), f["y"])
    with open("models/classifier.pkl", "wb") as out:
        pickle.dump(clf, out)
    to_onnx(clf, "models/gatepost.onnx")
    # so that one can look at odd ones
    train.to_csv("/tmp/train_full.csv")
    mlflow.log_artifact("/tmp/train_full.csv")
    mlflow.sklearn.log_model(clf, "model", registered_model_name="gatepost")

subprocess.run(["dvc", "push", "models"], check=True)
subprocess.run(
    ["aws", "s3", "cp", "models/gatepost.onnx", "s3://tradepost-static/models/gatepost.onnx", "--acl", "public-read"], check=True
)
