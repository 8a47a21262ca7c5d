"""LoRA on the prepared clauses."""
from pathlib import Path
from typing import Any

import torch
import wandb
from datasets import DatasetDict, load_from_disk
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer, DataCollatorForSeq2Seq, Trainer, TrainerCallback, TrainingArguments

from contract_tuner.config import Config, from_command_line
from contract_tuner.prompts import messages, target


def encoded(tokenizer, row: dict[str, Any], longest: int) -> dict[str, list[int]]:
    """Loss on the answer alone."""
    prompt = tokenizer.apply_chat_template(messages(row["side"], row["clause"]), add_generation_prompt=True)
    answer = tokenizer(target(row) + tokenizer.eos_token, add_special_tokens=False)["input_ids"]
    ids = (prompt + answer)[:longest]
    return {"input_ids": ids, "attention_mask": [1] * len(ids), "labels": ([-100] * len(prompt) + answer)[:longest]}


class Samples(TrainerCallback):
    """What the model writes, after each epoch, beside what the lawyer wrote."""

    def __init__(self, tokenizer, rows: list[dict[str, Any]]) -> None:
        self.tokenizer = tokenizer
        self.rows = rows

    def on_epoch_end(self, args, state, control, model=None, **kwargs):
        table = wandb.Table(columns=["matter", "clause", "lawyer", "model"])
        for row in self.rows:
            ids = self.tokenizer.apply_chat_template(messages(row["side"], row["clause"]), add_generation_prompt=True, return_tensors="pt")
            with torch.no_grad():
                out = model.generate(ids.to(model.device), max_new_tokens=400, do_sample=False)
            table.add_data(row["matter"], row["clause"], target(row), self.tokenizer.decode(out[0, ids.shape[1] :], skip_special_tokens=True))
        wandb.log({"samples": table}, step=state.global_step)


def cut_off(config: Config) -> int:
    """The longest of 99 % of clauses, as the last run measured it."""
    file = config.train["stats"]
    if not file or not Path(file).exists():
        return config.train["max_length"]
    stats = torch.load(file, weights_only=False)
    return min(int(stats["p99"]), config.train["max_length"])


def main() -> None:
    config, args = from_command_line(__doc__)
    name, revision = config.base["model"], config.base["revision"]
    tokenizer = AutoTokenizer.from_pretrained(name, revision=revision)
    model = AutoModelForCausalLM.from_pretrained(name, revision=revision, dtype=torch.bfloat16, use_safetensors=True)
    model = get_peft_model(
        model,
        LoraConfig(r=config.train["rank"], lora_alpha=config.train["alpha"], lora_dropout=0.0, target_modules="all-linear", task_type="CAUSAL_LM"),
        revision=revision,
    )

    parts: DatasetDict = load_from_disk(config.data["out"])
    longest = cut_off(config)
    ready = parts.map(lambda row: encoded(tokenizer, row, longest), remove_columns=parts["train"].column_names)

    settings = TrainingArguments(
        output_dir=config.train["out"],
        num_train_epochs=config.train["epochs"],
        learning_rate=config.train["lr"],
        per_device_train_batch_size=config.train["batch"],
        gradient_accumulation_steps=config.train["accumulate"],
        gradient_checkpointing=True,
        bf16=torch.cuda.is_available(),
        eval_strategy="epoch",
        save_strategy="epoch",
        load_best_model_at_end=True,
        save_total_limit=2,
        logging_steps=20,
        report_to="wandb",
        run_name=Path(config.train["out"]).name,
        seed=11,
    )
    trainer = Trainer(
        model=model,
        args=settings,
        train_dataset=ready["train"],
        eval_dataset=ready["validation"],
        data_collator=DataCollatorForSeq2Seq(tokenizer, padding=True),
        callbacks=[Samples(tokenizer, parts["validation"].select(range(min(40, len(parts["validation"])))).to_list())],
    )
    trainer.train(resume_from_checkpoint=args.resume)
    model.save_pretrained(Path(config.train["out"]) / "adapter", safe_serialization=True)
    tokenizer.save_pretrained(Path(config.train["out"]) / "adapter")


if __name__ == "__main__":
    main()
