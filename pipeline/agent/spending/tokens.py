"""How many tokens a text is, without the tokenizer of the model that reads it.

Tokenizers differ by provider and many are not published; none is fetched here.
"""

from __future__ import annotations


def estimate_tokens(text: str) -> int:
    """Tokens of a text, rather too many than too few."""
    return -(-len(text.encode("utf-8", "surrogatepass")) // 2)
