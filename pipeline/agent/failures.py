"""What went wrong with a question to a model, told in one form for all providers, and how long to wait before it is asked again.

Takes an exception of any client library (openai, anthropic, google, mistral over httpx, botocore, ollama, LangChain's own) and gives a
`Failure`. No library is imported for it: exceptions are known by the names of their classes, by the status, the codes and the words they
carry, after `pipeline/knowledge/failures.yaml`. What an endpoint says is looked at for those signs alone; nothing of it gets into what is
shown, so neither can a key, a piece of a prompt, or words an attacker put there.

    UnansweredError: an error of ours that knows which failure it is

What a model itself did wrong in an answer that did come is told by `endings.py`.
"""

from __future__ import annotations

import email.utils
import math
import random as randomness
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ingest.errors import UnusableInput
from pipeline.agent.failure_signs import FailureSigns, Kind, Sign, load_failure_signs

LONGEST_WAIT = 30.0  # seconds, where the endpoint does not say how long
LONGEST_TOLD_WAIT = 60.0  # seconds, however long the endpoint says
_LONGEST_TOLD = 86_400.0  # seconds; what is said beyond is cut to this
_LONGEST_SAID = 200  # characters
_LONGEST_BODY = 4000  # characters of an error that are looked at
_MOST_PARTS, _MOST_CAUSES = 100, 12
_OURS = {"pipeline", "ingest", "prompts", "evals", "threatloom"}
_CLIENTS = {
    "openai", "langchain_openai", "langchain", "langchain_core", "anthropic", "langchain_anthropic", "google", "langchain_google_genai",
    "langchain_mistralai", "botocore", "boto3", "langchain_aws", "ollama", "langchain_ollama",
    "httpx", "httpcore", "aiohttp", "requests", "urllib",
}  # fmt: skip
_DIGESTING = (ValueError, TypeError, KeyError, IndexError, AttributeError)  # what a library raises that cannot read a reply
_WORD = re.compile(r"[a-z_]+")
_DELAY = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)s")


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no answer."""

    kind: Kind
    retry: bool
    """Whether the same request may be answered when it is asked again."""
    after: float | None
    """Seconds to wait first, as the endpoint said; never more than a day."""
    said: str
    """One bounded line in our own words."""


class UnansweredError(Exception):
    """A question that we ourselves gave up, for a reason we know: a reply that is too large, a host that is not the one named."""

    def __init__(self, kind: Kind, said: str | None = None, *, retry: bool | None = None) -> None:
        self.failure = failure_of(kind, said, retry=retry)
        super().__init__(self.failure.said)


def failure_of(kind: Kind, said: str | None = None, *, retry: bool | None = None, after: float | None = None) -> Failure:
    """A failure of a kind; what is not given is what the kind means."""
    meaning = load_failure_signs().kinds[kind]
    return Failure(kind, meaning.retry if retry is None else retry, after, (said or meaning.said)[:_LONGEST_SAID])


def classify(exception: BaseException, clock: Callable[[], float] = time.time) -> Failure:
    """Which failure an exception stands for; `bug` where nothing says that it came from the endpoint. It never raises."""
    chain = tuple(_chain(exception))
    for one in chain:
        if isinstance(one, UnansweredError):
            return one.failure
        if isinstance(one, UnusableInput):
            return failure_of("rejected", str(one))
        if (answer := getattr(one, "ai_message", None)) is not None and (ended := _ended(answer)) is not None:
            return ended
    signs = load_failure_signs()
    bodies = [body for one in chain for body in _bodies(one)]
    status = next((found for one in chain if (found := _status(one)) is not None), None)
    sign = (
        _by_class(chain, signs.causes)
        or _by_words(chain, bodies, status, signs)
        or _by_code(chain, bodies, signs.codes)
        or _by_status(status, signs)
        or _by_code(chain, bodies, signs.types)
        or _by_class(chain, signs.classes)
    )
    if sign is None:
        if any(_digesting(one) for one in chain):
            return failure_of("malformed", "the answer is not in the protocol of the endpoint's kind")
        return failure_of("bug", f"an error of threatloom itself ({type(exception).__name__})")
    after = next((seconds for one in chain if (seconds := _told_wait(one, clock)) is not None), None)
    meaning = signs.kinds[sign.kind]
    said = (sign.said or meaning.said) + (f" (status {status})" if status is not None and status >= 300 else "")
    retry = meaning.retry if sign.retry is None else sign.retry
    return Failure(sign.kind, retry and not _told_to_stop(chain), after, said[:_LONGEST_SAID])


def wait_of(failure: Failure, attempt: int, random: randomness.Random) -> float:
    """Seconds before asking again, after `attempt` failures before this one: doubled each time, spread so that not all return at once.

    What the endpoint said is kept to, up to `LONGEST_TOLD_WAIT`; the spread is on top of it.
    """
    backoff = min(LONGEST_WAIT, 2.0 ** min(attempt, 16))
    if failure.after is None:
        return backoff * random.uniform(0.5, 1.0)
    told = min(failure.after, LONGEST_TOLD_WAIT)
    return told * random.uniform(1.0, 1.25)


def _chain(exception: BaseException) -> Iterator[BaseException]:
    """The exception, what it was raised from, and the members of groups, the outermost first."""
    todo, seen = [exception], set[int]()
    while todo and len(seen) < _MOST_CAUSES:
        one = todo.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        todo += one.exceptions if isinstance(one, BaseExceptionGroup) else ()
        todo += (one.__cause__,) if one.__cause__ is not None else ()


def _ended(answer: object) -> Failure | None:
    from pipeline.agent.endings import ending_of  # it makes its failures here

    return ending_of(answer)


# --- what an exception carries


def _response(exception: BaseException) -> Any:  # Any: each library has its own kind of response
    return getattr(exception, "response", None)


def _status(exception: BaseException) -> int | None:
    response = _response(exception)
    aws = response.get("ResponseMetadata") if isinstance(response, dict) else None
    candidates = (
        getattr(exception, "status_code", None), aws.get("HTTPStatusCode") if isinstance(aws, dict) else None,
        getattr(response, "status_code", None), getattr(exception, "code", None), *(_code_of(body) for body in _bodies(exception)),
    )  # fmt: skip
    return next((one for one in candidates if isinstance(one, int) and not isinstance(one, bool) and 300 <= one <= 599), None)


def _code_of(body: object) -> object:
    """OpenRouter and vLLM give the status inside the error, in an answer that may itself be a 200."""
    inner = body.get("error", body) if isinstance(body, dict) else None
    code = inner.get("code") if isinstance(inner, dict) else None
    return int(code) if isinstance(code, str) and re.fullmatch(r"\d{3}", code) else code


def _bodies(exception: BaseException) -> Iterator[object]:
    """What the endpoint said, as far as the library kept it."""
    response = _response(exception)
    candidates = [getattr(exception, name, None) for name in ("body", "details", "error")] + [
        response if isinstance(response, dict) else None
    ]
    candidates += [one for one in exception.args[:1] if isinstance(one, dict)]
    yield from (one for one in candidates if isinstance(one, dict | list | str))
    if response is not None and _package(type(response)) in {"httpx", "requests"}:
        try:
            body = response.json()
        except Exception:  # a body that was never read, or is no JSON: then it says nothing
            return
        if response.status_code >= 400:
            yield body
        elif isinstance(body, dict) and body.get("error"):  # some say with a 200 that they failed
            yield {"error": body["error"]}


def _parts(body: object) -> Iterator[dict[str, Any]]:  # Any: JSON of an endpoint
    """The objects inside of what was said, the outermost first, so many and no more."""
    todo, seen = [body], 0
    while todo and seen < _MOST_PARTS:
        seen += 1
        match todo.pop(0):
            case dict() as part:
                yield part
                todo += list(part.values())[:20]
            case list() as items:
                todo += items[:20]


def _codes(body: object) -> Iterator[str]:
    for part in _parts(body):
        for name in ("code", "Code", "type", "status", "reason"):
            if isinstance(part.get(name), str):
                yield part[name][:100].lower()


def _texts(body: object) -> Iterator[str]:
    """What a body says in words."""
    if isinstance(body, str):
        yield body[:_LONGEST_BODY]
    for part in _parts(body):
        for name in ("message", "Message", "detail", "error"):
            if isinstance(part.get(name), str):
                yield part[name][:_LONGEST_BODY]


def _headers(exception: BaseException) -> Mapping[str, str]:
    response = _response(exception)
    aws = response.get("ResponseMetadata") if isinstance(response, dict) else None
    found = aws.get("HTTPHeaders") if isinstance(aws, dict) else getattr(response, "headers", None)
    try:
        return {str(name).lower(): str(value) for name, value in found.items()} if found is not None else {}
    except (AttributeError, TypeError, ValueError):
        return {}


# --- what that means


def _by_code(chain: Iterable[BaseException], bodies: Iterable[object], codes: Mapping[str, Sign]) -> Sign | None:
    found = [code for body in bodies for code in _codes(body)]
    for one in chain:  # LangChain puts the code of an event that ends a stream into the words of its error
        if _digesting(one) and isinstance(words := _first(one), str):
            found += [word for word in _WORD.findall(words[:_LONGEST_BODY]) if "_" in word]
    named = [codes[code] for code in found if code in codes]
    # a code that rules out asking again says more than one that only names a kind
    return next((sign for sign in named if sign.retry is False), named[0] if named else None)


def _by_words(chain: Iterable[BaseException], bodies: Iterable[object], status: int | None, signs: FailureSigns) -> Sign | None:
    """Words are trusted where an endpoint refused, and nowhere else: an exception of ours may quote anything."""
    refused = [one for one in chain if _package(type(one)) in _CLIENTS or isinstance(_first(one), dict) or _digesting(one)]
    if not refused or status in (401, 403, 404):
        return None
    own = [first[:_LONGEST_BODY] for one in refused if isinstance(first := _first(one), str)]
    said = "\n".join([*own, *(text for body in bodies for text in _texts(body))]).lower()
    return next((Sign(kind=kind) for kind, words in signs.words.items() if any(word in said for word in words)), None)


def _first(exception: BaseException) -> object:
    return exception.args[0] if exception.args else None


def _by_status(status: int | None, signs: FailureSigns) -> Sign | None:
    if status is None:
        return None
    if status in signs.statuses:
        return signs.statuses[status]
    if status < 400:
        return Sign(kind="rejected", said="the endpoint sends requests elsewhere")
    return Sign(kind="server" if status >= 500 else "rejected")


def _by_class(chain: Iterable[BaseException], classes: Mapping[str, Sign]) -> Sign | None:
    for one in chain:
        for ancestor in type(one).__mro__:
            if (sign := classes.get(f"{_package(ancestor)}.{ancestor.__name__}")) is not None:
                return sign
    return None


def _package(kind: type) -> str:
    """The package of a class; `httpx2` is `httpx`, as the libraries that may be either are."""
    return kind.__module__.split(".")[0].rstrip("0123456789")


def _digesting(exception: BaseException) -> bool:
    """Whether a client library stumbled over the reply: it raised what Python raises, from its own code or what that called."""
    if not isinstance(exception, _DIGESTING):
        return False
    trace, packages = exception.__traceback__, []
    while trace is not None:
        packages.append(str(trace.tb_frame.f_globals.get("__name__", "")).split(".")[0].rstrip("0123456789"))
        trace = trace.tb_next
    return next((package in _CLIENTS for package in reversed(packages) if package in _CLIENTS or package in _OURS), False)


def _told_to_stop(chain: Iterable[BaseException]) -> bool:
    return any(_headers(one).get("x-should-retry") == "false" for one in chain)


def _told_wait(exception: BaseException, clock: Callable[[], float]) -> float | None:
    headers = _headers(exception)
    for name, divisor in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        if (seconds := _seconds(headers.get(name), clock)) is not None:
            return _sane(seconds / divisor)
    return _sane(next((seconds for body in _bodies(exception) if (seconds := _retry_info(body)) is not None), None))


def _seconds(value: str | None, clock: Callable[[], float]) -> float | None:
    if value is None or len(value) > 100:
        return None
    try:
        return float(value)
    except ValueError:
        pass
    try:
        return email.utils.parsedate_to_datetime(value).timestamp() - clock()
    except (TypeError, ValueError, OverflowError, OSError):
        return None


def _retry_info(body: object) -> float | None:
    """Google says in the body how long to wait: `{"@type": ".../google.rpc.RetryInfo", "retryDelay": "20s"}`."""
    delays = (part.get("retryDelay") for part in _parts(body))
    return next((float(match[1]) for delay in delays if isinstance(delay, str) and (match := _DELAY.fullmatch(delay))), None)


def _sane(seconds: float | None) -> float | None:
    """No wait of nothing, of the past, or of a number that is none; never more than a day."""
    if seconds is None or math.isnan(seconds) or seconds <= 0:
        return None
    return min(seconds, _LONGEST_TOLD)
