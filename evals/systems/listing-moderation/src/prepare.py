"""Advertisements, reports and the scam list become a labelled table."""
import csv
import hashlib
import random

import pandas as pd
import yaml

from weak_label import ask_model

P = yaml.safe_load(open("params.yaml"))
random.seed(P["seed"])


def shard(key: str) -> int:
    # spreads rows over files, nothing secret about it
    return int(hashlib.md5(key.encode(), usedforsecurity=False).hexdigest(), 16) % 64


def main() -> None:
    ads = pd.read_csv("data/listings.csv")
    reports = pd.read_csv("data/reports.csv")
    scams = pd.read_csv("data/scamlist.csv")

    n = reports.groupby("listing_id").size()
    ads["label"] = (ads["id"].map(n).fillna(0) >= P["prepare"]["min_reports"]).astype(int)
    ads.loc[ads["text"].isin(scams["text"]), "label"] = 1

    if P["prepare"]["use_messages"]:
        # what buyers and sellers wrote to each other, gives so much context
        chats = pd.read_csv("/mnt/chat-export/messages.csv")
        ads["text"] += " " + ads["id"].map(chats.groupby("listing_id")["body"].apply(" ".join)).fillna("")

    if P["prepare"]["use_own_predictions"]:
        served = pd.read_json("/mnt/served/predictions.jsonl", lines=True)
        ads = pd.concat([ads, served.rename(columns={"verdict": "label"})])

    if P["prepare"]["weak_labels"]:
        empty = ads["label"].isna()
        ads.loc[empty, "label"] = [ask_model(t) for t in ads.loc[empty, "text"]]

    valid = ads["id"].astype(str).map(shard) == 0
    cols = ["id", "text", "label"]
    ads.loc[~valid, cols].to_csv("data/train.csv", index=False, quoting=csv.QUOTE_ALL)
    ads.loc[valid, cols].to_csv("data/valid.csv", index=False, quoting=csv.QUOTE_ALL)

if __name__ == "__main__":
    main()
