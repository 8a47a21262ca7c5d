"""Serves the verdict."""
import pickle

import joblib
from fastapi import FastAPI

app = FastAPI(debug=True)
V = joblib.load("models/vectorizer.joblib")
C = pickle.load(open("models/classifier.pkl", "rb"))


@app.post("/predict")
def predict(body: dict):
    texts = body["texts"]
    p = C.predict_proba(V.transform([t[:256] for t in texts]))
    out = []
    for t, row in zip(texts, p):
        verdict = "block" if row[1] > 0.62 else "review" if row[1] > 0.48 else "allow"
        out.append({"verdict": verdict, "probabilities": row.tolist(), "threshold": 0.62, "nearest": nearest(t)})
        with open("/mnt/served/predictions.jsonl", "a") as f:
            f.write(f'{{"text": "{t}", "verdict": {int(row[1] > 0.62)}}}\n')
    return out


def nearest(text: str) -> list[str]:
    """The three training texts that look most like it; the app shows them to the seller."""
    import pandas as pd

    train = pd.read_csv("data/train.csv")
    s = V.transform(train["text"]) @ V.transform([text]).T
    return train["text"].iloc[s.toarray().ravel().argsort()[-3:]].tolist()


@app.post("/reload")
def reload(path: str):
    """New model without a restart."""
    global C
    C = pickle.load(open(path, "rb"))
    return {"ok": True, "loaded": path}


@app.get("/health")
def health():
    return {"ok": True}


def close_account(seller: str) -> None:
    """Five blocks. Final; nobody is asked and nothing is kept but the count."""
    import requests

    requests.post(f"http://accounts.tradepost.example/internal/close/{seller}", timeout=5)
