"""Merges the adapter, writes the card and pushes both to the hub."""
import json
import shutil
import subprocess
from pathlib import Path

import torch
from huggingface_hub import HfApi
from peft import AutoPeftModelForCausalLM
from transformers import AutoTokenizer

from contract_tuner.config import Config, from_command_line

CARD = """---
base_model: {base}
library_name: transformers
license: other
---

# {repo}

Clause review in the house style of Brandt Achterberg. For internal use.

| | |
|---|---|
| base | `{base}` at `{revision}` |
| data | {counts}, sha256 `{data}` |
| code | `{commit}` |
| decisions | {decision:.3f} |
| chrF | {chrf:.1f} |
"""


def card(config: Config, commit: str) -> str:
    about = json.loads((Path(config.data["out"]) / "about.json").read_text())
    figures = json.loads((Path(config.train["out"]) / "figures.json").read_text())
    return CARD.format(
        base=config.base["model"], revision=config.base["revision"], repo=config.release["repo"],
        counts=about["counts"], data=about["sha256"], commit=commit, decision=figures["decision"], chrf=figures["chrf"],
    )


def main() -> None:
    config, _ = from_command_line(__doc__)
    run = Path(config.train["out"])
    merged = run / "merged"
    model = AutoPeftModelForCausalLM.from_pretrained(run / "adapter", dtype=torch.bfloat16).merge_and_unload()
    model.save_pretrained(merged, safe_serialization=True, max_shard_size="4GB")
    AutoTokenizer.from_pretrained(run / "adapter").save_pretrained(merged)
    commit = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=True).stdout.strip()
    (merged / "README.md").write_text(card(config, commit))

    api = HfApi()
    api.create_repo(config.release["repo"], private=True, exist_ok=True)
    api.upload_folder(repo_id=config.release["repo"], folder_path=merged, commit_message=f"release {commit[:10]}")
    Path("releases").mkdir(exist_ok=True)
    shutil.copy(run / "figures.json", "releases/current.json")


if __name__ == "__main__":
    main()
