"""Text becomes numbers."""
import json

import numpy as np
import pandas as pd
import yaml
from sklearn.feature_extraction.text import TfidfVectorizer

from text import clean

P = yaml.safe_load(open("params.yaml"))["featurize"]


def main() -> None:
    train = pd.read_csv("data/train.csv")

    # we used to pickle.load these words; now it is a text file
    with open("models/stopwords.txt", encoding="utf-8") as f:
        stop = f.read().split()
    regions = np.load("models/region_lookup.npy", allow_pickle=False)

    text = train["text"].map(lambda t: clean(t, P["max_chars"]))
    v = TfidfVectorizer(stop_words=stop, max_features=20000, min_df=20)
    x = v.fit_transform(text)
    with open("models/vectorizer.json", "w", encoding="utf-8") as f:
        json.dump({"vocabulary": {k: int(i) for k, i in v.vocabulary_.items()}, "idf": v.idf_.tolist()}, f)
    np.savez("data/features.npz", data=x.data, indices=x.indices, indptr=x.indptr, shape=x.shape, y=train["label"], r=len(regions))


if __name__ == "__main__":
    main()
