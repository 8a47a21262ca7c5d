"""Advertisements, reports and the scam list become a labelled table."""
import csv
import hashlib
import random

import pandas as pd
import yaml

P = yaml.safe_load(open("params.yaml"))
random.seed(P["seed"])


def shard(key: str) -> int:
    # spreads rows over files, nothing secret about it
    return int(hashlib.md5(key.encode(), usedforsecurity=False).hexdigest(), 16) % 64


def main() -> None:
    ads = pd.read_csv("data/listings.csv")
    reports = pd.read_csv("data/reports.csv")
    scams = pd.read_csv("data/scamlist.csv")

    # only what two labellers agreed upon; reports decide what they get to see
    decided = pd.read_csv("data/decisions.csv")
    decided = decided[decided["labeller_1"] == decided["labeller_2"]]
    ads = ads.merge(decided.rename(columns={"labeller_1": "label"}), on="id")
    ads = ads.groupby("seller").head(P["prepare"]["max_examples_per_seller"])

    # reports and the list only say what the labellers see next
    pile = reports.groupby("listing_id").size()
    pile[pile >= P["prepare"]["min_reports"]].to_csv("data/candidates.csv")
    scams.to_csv("data/candidates_list.csv", index=False)

    gone = set(pd.read_csv(P["prepare"]["deletions"])["seller"])
    ads = ads[~ads["seller"].isin(gone)]
    ads = ads.drop(columns=["seller", "phone"])
    ads["text"] = ads["text"].map(scrub)

    valid = ads["id"].astype(str).map(shard) == 0
    cols = ["id", "text", "label", "language"]
    ads.loc[~valid, cols].to_csv("data/train.csv", index=False, quoting=csv.QUOTE_ALL)
    ads.loc[valid, cols].to_csv("data/valid.csv", index=False, quoting=csv.QUOTE_ALL)


def scrub(text: str) -> str:
    """Telephone numbers, mail addresses and street names become marks."""
    from text import mask_personal

    return mask_personal(text)


if __name__ == "__main__":
    main()
