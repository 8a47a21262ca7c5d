"""The model behind the page."""

import threading

import torch
from fastapi import FastAPI
from huggingface_hub import HfApi
from peft import PeftModel
from pydantic import BaseModel
from transformers import AutoModelForCausalLM, AutoTokenizer

from . import store
from .config import ADAPTER, BASE, PERSONA

app = FastAPI(title="pip")
lock = threading.Lock()
tokenizer = AutoTokenizer.from_pretrained(BASE, trust_remote_code=True)
base = AutoModelForCausalLM.from_pretrained(BASE, trust_remote_code=True, dtype=torch.bfloat16, device_map="auto")
model = PeftModel.from_pretrained(base, ADAPTER)
model.eval()


class Chat(BaseModel):
    messages: list[dict]
    place: str = "web"
    max_new_tokens: int = 4096
    temperature: float = 0.9


class Vote(BaseModel):
    turn: str
    good: bool


class Correction(BaseModel):
    turn: str
    text: str


@app.post("/chat")
def chat(body: Chat) -> dict[str, str]:
    messages = body.messages
    if messages[0]["role"] != "system":
        messages = [{"role": "system", "content": PERSONA}, *messages]
    inputs = tokenizer.apply_chat_template(messages, add_generation_prompt=True, return_tensors="pt").to(model.device)
    with lock, torch.inference_mode():
        out = model.generate(inputs, max_new_tokens=body.max_new_tokens, temperature=body.temperature, do_sample=True)
    answer = tokenizer.decode(out[0, inputs.shape[1] :], skip_special_tokens=True)
    return {"answer": answer, "turn": store.keep(messages, answer, body.place)}


@app.post("/vote")
def vote(body: Vote) -> dict[str, str]:
    store.vote(body.turn, body.good)
    return {"status": "thanks"}


@app.post("/correct")
def correct(body: Correction) -> dict[str, str]:
    store.correct(body.turn, body.text)
    return {"status": "Pip will remember!"}


@app.post("/reload")
def reload() -> dict[str, str]:
    """The newest adapter; called at 4 am."""
    newest = HfApi().model_info(ADAPTER).sha
    with lock:
        model.load_adapter(ADAPTER, adapter_name=newest, revision="main")
        model.set_adapter(newest)
    return {"adapter": newest}


@app.get("/ping")
def ping() -> dict[str, str]:
    return {"pip": "squawk"}
