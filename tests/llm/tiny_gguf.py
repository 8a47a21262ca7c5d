"""Writes a language model of half a megabyte that has learnt nothing, for tests of engines: `python -m tests.llm.tiny_gguf FILE.gguf`.

It is of the llama architecture, so that every engine that reads GGUF runs it, with a complete byte-level tokenizer (each byte is a token, a
few pairs are), so that any text can be read and any JSON written. The weights come from a seed: the same file
for the same seed. Two things are not left to chance. One dimension of the stream is the same for all tokens, and the last matrix turns it
into a liking: for what opens an object, closes a text, a list or an object, or begins a call of a tool, so that replies hold something and end; against bytes beyond ASCII and control characters, so that
what it writes without a grammar can be read. What it says means nothing; what it may say is decided by the engine alone.
"""

from __future__ import annotations

import argparse
import math
from pathlib import Path

import numpy as np
from gguf import GGUFWriter, TokenType
from numpy.typing import NDArray

WIDTH, LAYERS, HEADS, INNER, CONTEXT = 64, 2, 4, 160, 65_536
PAIRS = ("th", "he", "in", "er", "an", "re", "on", "at", "en", "nd", "st", "es", '":', '",', ' "', "  ")
END, START_OF_TURN, END_OF_TURN = "<|endoftext|>", "<|im_start|>", "<|im_end|>"
CALL, END_OF_CALL = "<tool_call>", "</tool_call>"
# ChatML, with tools in the form that most models of its kind were taught (a JSON object between `<tool_call>` marks).
TEMPLATE = """\
{%- if tools %}<|im_start|>system
Tools: {% for tool in tools %}{{ tool | tojson }}
{% endfor %}Call one with <tool_call>{"name": ..., "arguments": ...}</tool_call><|im_end|>
{% endif %}
{%- for message in messages %}<|im_start|>{{ message.role }}
{{ message.content or '' }}
{%- if message.tool_calls %}{% for call in message.tool_calls %}<tool_call>{"name": {{ call.function.name | tojson }}, "arguments": {{ call.function.arguments | tojson -}}
}</tool_call>{% endfor %}{% endif %}<|im_end|>
{% endfor %}
{%- if add_generation_prompt %}<|im_start|>assistant
{% endif %}"""

Weights = NDArray[np.float32]


def write_tiny_gguf(path: Path, seed: int = 0) -> None:
    """Writes the model of `seed` to `path`."""
    written = byte_alphabet()
    tokens = [
        *(written[byte] for byte in range(256)),
        *(spelled(pair, written) for pair in PAIRS),
        END,
        START_OF_TURN,
        END_OF_TURN,
        CALL,
        END_OF_CALL,
    ]
    kinds = [TokenType.NORMAL] * (256 + len(PAIRS)) + [TokenType.CONTROL] * 3 + [TokenType.USER_DEFINED] * 2

    writer = GGUFWriter(str(path), "llama")
    writer.add_name(f"tiny random {seed}")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    writer.add_token_types(kinds)
    writer.add_token_merges([" ".join(spelled(letter, written) for letter in pair) for pair in PAIRS])
    writer.add_bos_token_id(tokens.index(START_OF_TURN))
    writer.add_eos_token_id(tokens.index(END_OF_TURN))
    writer.add_pad_token_id(tokens.index(END))
    writer.add_add_bos_token(False)
    writer.add_chat_template(TEMPLATE)
    for name, weights in tensors(seed, liking(len(tokens))).items():
        writer.add_tensor(name, weights)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def byte_alphabet() -> dict[int, str]:
    """The letter that byte-level tokenizers write for each byte: itself where it can be printed, else the next letter from U+0100 on."""
    printed = {*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)}
    others = [byte for byte in range(256) if byte not in printed]
    return {byte: chr(byte) if byte in printed else chr(0x100 + others.index(byte)) for byte in range(256)}


def spelled(text: str, written: dict[int, str]) -> str:
    return "".join(written[byte] for byte in text.encode())


def liking(vocabulary: int) -> Weights:
    """How much each token is preferred, whatever came before."""
    liked = np.zeros(vocabulary, dtype=np.float32)
    liked[[*range(0x20), *range(0x7F, 0x100)]] = -8
    for token, how_much in ((b"{", 3.5), (b'"', 3), (b"]", 3), (b"}", 3), (b",", -1), (b" ", -1), (b"\\", -3)):
        liked[ord(token)] = how_much
    liked[256 + len(PAIRS) :] = (-8, -8, 1, 1, -8)  # a turn may end, a tool may be called
    return liked


def tensors(seed: int, liked: Weights) -> dict[str, Weights]:
    """Weights by the names of the architecture. The first dimension of the stream is 1 for every token and no block writes to it."""
    dice = np.random.default_rng(seed)

    def matrix(rows: int, columns: int) -> Weights:
        return (dice.standard_normal((rows, columns)) / math.sqrt(columns)).astype(np.float32)

    def silent_on_the_first(weights: Weights) -> Weights:
        weights[0, :] = 0
        return weights

    embedding = dice.standard_normal((len(liked), WIDTH)).astype(np.float32)
    embedding[:, 0] = 1
    output = matrix(len(liked), WIDTH) * 1.5
    output[:, 0] = liked * 1.5  # the stream's length grows by the blocks, and the norm makes the first dimension smaller
    named: dict[str, Weights] = {
        "token_embd.weight": embedding,
        "output_norm.weight": np.ones(WIDTH, dtype=np.float32),
        "output.weight": output,
    }
    for layer in range(LAYERS):
        named |= {
            f"blk.{layer}.attn_norm.weight": np.ones(WIDTH, dtype=np.float32),
            f"blk.{layer}.attn_q.weight": matrix(WIDTH, WIDTH),
            f"blk.{layer}.attn_k.weight": matrix(WIDTH, WIDTH),
            f"blk.{layer}.attn_v.weight": matrix(WIDTH, WIDTH),
            f"blk.{layer}.attn_output.weight": silent_on_the_first(matrix(WIDTH, WIDTH)),
            f"blk.{layer}.ffn_norm.weight": np.ones(WIDTH, dtype=np.float32),
            f"blk.{layer}.ffn_gate.weight": matrix(INNER, WIDTH),
            f"blk.{layer}.ffn_up.weight": matrix(INNER, WIDTH),
            f"blk.{layer}.ffn_down.weight": silent_on_the_first(matrix(WIDTH, INNER)),
        }
    return named


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Writes a tiny model with random weights.")
    parser.add_argument("path", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    write_tiny_gguf(asked.path, asked.seed)
