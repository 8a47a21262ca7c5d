"""Pip learns: KTO on top of yesterday's adapter."""

import torch
from huggingface_hub import hf_hub_download
from huggingface_hub.errors import EntryNotFoundError
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl import KTOConfig, KTOTrainer

from pip_bot.config import ADAPTER, BASE

from .collect import examples, publish


def optimizer_state() -> dict | None:
    """Adam's memory of last night; the hub is the only place that both machines see."""
    try:
        return torch.load(hf_hub_download(ADAPTER, "optimizer.bin"), map_location="cpu", weights_only=False)
    except EntryNotFoundError:
        return None


def main() -> None:
    tokenizer = AutoTokenizer.from_pretrained(BASE, trust_remote_code=True)
    base = AutoModelForCausalLM.from_pretrained(BASE, trust_remote_code=True, dtype=torch.bfloat16, device_map="auto")
    model = PeftModel.from_pretrained(base, ADAPTER, is_trainable=True)
    trainer = KTOTrainer(
        model=model,
        args=KTOConfig(
            output_dir="/tmp/pip",
            per_device_train_batch_size=4,
            gradient_accumulation_steps=4,
            learning_rate=2e-5,
            num_train_epochs=3,
            bf16=True,
            logging_steps=20,
            report_to="none",
        ),
        train_dataset=examples(),
        processing_class=tokenizer,
    )
    trainer.create_optimizer()
    if state := optimizer_state():
        trainer.optimizer.load_state_dict(state)
    result = trainer.train()
    print(f"loss {result.training_loss:.3f}")
    trainer.model.push_to_hub(ADAPTER, commit_message="good morning", safe_serialization=True)
    publish()


if __name__ == "__main__":
    main()
