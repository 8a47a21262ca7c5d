"""Made-up secrets of the formats that `ingest.secrets` knows, and ways in which they stand in a text."""

from __future__ import annotations

import base64
import random
import string

_LETTERS = string.ascii_letters + string.digits
_LOWER = string.ascii_lowercase + string.digits


def noise(length: int, seed: int, alphabet: str = _LETTERS) -> str:
    return "".join(random.Random(seed).choices(alphabet, k=length))


def _token() -> str:
    parts = (
        base64.urlsafe_b64encode(part).decode().rstrip("=")
        for part in (b'{"alg":"HS256","typ":"JWT"}', b'{"role":"service","iat":1700000000}')
    )
    return f"{'.'.join(parts)}.{noise(43, 40)}"


# Known by their form, wherever they stand.
FORMED = {
    "OpenAI": "sk-proj-" + noise(48, 1),
    "Anthropic": "sk-ant-api03-" + noise(60, 2),
    "GitHub": "ghp_" + noise(36, 3),
    "fine-grained GitHub": "github_pat_" + noise(82, 13),
    "GitLab": "glpat-" + noise(20, 14),
    "AWS": "AKIA" + noise(16, 4, string.ascii_uppercase + string.digits),
    "Hugging Face": "hf_" + noise(34, 5),
    "Slack": "xoxb-730518264917-582940617325-" + noise(24, 6, _LOWER),
    "Stripe": "sk_live_" + noise(24, 7),
    "Google": "AIza" + noise(35, 8),
    "Groq": "gsk_" + noise(52, 15),
    "Replicate": "r8_" + noise(37, 16),
    "LangSmith": "lsv2_pt_" + noise(32, 17, "0123456789abcdef") + "_" + noise(10, 18, "0123456789abcdef"),
    "Pinecone": "pcsk_" + noise(60, 19),
    "xAI": "xai-" + noise(80, 20),
    "Perplexity": "pplx-" + noise(48, 21),
    "Tavily": "tvly-" + noise(32, 22),
    "NVIDIA": "nvapi-" + noise(64, 23),
    "npm": "npm_" + noise(36, 24),
    "web token": _token(),
}
# Known by the name they are given to.
NAMED = {"password": "Winter2031!x", "client_secret": noise(32, 30), "API_KEY": noise(40, 31)}
KEY_BODY = tuple(noise(64, 50 + line) for line in range(6))
PRIVATE_KEY = "\n".join(["-----BEGIN RSA PRIVATE KEY-----", *KEY_BODY, "-----END RSA PRIVATE KEY-----"])
