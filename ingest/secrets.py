"""Secrets in text: where they stand, and the same text without them.

Takes text, gives spans or masked text. Known formats come from detect-secrets' plugins (their patterns
alone: no baseline, no verification over the network) and a list of newer formats; one rule of our own
finds literals assigned to names of secrets. A literal in pieces ("sk-" "abc", over lines or with +) is read
as one, and each piece is a span. Placeholders and identifiers that every client of a service is given
(publishable keys) are not secrets. Nor is the default password of a service on this machine or beside it:
everybody knows it, so nothing leaked and nothing can be revoked; it is a door without a lock, which matters
where the service can be reached (`default_passwords.py`). Values are never kept.
It does not find secrets without a known format that no telling name is given to.

Speed: each pattern runs only around a literal that all its matches hold, so time grows with the text.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from ingest.default_passwords import (
    PASSWORD_NAME,
    are_one_login,
    is_default,
    is_default_key,
    is_default_password,
    is_local_host,
    is_named_for_itself,
    is_of_emulator,
)
from ingest.described_values import is_described, is_sample
from ingest.web_tokens import opens_nothing, spells_words

_WINDOW = 2048  # some of the patterns are quadratic: they see no more of a line at once


@dataclass(frozen=True, slots=True, order=True)
class SecretSpan:
    start: int
    end: int
    detector: str


# Class of detect-secrets -> literals, one of which every match holds.
_HINTS: dict[str, tuple[str, ...]] = {
    "AWSKeyDetector": ("AKIA", "ASIA", "ABIA", "A3T", "aws", "AWS"),
    "AzureStorageKeyDetector": ("AccountKey=",),
    "GitHubTokenDetector": ("ghp_", "gho_", "ghu_", "ghs_", "ghr_"),
    "GitLabTokenDetector": (
        "glpat-",
        "gldt-",
        "glft-",
        "glsoat-",
        "glrt-",
        "GR1348941",
        "glcbt-",
        "glimt-",
        "glptt-",
        "glagent-",
        "gloas-",
    ),
    "JwtTokenDetector": ("eyJ",),
    "MailchimpDetector": ("-us",),
    "OpenAIDetector": ("T3BlbkFJ",),
    "PypiTokenDetector": ("pypi-AgE",),
    "SendGridDetector": ("SG.",),
    "SlackDetector": ("xox", "hooks.slack.com"),
    "SquareOAuthDetector": ("sq0csp-",),
    "StripeDetector": ("k_live_",),
    "TelegramBotTokenDetector": (":A",),
    "TwilioKeyDetector": ("AC", "SK"),
}
# What no user name holds, keeps regular expressions about addresses from being taken for one.
_URL_LOGIN = re.compile(
    r"://([^\s{}:/@\"'<>$()\[\]\\?*]{0,100}):(?P<secret>[^\s{}@/\"'<>$]{3,100})@(?=(\[[0-9a-fA-F:]{2,40}\]|[\w.-]{0,253}))"
)
# Formats the plugins do not know yet: name, hint, pattern.
_NEWER: tuple[tuple[str, str, re.Pattern[str]], ...] = (
    ("Anthropic API Key", "sk-ant-", re.compile(r"(?<![A-Za-z0-9_-])sk-ant-[A-Za-z0-9_-]{20,200}")),
    ("OpenAI API Key", "sk-", re.compile(r"(?<![A-Za-z0-9_-])sk-(?!ant-)[A-Za-z0-9_-]{32,200}")),
    ("Hugging Face Token", "hf_", re.compile(r"hf_[A-Za-z0-9]{30,60}")),
    ("Google API Key", "AIza", re.compile(r"AIza[0-9A-Za-z_-]{35}")),
    ("GitHub Token", "github_pat_", re.compile(r"github_pat_[A-Za-z0-9_]{60,100}")),
    ("Groq API Key", "gsk_", re.compile(r"gsk_[A-Za-z0-9]{40,80}")),
    ("Replicate Token", "r8_", re.compile(r"r8_[A-Za-z0-9]{37}")),
    ("LangSmith API Key", "lsv2_", re.compile(r"lsv2_(?:pt|sk)_[a-f0-9]{32}_[a-f0-9]{10}")),
    ("Pinecone API Key", "pcsk_", re.compile(r"pcsk_[A-Za-z0-9_]{40,90}")),
    ("xAI API Key", "xai-", re.compile(r"xai-[A-Za-z0-9]{60,100}")),
    ("Perplexity API Key", "pplx-", re.compile(r"pplx-[A-Za-z0-9]{40,60}")),
    ("Tavily API Key", "tvly-", re.compile(r"tvly-[A-Za-z0-9-]{20,60}")),
    ("NVIDIA API Key", "nvapi-", re.compile(r"nvapi-[A-Za-z0-9_-]{50,80}")),
    ("NPM Token", "npm_", re.compile(r"npm_[A-Za-z0-9]{36}")),
    # Keys of in-house and smaller services are named after Stripe's: `shop_live_7Qm2xV9tLr4Zb8Ks`.
    ("Live Key", "_live_", re.compile(r"(?<![\w-])[a-z]{2,12}_live_(?=[A-Za-z0-9]{0,40}\d[A-Za-z]{1,40}\d)[A-Za-z0-9]{12,80}(?![\w-])")),
    ("Live Key", "-live-", re.compile(r"(?<![\w-])[a-z]{2,12}-live-(?=[A-Za-z0-9]{0,40}\d[A-Za-z]{1,40}\d)[A-Za-z0-9]{12,80}(?![\w-])")),
    ("Basic Auth Credentials", "://", _URL_LOGIN),
    # A variable of an editor's own start: `<env name="CLIENT_SECRET" value="..." />`.
    (
        "Secret Keyword",
        "<env ",
        re.compile(
            r"<env\s{1,4}name=\"(?:[^\"]{0,80}[_-])?(?i:secret|token|password|passwd|pwd|key)\"\s{1,4}value=\"(?P<secret>[^\"$\s]{6,300})\""
        ),
    ),
    # The password of a machine as a word of a command, beside who logs in there and where.
    (
        "SSH Password",
        "sshpass",
        re.compile(r"\bsshpass[ \t]{1,4}-p[ \t]{0,4}(?P<quoted>[\"']?)(?P<secret>[^\s\"'$`{}<>]{5,100})(?P=quoted)(?=\s)"),
    ),
    # What an expression of a workflow is where a variable is not set: `API_KEY=${{ vars.API_KEY || '...' }}`.
    (
        "Fallback of a Workflow",
        "|| '",
        re.compile(
            r"(?i:key|token|secret|password)[ \t]{0,4}[:=][ \t]{0,4}[\"']?\$\{\{[^}\n]{1,200}\|\| "
            r"'(?P<secret>(?=[^'\s]{0,200}\d)(?=[^'\s]{0,200}[A-Za-z])[\w.~+/=-]{16,200})'"
        ),
    ),
    # Whoever has the address of a chat's hook writes into the channel: its last part is the key. Others speak Slack's form too.
    ("Chat Webhook", "/services/T", re.compile(r"/services/T[A-Z0-9]{6,12}/B[A-Z0-9]{5,12}/(?P<secret>[A-Za-z0-9]{20,32})(?![\w-])")),
    ("Chat Webhook", "/webhooks/", re.compile(r"discord(?:app)?\.com/api/(?:v\d{1,2}/)?webhooks/\d{17,20}/(?P<secret>[\w-]{60,80})")),
    (
        "Chat Webhook",
        "/IncomingWebhook/",
        re.compile(r"/IncomingWebhook/(?P<secret>[0-9a-f]{32}/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"),
    ),
    ("Chat Webhook", ".logic.azure.com", re.compile(r"\.logic\.azure\.com[:/][^\s\"'<>]{1,400}[?&]sig=(?P<secret>[\w-]{43})(?![\w-])")),
)
# In a template: what calls itself a value to try with.
_TRIED_WITH = re.compile(r"(?:^|[-_])(?:test|example|sample|demo|dummy|fake)(?=[-_])", re.IGNORECASE)
_PHRASE = re.compile(r"(?:[A-Za-z]{1,20}|\d{1,4})(?:[-_ .](?:[A-Za-z]{1,20}|\d{1,4})){2,20}")  # `at-least-32-characters-long`
_EXPRESSION = re.compile(r"\{(?:\d{1,2}|[A-Za-z_][\w.]{1,60})(?:[(\[:!][^{}]{0,60})?\}")  # of an f-string: the value is made elsewhere
_PRIVATE_KEY = re.compile(r"-----BEGIN (?:[A-Z0-9]{2,10} ){0,3}PRIVATE KEY(?: BLOCK)?-----")
_KEY_BODY = re.compile(r"[A-Za-z0-9+/]{40}")

_NAME = (
    r"(?:(?<!1)password|passwd|passphrase|pwd|secret|token|credential|api[_-]?key|apikey|secret[_-]?key|access[_-]?key(?:[_-]?id)?"
    r"|private[_-]?key|master[_-]?key|salt[_-]?key|auth[_-]?key|signing[_-]?key|encryption[_-]?key|fernet[_-]?key|account[_-]?key|client[_-]?secret)"
)
SECRET_NAME = re.compile(rf"(?:.*[_.\-]|.*[a-z](?=[A-Z])|){_NAME}", re.IGNORECASE)
_KEYWORDS = re.compile(_NAME + r"(?=[\"'\]]{0,2}[ \t]{0,20}(?::=|=>|[:=]))", re.IGNORECASE)
# How each of these names ends, and what follows it.
_KEYWORD_ENDS = re.compile(r"(?:[rRwWiIıİ][dD]|[sSſ][eE]|[eE][tTnNyY]|[aA][lL])[\"'\]]{0,2}[ \t]{0,20}[:=]")
_LONGEST_NAME = 16  # characters: `encryption_key` has fourteen
# `api_key: str =`, `token: string | null =`, `secret: Optional[str] =`
_TYPED = r":[ \t]{0,4}[A-Za-z_][\w.]{0,40}(?:\[[\w.\[\], |]{1,40}\])?(?:[ \t]{0,2}\|[ \t]{0,2}[\w.\[\]]{1,30}){0,3}[ \t]{0,4}="
_QUOTED = re.compile(
    rf"[\"'\]]{{0,2}}[ \t]{{0,20}}(?:{_TYPED}|:=|=>|[:=])[ \t]{{0,20}}(?:\([ \t\r\n]{{0,80}})?[rbuf]{{0,2}}"
    r"(\"{3}|'{3}|\"|')([^\"'\s]{8,300})\1",
    re.IGNORECASE,
)
_BARE = re.compile(r"[ \t]{0,4}[:=][ \t]{0,4}([^\s\"'(){}\[\],;<>`$]{8,300})[ \t]{0,40}(?=$|#)")
_ASSIGNED_HEAD = re.compile(r"[ \t]{0,40}(?:export[ \t]{1,4}|-[ \t]{1,4}|ENV[ \t]{1,4}|ARG[ \t]{1,4})?[A-Za-z0-9_.-]{0,100}$")
_VARIABLE = re.compile(r"[A-Z][A-Z0-9]{0,40}(?:_[A-Z0-9]{1,40}){1,12}")  # of an environment: `N8N_WEBHOOK_PASSWORD`
_HEADER = re.compile(  # the name under which a secret is sent: `X-ACME2-API-TOKEN`
    r"(?:[Xx](?:-[A-Za-z]+\d{0,2}[A-Za-z]*){2,6}|[A-Z][A-Za-z]*\d{0,2}[A-Za-z]*(?:-[A-Z][A-Za-z]*\d{0,2}[A-Za-z]*){1,5})"
)
# What a grammar of an editor calls a piece of text, with the group that it takes over: `comment.keyword.$2`.
_SCOPE = re.compile(r"[A-Za-z][\w-]{0,40}(?:\.[\w$-]{1,40}){0,8}\.\$\d{1,2}(?:\.[\w$-]{1,40}){0,8}")
_IDENTIFIERS = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")

_PLACEHOLDER = re.compile(
    r"change[-_ ]?(?:me|this|it)|replace[-_ ]?(?:me|this|with|at|by|before|in|on)(?![a-z])"
    r"|(?<![a-z])(?:replace|change)[-_ ](?:the[-_ ])?(?:pass(?:word|phrase|wd)?|secret|key|token|value)(?![a-z])"
    r"|your[-_ ]?|my[-_]?(?:api|secret|token|key|password)|example"
    r"|placeholder|dummy|sample|fake|redacted|insert|to[-_]?do|fixme|x{4}|(?:^|[-_])x{3}|\.\.\.|…|\*\*\*|<[^>]*>|\$\{|\{\{|%\(|\$\(|^\$|^%"
    r"|not[-_ ]?(?:a[-_ ])?(?:real|needed|used|set|required)"
    r"|no[-_ ]?key|^test[-_]|[-_]test$|^\^\(\?[=!].*\$$"
    r"|^(?:none|null|nil|true|false|undefined|empty|test(?:ing)?|secret|password|passwd|token|key|admin"
    r"|user|foo|bar|string|value|default|optional|required)$"
    r"|^(?:dev|local|demo|mock|preview)[-_](?:token|key|secret|pass(?:word)?)"
    r"|[-_ ]here$|(?:^|[-_])(?:abc|xyz)[-_]?(?:123|456|789)$|0123456789|123456789|abcdefgh|deadbeef|(.)\1{5,}",
    re.IGNORECASE,
)


# Sent to every browser or installation by design: they say which project something belongs to and open nothing. Those of Google are what
# the pages and apps of YouTube are delivered with, the same for everybody (read from yt-dlp 2024.12, kkdai/youtube 2.10).
_PUBLIC_VALUE = re.compile(
    r"AIzaSy(?:AO_FJ2Slq|A8eiZmM1F|B-63vPrdT|C9XL3ZjWd|AOghZGza2|Cjc_pVEDi|BAETezhkw|DCU8hByM-)"
    r"|phc_[A-Za-z0-9]|pk_(?:live|test)_|pk\.eyJ|(?:UA-\d{4,10}-\d|G-[A-Z0-9]{6,12}$|GTM-[A-Z0-9]+$|AW-\d+$)|https://[0-9a-f]{32}@[\w.-]+/\d+$"
)
_PUBLIC_WORDS = frozenset({"public", "publishable", "analytics", "telemetry", "posthog", "mixpanel", "amplitude", "gtag"})
_PUBLIC_PARTS = ("client_id", "site_key", "project_token", "write_key", "search_only", "measurement_id")
# Azure's text analytics key is private.
_PRIVATE_WORDS = frozenset({"secret", "private", "password", "passwd", "passphrase", "pwd", "personal", "text"})
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_SEAM = re.compile(
    r"[\"'](?<=[\w.+/=~-][\"'])(?:[ \t]{1,80}|[ \t]{0,80}(?:[+\\]|#[^\n]{0,200})?[ \t]{0,20}\r?\n[ \t]{0,200})"
    r"(?:\+[ \t]{0,20})?(?:\r?\n[ \t]{0,200})?[rRbBuUfF]{0,2}[\"'](?=[\w.+/=~-])"
)


_OF_DEVELOPMENT = re.compile(
    r"(?:^|[-_.])(?:dev|develop(?:ment|er)?|local|demo|insecure|unsafe|change[-_]?(?:me|this|it|in|before)|not[-_]?for[-_]?prod\w*)(?=[^A-Za-z]|$)",
    re.IGNORECASE,
)


def opens_only_here(value: str) -> bool:
    """Whether a secret is the login in an address of this machine, or of a service beside it."""
    login = _URL_LOGIN.search(value[:2000])
    return login is not None and is_local_host(login[3])


def says_development(value: str) -> bool:
    """Whether a password itself says that it is for development: `orders_dev_password`."""
    login = _URL_LOGIN.search(value[:2000])
    return _OF_DEVELOPMENT.search(value[:200] if login is None else login["secret"]) is not None


def is_public_identifier(name: str, value: str) -> bool:
    """Whether a value is one that clients are meant to show: a publishable key, an analytics project token, a DSN."""
    if _PUBLIC_VALUE.match(value) or opens_nothing(value):
        return True
    words = [word.lower() for word in _WORD.findall(name[-200:])]
    if _PRIVATE_WORDS & set(words):
        return False
    return bool(_PUBLIC_WORDS & set(words)) or any(part in "_".join(words) for part in _PUBLIC_PARTS)


def is_placeholder(value: str) -> bool:
    """Whether a value stands for one to be filled in: empty, a reference to a variable, or words that say so."""
    return not value.strip() or _PLACEHOLDER.search(value[:400]) is not None or is_sample(value)


def secret_in_assignment(name: str, value: str, beside: Mapping[str, str] | None = None, template: bool = False) -> str | None:
    """The detector that takes `value` for a secret, given the name it is assigned to in a configuration; else None.

    `beside` holds the variables of the same file or service. In a template, which is there to be filled in, words are
    placeholders however they are called: only what looks made by chance, or has a known format, is a secret there.
    """
    if is_placeholder(value) or is_public_identifier("", value) or is_default_password(name, value, beside) or is_default_key(name, value):
        return None
    if is_of_emulator(value) or spells_words(name, value) or is_described(name, value):
        return None
    for span in find_secrets(value[:4096]):
        return span.detector
    if is_public_identifier(name, value) or is_named_for_itself(name, value):
        return None
    if template and (
        _PHRASE.fullmatch(value) or _TRIED_WITH.search(value) or not _is_strong(name, value)
    ):  # `GUEST_SIGNING_KEY=guest_signing_key`
        return None
    if SECRET_NAME.fullmatch(name[:200]) and len(value) >= (6 if PASSWORD_NAME.search(name) else 8) and not _is_reference(value):
        return "Secret Keyword"
    return None


def told_before(name: str, value: str, beside: Mapping[str, str], template: bool = False) -> str | None:
    """The variable before this one, in the order of the file, that holds the same secret, a part or the other half of it."""
    for other, text in beside.items():
        if other == name:
            return None
        same = len(text) >= 8 and len(value) >= 8 and (text in value or value in text)
        if (same or are_one_login(name, other)) and secret_in_assignment(other, text, beside, template) is not None:
            return told_before(other, text, beside, template) or other
    return None


def find_secrets(text: str) -> tuple[SecretSpan, ...]:
    """Secrets by position in the text, in order, not overlapping; the longer span wins. One span per literal of a secret in pieces."""
    spans: list[SecretSpan] = []
    end = 0
    for span in sorted({*_in_one_piece(text), *_in_pieces(text)}, key=lambda span: (span.start, -span.end, span.detector)):
        if span.start >= end:
            spans.append(span)
            end = span.end
    return tuple(spans)


def _in_one_piece(text: str) -> Iterator[SecretSpan]:
    yield from _known(text)
    yield from _private_keys(text)
    yield from _assigned(text)


def _in_pieces(text: str) -> Iterator[SecretSpan]:
    """Secrets that lie across adjacent literals, as the spans of their pieces."""
    seams = [match.span() for match in _SEAM.finditer(text)]
    if not seams:
        return
    kept: list[str] = []
    starts: list[tuple[int, int]] = [(0, 0)]  # place in the joined text -> place in the text, for each piece between seams
    position = length = 0
    for start, end in seams:
        kept.append(text[position:start])
        length += start - position
        starts.append((length, end))
        position = end
    kept.append(text[position:])
    for span in set(_in_one_piece("".join(kept))):
        first = bisect_right(starts, (span.start, len(text))) - 1
        last = bisect_left(starts, (span.end, 0)) - 1
        if first == last:
            continue  # seen in the text itself
        for piece in range(first, last + 1):
            joined, place = starts[piece]
            following = starts[piece + 1][0] if piece < last else span.end
            yield SecretSpan(place + max(0, span.start - joined), place + following - joined, span.detector)


def mask_secrets(text: str) -> str:
    """The text with each secret cut to at most its first four characters; its lines stay what they are."""
    pieces: list[str] = []
    position = 0
    for span in find_secrets(text):
        between = text[position : span.start]
        seam = _SEAM.match(text, position) if position else None
        goes_on = seam is not None and seam.end() == span.start  # a further piece of the same secret
        pieces += [between, "****" if goes_on else _masked(text[span.start : span.end])]
        position = span.end
    return "".join([*pieces, text[position:]])


def mask_literals_of(text: str, value: str) -> str:
    """The text with every quoted literal masked that is part of `value`, a secret known from elsewhere."""

    def masked(match: re.Match[str]) -> str:
        literal = match[2]
        return f"{match[1]}****{match[1]}" if len(literal) >= 3 and literal in value else match[0]

    return re.sub(r"([\"'])((?:(?!\1)[^\\\r\n]){1,400})\1", masked, text)


def _masked(secret: str) -> str:
    first, *rest = re.split(r"(\r\n|\r|\n)", secret)
    kept = first if first.startswith("-----BEGIN") and rest else first[: min(4, len(first) // 4)] + "****"
    return kept + "".join(part if part in {"\r\n", "\r", "\n", ""} else "****" for part in rest)


@cache
def _detectors() -> tuple[tuple[str, tuple[str, ...], tuple[re.Pattern[str], ...]], ...]:
    from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class  # a slow import, only needed here

    plugins: tuple[Any, ...] = tuple(get_mapping_from_secret_type_to_class().values())  # untyped library
    classes = {plugin.__name__: plugin for plugin in plugins}
    return tuple((str(classes[name].secret_type), hints, tuple(classes[name].denylist)) for name, hints in sorted(_HINTS.items()))


def _known(text: str) -> Iterator[SecretSpan]:
    for detector, hints, patterns in (*_detectors(), *((name, (hint,), (pattern,)) for name, hint, pattern in _NEWER)):
        for start, end in _windows(text, hints):
            for pattern in patterns:
                for match in pattern.finditer(text, start, end):
                    span = match.span(_value_group(detector, pattern, match))
                    secret = text[slice(*span)]
                    if pattern is _URL_LOGIN and is_local_host(match[3]) and is_default(match[1], secret):
                        continue
                    if is_placeholder(secret) or _PUBLIC_VALUE.match(secret) or opens_nothing(secret):
                        continue
                    if _stands_alone(text, *span) and _is_plausible(detector, secret):
                        yield SecretSpan(*span, detector)


def _value_group(detector: str, pattern: re.Pattern[str], match: re.Match[str]) -> int | str:
    if "secret" in pattern.groupindex:
        return "secret"
    return 1 if detector == "AWS Access Key" and pattern.groups and match.start(1) >= 0 else 0


def _windows(text: str, hints: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    for hint in hints:
        position = text.find(hint)
        while position >= 0:
            start = max(text.rfind("\n", max(0, position - _WINDOW // 2), position) + 1, position - _WINDOW // 2, 0)
            end = text.find("\n", position, position + _WINDOW)
            end = min(position + _WINDOW, len(text)) if end < 0 else end
            yield start, end
            # A line with more hints has been seen up to the window's end; tokens across it are found from half a window before.
            position = text.find(hint, end if end < position + _WINDOW else position + _WINDOW // 2)


def _stands_alone(text: str, start: int, end: int) -> bool:
    return not (start > 0 and text[start].isalnum() and text[start - 1].isalnum()) and not (
        end < len(text) and text[end - 1].isalnum() and text[end].isalnum()
    )


def _is_plausible(detector: str, secret: str) -> bool:
    if is_of_emulator(secret.partition("AccountKey=")[2] or secret):
        return False
    if detector == "JSON Web Token":
        from detect_secrets.plugins.jwt import JwtTokenDetector

        return len(secret) > 40 and secret.count(".") == 2 and bool(JwtTokenDetector.is_formally_valid(secret))
    if detector == "SSH Password":
        return any(letter.isdigit() for letter in secret) or len(secret) > 7
    if detector == "Basic Auth Credentials":
        return not _is_word(secret)
    if detector == "OpenAI API Key" and not any(letter.isdigit() for letter in secret):
        return False  # a long name with hyphens
    return _entropy(secret) > 2.8


def _is_word(secret: str) -> bool:
    words = {"pass", "pw", "pwd", "postgres", "root", "guest", "host", "port"}
    return secret.lower() in words or (secret.isdigit() and len(secret) < 5)


def _private_keys(text: str) -> Iterator[SecretSpan]:
    for match in _PRIVATE_KEY.finditer(text):
        ending = text.find("-----END", match.end(), match.end() + 20_000)
        close = text.find("-----", ending + 8, ending + 80) if ending >= 0 else -1
        end = close + 5 if close >= 0 else min(len(text), match.end() + 4000)
        following = text.find("-----BEGIN", match.end(), end)
        end = following if following >= 0 else end
        if _KEY_BODY.search(text, match.end(), end):  # code that merely looks for the marker is no key
            yield SecretSpan(match.start(), end, "Private Key")


def _keywords(text: str) -> Iterator[re.Match[str]]:
    """What `_KEYWORDS.finditer` gives, in a tenth of its time: looked for only where a name could end."""
    position = 0
    for ending in _KEYWORD_ENDS.finditer(text):
        match = _KEYWORDS.search(text, max(position, ending.start() - _LONGEST_NAME), ending.end())
        if match is not None:
            position = match.end()
            yield match


def _assigned(text: str) -> Iterator[SecretSpan]:
    for match in _keywords(text):
        quoted = _QUOTED.match(text, match.end())
        if quoted is not None:
            value = quoted[2]
            if _is_told_otherwise(_whole_name(text, match), value):
                continue
            if not is_placeholder(value) and not _is_reference(value) and _is_strong(match[0], value):
                yield SecretSpan(*quoted.span(2), "Secret Keyword")
            continue
        before = text[max(0, match.start() - 200) : match.start()]
        head = before[max(before.rfind("\n"), before.rfind("\r")) + 1 :]
        limit = text.find("\n", match.end(), match.end() + 500)
        line = text[match.end() : limit if limit >= 0 else match.end() + 500].rstrip("\r")
        bare = _BARE.match(line)
        if bare is None or not _ASSIGNED_HEAD.fullmatch(head):
            continue
        value = bare[1]
        if _is_told_otherwise(_whole_name(text, match), value):
            continue
        constant = match[0].isupper() and not value.isupper()
        certain = constant or not _IDENTIFIERS.fullmatch(value) or sum(letter.isdigit() for letter in value) >= 3
        if certain and not is_placeholder(value) and not _is_reference(value) and _is_strong(match[0], value):
            start = match.end() + bare.start(1)
            yield SecretSpan(start, start + len(value), "Secret Keyword")


_NAME_HEAD = re.compile(r"[A-Za-z0-9_.-]{0,100}$")


def _whole_name(text: str, match: re.Match[str]) -> str:
    """`MIXPANEL_PROJECT_TOKEN`, of which the pattern found `TOKEN`."""
    head = _NAME_HEAD.search(text[max(0, match.start() - 100) : match.start()])
    return (head[0] if head else "") + match[0]


def _is_told_otherwise(name: str, value: str) -> bool:
    return is_public_identifier(name, value) or is_described(name, value)


def _is_strong(name: str, value: str) -> bool:
    mixed = any(letter.isalpha() for letter in value) and any(letter.isdigit() for letter in value)
    if PASSWORD_NAME.search(name):
        return mixed
    return mixed and len(value) >= 16 and _entropy(value) >= 3.0


def _is_reference(value: str) -> bool:
    """A path, an address, a file, the name of a variable or header, or an expression: the place of a secret, or something else."""
    named = _VARIABLE.fullmatch(value) or _HEADER.fullmatch(value[:100])
    if _EXPRESSION.search(value) or _SCOPE.fullmatch(value[:400]) or (named and SECRET_NAME.fullmatch(value)):
        return True
    return value.startswith(("(", "[", "/", "./", "~", "http://", "https://", "$", "os.", "process.env", "secrets.")) or (
        "/" in value and value.rsplit("/", 1)[-1].count(".") == 1 and value.islower()
    )


def _entropy(value: str) -> float:
    return -sum(count / len(value) * math.log2(count / len(value)) for count in Counter(value).values())
