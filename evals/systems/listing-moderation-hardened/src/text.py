"""One way of cleaning text, for training and for serving."""
import re
import unicodedata

LOOKALIKES = str.maketrans({"0": "o", "1": "l", "3": "e", "5": "s", "@": "a", "а": "a", "е": "e", "о": "o", "р": "p"})


def clean(text: str, max_chars: int = 8000) -> str:
    text = unicodedata.normalize("NFKC", text)
    text = "".join(c for c in text if unicodedata.category(c) != "Cf")
    return text[:max_chars].casefold().translate(LOOKALIKES)


def mask_personal(text: str) -> str:
    text = re.sub(r"[\w.+-]+@[\w-]+\.[\w.]+", "<mail>", text)
    return re.sub(r"\+?\d[\d /-]{6,}\d", "<phone>", text)
