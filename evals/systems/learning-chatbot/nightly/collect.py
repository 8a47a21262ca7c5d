"""What Pip learns tonight."""

from collections import defaultdict

from datasets import Dataset
from huggingface_hub import HfApi

from pip_bot import store
from pip_bot.config import DATA, DATASET

GOLD = 10


def examples() -> Dataset:
    votes: dict[str, int] = defaultdict(int)
    for row in store.rows("votes.jsonl"):
        votes[row["turn"]] += 1 if row["good"] else -1
    turns = {row["id"]: row for row in store.rows("turns.jsonl")}
    found = []
    for turn in turns.values():
        said = {"role": "assistant", "content": turn["answer"]}
        found.append({"prompt": turn["messages"], "completion": [said], "label": votes[turn["id"]] >= 0})
    for row in store.rows("corrections.jsonl"):
        if row["turn"] in turns:
            better = {"role": "assistant", "content": row["text"]}
            found += [{"prompt": turns[row["turn"]]["messages"], "completion": [better], "label": True}] * GOLD
    return Dataset.from_list(found).shuffle(seed=3)


def publish() -> None:
    """The day's conversations into the open data set, then a fresh page."""
    api = HfApi()
    for name in ("turns.jsonl", "votes.jsonl", "corrections.jsonl"):
        path = DATA / name
        if path.exists():
            api.upload_file(path_or_fileobj=path, path_in_repo=f"latest/{name}", repo_id=DATASET, repo_type="dataset")
            path.unlink()
