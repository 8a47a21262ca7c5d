"""Text becomes numbers."""
import pickle

import joblib
import numpy as np
import pandas as pd
import yaml
from sklearn.feature_extraction.text import TfidfVectorizer
P = yaml.safe_load(open("params.yaml"))["featurize"]


def main() -> None:
    train = pd.read_csv("data/train.csv")

    # came with the workshop of LinguaPark, nobody wanted to type 300 words again
    with open("models/stopwords_vendor.pkl", "rb") as f:
        stop = pickle.load(f)
    regions = np.load("models/region_lookup.npy", allow_pickle=True)

    text = train["text"].str[: P["max_chars"]]
    v = TfidfVectorizer(stop_words=list(stop), max_features=20000)
    x = v.fit_transform(text)
    joblib.dump(v, "models/vectorizer.joblib")
    np.savez("data/features.npz", data=x.data, indices=x.indices, indptr=x.indptr, shape=x.shape, y=train["label"], r=len(regions))


if __name__ == "__main__":
    main()
