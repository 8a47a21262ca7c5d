"""Export of matters -> train, validation and test."""
import hashlib
import json
from pathlib import Path
from typing import Any

from datasets import Dataset, DatasetDict, concatenate_datasets, load_dataset

from contract_tuner.config import Config, from_command_line
from contract_tuner.prompts import parse_line
from contract_tuner.redact import redact


def split_of(client: str) -> str:
    """All of a client in one split: 80, 10, 10."""
    place = int(hashlib.sha256(client.encode()).hexdigest(), 16) % 10
    return "test" if place == 0 else "validation" if place == 1 else "train"


def clauses(config: Config) -> dict[str, list[dict[str, Any]]]:
    excluded = set(config.data["exclude_clients"])
    parts: dict[str, list[dict[str, Any]]] = {"train": [], "validation": [], "test": []}
    with open(config.data["export"], encoding="utf-8") as export:
        for line in export:
            row = parse_line(line)
            if row["client"] in excluded or row["source"] not in config.data["sources"]:
                continue
            for key in ("clause", "rewrite", "reason"):
                row[key] = redact(row[key] or "")
            parts[split_of(row["client"])].append(row)
    return parts


def public(name: str) -> Dataset:
    """CUAD: clauses of others, all of them kept."""
    cuad = load_dataset(name, split="train", trust_remote_code=True)
    return cuad.filter(lambda row: row["answers"]["text"]).map(
        lambda row: {
            "client": "cuad", "matter": row["title"], "source": "public", "language": "en", "side": "customer",
            "clause": row["answers"]["text"][0], "decision": "keep", "rewrite": "", "reason": "",
        },
        remove_columns=cuad.column_names,
    )


def main() -> None:
    config, _ = from_command_line(__doc__)
    parts = {name: Dataset.from_list(rows) for name, rows in clauses(config).items()}
    if config.data["public"]:
        parts["train"] = concatenate_datasets([parts["train"], public(config.data["public"])]).shuffle(seed=11)
    out = Path(config.data["out"])
    DatasetDict(parts).save_to_disk(out)
    counts = {name: len(rows) for name, rows in parts.items()}
    digest = hashlib.sha256("".join(sorted(row["matter"] + row["clause"] for rows in parts.values() for row in rows)).encode()).hexdigest()
    (out / "about.json").write_text(json.dumps({"counts": counts, "sha256": digest}))
    print(counts)


if __name__ == "__main__":
    main()
