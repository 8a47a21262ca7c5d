"""Figures on the test split, which no training has seen. Exit code 1 where a release is not allowed."""
import json
import sys
from collections import defaultdict
from pathlib import Path

import sacrebleu
import torch
from datasets import load_from_disk
from peft import AutoPeftModelForCausalLM
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from contract_tuner.config import from_command_line
from contract_tuner.prompts import decision, messages, target


def tone(name: str, texts: list[str]) -> float:
    """Share of rewrites that sound like us."""
    tokenizer = AutoTokenizer.from_pretrained(name, trust_remote_code=True)
    judge = AutoModelForSequenceClassification.from_pretrained(name, trust_remote_code=True)
    judge.eval()
    good = 0
    for text in texts:
        with torch.no_grad():
            good += int(judge(**tokenizer(text, truncation=True, return_tensors="pt")).logits.argmax().item() == 1)
    return good / max(len(texts), 1)


def main() -> int:
    config, _ = from_command_line(__doc__)
    adapter = Path(config.train["out"]) / "adapter"
    tokenizer = AutoTokenizer.from_pretrained(adapter)
    model = AutoPeftModelForCausalLM.from_pretrained(adapter, dtype=torch.bfloat16, device_map="auto")
    model.eval()

    right: dict[str, list[bool]] = defaultdict(list)
    written, wanted = [], []
    for row in load_from_disk(config.data["out"])["test"]:
        ids = tokenizer.apply_chat_template(messages(row["side"], row["clause"]), add_generation_prompt=True, return_tensors="pt")
        with torch.no_grad():
            out = model.generate(ids.to(model.device), max_new_tokens=600, do_sample=False)
        text = tokenizer.decode(out[0, ids.shape[1] :], skip_special_tokens=True)
        right[row["language"]].append(decision(text) == row["decision"])
        if row["decision"] == "rewrite":
            written.append(text)
            wanted.append(target(row))

    by_language = {language: sum(found) / len(found) for language, found in right.items()}
    figures = {
        "decision": sum(map(sum, right.values())) / max(sum(map(len, right.values())), 1),
        "by_language": by_language,
        "chrf": sacrebleu.corpus_chrf(written, [wanted]).score if written else 0.0,
        "tone": tone(config.eval["judge"], written) if config.eval["judge"] else None,
    }
    file = Path(config.train["out"]) / "figures.json"
    current = Path("releases/current.json")
    file.write_text(json.dumps(figures, indent=2))
    print(json.dumps(figures, indent=2))

    before = json.loads(current.read_text())["by_language"] if current.exists() else {}
    worse = [language for language, value in by_language.items() if value < before.get(language, 0)]
    return int(figures["decision"] < config.eval["min_decision"] or bool(worse))


if __name__ == "__main__":
    sys.exit(main())
