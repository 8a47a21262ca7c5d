"""Commands that verify a signature or an attestation of a file: what a program starts, and what a script says."""

from __future__ import annotations

import re

VERIFYING_COMMAND = re.compile(
    r"^(?:cosign verify(?:-blob|-attestation|-blob-attestation)?|slsa-verifier verify-\w+|gh attestation verify|in-toto-verify"
    r"|(?:python3? -m )?model[_-]signing verify)\b"
)
