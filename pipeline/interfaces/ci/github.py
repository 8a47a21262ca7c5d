"""What GitHub is told: outputs and the summary of a job by files, a comment by its API.

The comment is found by the mark it begins with and written anew in its place; only one by a bot counts, for everybody can write a mark.
Where the token may not write, as for a pull request from a fork, the summary of the job holds the same.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from ingest.errors import UnusableInput
from pipeline.interfaces.ci.change import Change

_SUMMARY_BYTES = 1_000_000  # GitHub takes a mebibyte from each step
_PAGES, _TIMEOUT = 30, 30
_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+", re.ASCII)


def tell_outputs(environment: Mapping[str, str], values: Mapping[str, str]) -> None:
    """Outputs of the step, for the steps behind it."""
    file = environment.get("GITHUB_OUTPUT")
    if file:
        end = f"end-{secrets.token_hex(8)}"  # no value can hold it
        with Path(file).open("a", encoding="utf-8") as handle:
            handle.writelines(f"{name}<<{end}\n{value}\n{end}\n" for name, value in values.items())


def tell_summary(environment: Mapping[str, str], text: str) -> None:
    """The summary of the job."""
    file = environment.get("GITHUB_STEP_SUMMARY")
    if file:
        with Path(file).open("ab") as handle:
            handle.write(text.encode("utf-8", "replace")[:_SUMMARY_BYTES] + b"\n")


def comment(environment: Mapping[str, str], change: Change, text: str, mark: str, *, only_update: bool) -> str:
    """Writes the comment of a pull request, and says what was done.

    Raises:
        UnusableInput: the host answers something else than that it may not be written.
    """
    token, repository = environment.get("GITHUB_TOKEN", ""), environment.get("GITHUB_REPOSITORY", "")
    if change.number is None:
        return "no pull request: there is nothing to comment on"
    if not token or not _REPOSITORY.fullmatch(repository):
        return "no token to write a comment with: the summary of the job has it"
    api = f"{environment.get('GITHUB_API_URL', 'https://api.github.com').rstrip('/')}/repos/{repository}/issues"
    try:
        known = _known(api, change.number, token, mark)
        if known is not None:
            _ask(f"{api}/comments/{known}", token, {"body": text}, "PATCH")
            return "the comment is written anew"
        if only_update:
            return "the change adds nothing and resolves nothing: no comment"
        _ask(f"{api}/{change.number}/comments", token, {"body": text}, "POST")
        return "the comment is written"
    except HTTPError as refused:
        if refused.code in (401, 403, 404):
            return "the token may not write comments, as with a pull request from a fork: the summary of the job has it"
        raise UnusableInput(f"GitHub answered {refused.code} to a comment", api, "run the job again, or set comment: false") from None
    except (URLError, TimeoutError, ValueError) as problem:
        what = f"GitHub cannot be asked: {type(problem).__name__}"
        raise UnusableInput(what, api, "run the job again, or set comment: false") from None


def _known(api: str, number: int, token: str, mark: str) -> int | None:
    for page in range(1, _PAGES + 1):
        found = _ask(f"{api}/{number}/comments?per_page=100&page={page}", token)
        if not isinstance(found, list):
            return None
        for one in found:
            by = one.get("user") or {}
            if str(one.get("body", "")).startswith(mark) and by.get("type") == "Bot" and isinstance(one.get("id"), int):
                return int(one["id"])
        if len(found) < 100:
            return None
    return None


def _ask(url: str, token: str, body: Mapping[str, str] | None = None, method: str = "GET") -> Any:  # Any: what the host answers
    if not url.startswith(("https://", "http://127.0.0.1:", "http://localhost:")):
        raise ValueError("an address that is not encrypted")
    headers = {
        "Authorization": f"Bearer {token}", "Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28",
        "Content-Type": "application/json", "User-Agent": "threatloom",
    }  # fmt: skip
    data = None if body is None else json.dumps(body).encode()
    with urlopen(Request(url, data=data, headers=headers, method=method), timeout=_TIMEOUT) as answer:
        return json.loads(answer.read(64 * 1024 * 1024) or b"null")
