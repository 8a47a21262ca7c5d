"""What sentences promise: `knowledge/promises.yaml`, and how a sentence is read.

Gives the controls a sentence promises and its modality: whether it says that something is so, must be
so, will be so, is still to do, or is not so. Words about plans and denials are not promises.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Literal

from pydantic import Field

from pipeline.system.model import ControlKind, ElementKind, Frozen, SinkRole
from pipeline.system.rules.knowledge_file import KNOWLEDGE, read_knowledge

_FILE = KNOWLEDGE / "promises.yaml"
KEPT_SENTENCES = 4096  # whose reading is kept, for they are read more than once
Modality = Literal["does", "will", "must", "must_not", "does_not", "todo"]

_SENTENCE = re.compile(r"(?<=[.!?;])\s+(?=[A-Z0-9`\"'(])")
_FENCED = re.compile(r"(`{3,}|~{3,}).*?(?:\1|\Z)", re.DOTALL)
_LINKED = re.compile(r"\s*(?:[-*+]|\d{1,3}[.)]|\|)\s{1,8}(?:[*_]{1,3}|<b>)?!?\[[^\]\n]{1,200}\]\(https?://")
# Literature and other people's work is quoted, told of in the first person, or told as past: none of it says what this system does.
_CITED = re.compile(
    r"https?://|\barxiv\b|\bet al\b|\bdoi:|\bcitations\b|\bsource:"
    r"|\bi (?:did|do|have|was|am|would|tried|found)\b|n't (?:actually|really)\b"
    r"|\bwe (?:\w+ly )?(?:had|hit|struggled|ran into|were|tried|found|noticed|learned|learnt|wanted|started|kept hitting)\b",
    re.IGNORECASE,
)
_NOT_WITHOUT = re.compile(  # twice denied is promised
    r"\b(?:not|never)\b[^.;]{0,80}\bwithout\b"
    r"|\bno (?:new |single )?(?:models?|versions?|releases?|checkpoints?|changes?|actions?|tool calls?|refunds?|payments?|orders?)\b"
    r"[^.;]{0,80}\b(?:without|unless|until)\b",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"https?://\S+")
_SECTION = re.compile(r"[\s*_`]*\[[\w.-]{1,60}\][\s*_`]*(?::|\u2013|\u2014|-)\s")  # a section of a settings file
_SETTINGS = re.compile(r"\b(settings?|configurations?|options?|parameters?|variables?)\b|\b[A-Z][A-Z0-9_]{3,}=", re.IGNORECASE)
_VERB = re.compile(
    r"\b(is|are|was|were|be|been|has|have|gets?|must|shall|will|can|may|needs?|requires?|runs?|goes|go|stands?"
    r"|\w+ed (?:by|with|before|to))\b",
    re.IGNORECASE,
)
_TODO = re.compile(r"^[\W\d]*(?:[A-Za-z ]{3,24}:[\s*_]+)?(implement|consider|introduce)\b|"  # advice to whoever builds on it
                   r"\b(todo|tbd|fixme|to be (done|decided|added)|not yet|planned|plans? to|next (quarter|release|sprint)|in (the )?future|"
                   r"should eventually|open point|roadmap|"
                   r"backlog|later|would|could|might|proposed|proposal|we (want|hope|intend))\b", re.IGNORECASE)  # fmt: skip
_CLAUSE = re.compile(r"[,;:.()]\s|\s(?:but|which|although|though|until|because)\s")
_STILL_LACKING = re.compile(
    r"\bnot yet\b|\bplanned for\b|\bout of scope\b|\bdeferred\b|\bpostponed\b|\btodo\b(?=[\s.|]*$)|\bopen point\b|(?<=[:"
    r"|] )(?:planned|todo|tbd)\b"
)
_CONTRACTED = re.compile(r"\b(is|are|was|were|do|does|did|has|have|had|ca|could|wo|would|should|must|need)n['\u2019]t\b")
_IN_FULL = {"ca": "can", "wo": "will"}
_WILL = re.compile(r"\b(will|shall be|going to)\b", re.IGNORECASE)
_NEGATED = re.compile(
    r"\b(no|not|without|never|none|lacks?|missing|instead of|unless|isn't|aren't|doesn't|don't|skips?|disabled|optional)\b", re.IGNORECASE
)
_MUST_NOT = re.compile(r"\b(must|may|shall|can) ?(not|never)\b|\bnever\b|\bcannot\b|\bnot allowed\b", re.IGNORECASE)
_MUST = re.compile(r"\b(must|shall|required?|has to|have to|needs?)\b", re.IGNORECASE)


# A manual tells its reader what to do, or what a person may do; that is no word about what the system does.
_TO_READER = re.compile(
    r"^\W*(get|set|copy|create|paste|generate|export|download|clone|obtain|register|asking|running|trying"
    r"|click|open|select|go to|see|visit|navigate|choose|enter|retry|try|press|scroll|log in|sign in|ask an?|if you\b"
    r"|once (you|logged|signed)|for (troubleshooting|more|details|help)\b)\b|\byou(['\u2019]ll| will| can| may| might| still)\b"
    r"|\b(when|while|until|as) you\b|\bshould (produce|print|see|show|display|output|return|look)\b",
    re.IGNORECASE,
)


_KEY_OF = re.compile(
    r"\b(?:the|an?|your|its|their|with|using|via|by) ([\w.-]{2,40})(?:'s)? "
    r"(?i:(?:rest )?api[- ](?:keys?|tokens?|credentials)|personal access tokens?|access tokens?)"
)
_CALLS_TO = re.compile(r"\b(?i:(?:requests?|calls?|interactions?|communication|connections?) (?:to|with)) (?:the )?([\w.-]{2,40})")
_INWARD = re.compile(r"\b(endpoints?|routes?|callers?|clients?|visitors?|incoming|inbound|consumers?)\b", re.IGNORECASE)
_NO_SERVICE = frozenset({"api", "jwt", "rest", "http", "https", "oauth", "oauth2", "mcp", "llm", "ai", "id", "sse", "graphql", "grpc"})
# Headings of what is yet to be done, or of what whoever builds on it is told to do.
_WISHES = re.compile(
    r"\b(considerations?|recommend(ations?|ed)|best practi[cs]es?|guidelines?|checklists?|hardening|tips"
    r"|todos?|to-do|future|roadmap|planned|plans|ideas|improvements?|enhancements?|next steps|backlog"
    r"|wish ?list|suggestions?|proposals?|open (points|questions))\b",
    re.IGNORECASE,
)
_SUBJECTLESS = re.compile(r"^(?:[\W\d]*)(?:[^:.]{1,60}:[\s*_]+)?([A-Za-z]+)\b")
_IMPERATIVES = frozenset({
    "add", "adopt", "allow", "always", "apply", "authenticate", "avoid", "block", "cap", "check", "create", "define", "deploy",
    "disable", "do", "enable", "encrypt", "enforce", "ensure", "establish", "expose", "filter", "have", "implement", "isolate", "keep",
    "limit", "log", "make", "mask", "monitor", "never", "pin", "protect", "provide", "put", "record", "redact", "reject", "require",
    "restrict", "review", "rotate", "run", "sanitise", "sanitize", "secure", "set", "store", "support", "throttle", "track", "turn",
    "use", "validate", "verify", "write",
})  # fmt: skip


# What tries a system out, and platforms that keep records and limits of their own: what they do is no word about this system.
_TRIES = re.compile(
    r"^\W*(?:the|this|that|each|every|our|an?)\s+(?:[\w-]+\s+){0,3}?"
    r"(?:probes?|(?:test|staging|smoke|ci|live) profiles?|test suites?|tests?|harness(?:es)?|benchmarks?|fixtures?|mocks?|smoke checks?)\s+"
    r"(?!user|data|that|which|of|for|in)[a-z]+",
    re.IGNORECASE,
)
_PLATFORM = re.compile(
    r"^\W*(?:[Tt]he )?(?:Kubernetes|AWS|Amazon|Azure|GCP|Google Cloud|GitHub|GitLab|Bitbucket|Cloudflare|Vercel|Netlify|Supabase|Firebase"
    r"|Auth0|Okta|Slack|Discord|Notion|Jira|Confluence|Atlassian|OpenAI|Anthropic|Datadog|Sentry|LangSmith|Langfuse|Stripe|Docker|Heroku)(?:['\u2019]s)?"
    r"(?: (?i:api|api server|server|services?|platform|cloud|control plane|console|dashboard|audit logs?|logs))*"
    r" (?:is|are|has|have|will|can|also|automatically|captures?|records?|logs?|requires?|enforces?|applies|apply|limits?"
    r"|throttles?|masks?|redacts?)\b"
)

# The limit that a provider sets to this system is none that this system sets to its callers.
_OF_PROVIDER = re.compile(
    r"\b(?:rate[- ]limit\w*|throttl\w+|quotas?)\b[^.;,]{0,25}?\b(?:of|by|from|imposed by|set by)\s+(?:the |its |our |their |an? )?"
    r"(?:(?:upstream|model|api|hosted|external) )*"
    r"(?:providers?|vendors?|upstream|openai|anthropic|azure|google|gemini|bedrock|mistral|groq|cohere|github|slack|discord)\b",
    re.IGNORECASE,
)
# What is over, and what people may do with what is theirs if they like.
_FORMER = re.compile(
    r"\b(?:no longer (?!accept|allow|possible|leav|serv|answer|stor|kept|sent|shar)|not any more"
    r"|(?<!\bis )(?<!\bare )(?<!\bbe )(?<!\bwas )(?<!\bwere )(?<!\bnot )(?<!\bget )used to (?!be able)"
    r"|formerly|previously|in the past|at first|until (?:\w+ ){1,4}(?:ended|ends|was|were))\b"
    r"|^\W*(?:the |our )?(?:former|previous|old|legacy) (?:system|service|version|release|application|app|bot|assistant|tool)\b",
    re.IGNORECASE,
)
_CHOICE = re.compile(
    r"^\W*(?:the |all |our |any |every )?(?:users?|customers?|visitors?|members?|people|patients|employees|players|students|subscribers?)"
    r" (?:can|may) (?!only|not|never)",
    re.IGNORECASE,
)
_LEFT_TO_PEOPLE: frozenset[ControlKind] = frozenset({"redaction", "audit_log", "output_encoding", "content_separation"})
"""Controls that are the system's or nobody's: that people can do the same for themselves promises none."""

# "`/login` is public; other routes require a token".
_EXEMPT = re.compile(
    r"^([^;]{1,300}?\b(?:is|are|remains?|stays?) (?:all |left )?(?:public|exempt(?:ed)?|excluded|unauthenticated|anonymous"
    r"|open to (?:all|anyone|everyone|the public))\b[^;,]{0,80})[;,]",
    re.IGNORECASE,
)


class Promise(Frozen):
    """How one control is promised, and what keeps the promise."""

    phrases: tuple[str, ...]
    plainly: tuple[str, ...] = Field(default=(), description="Phrases that are held against code; where there are none, all are.")
    denied: tuple[str, ...] = ()
    worded_as_denial: bool = Field(default=False, description="The promise is that something does not happen.")
    about: tuple[ElementKind, ...]
    kept_by: tuple[ControlKind, ...]
    words: tuple[str, ...] | dict[str, tuple[ElementKind, ...]] = Field(
        default=(), description="Words that name a whole kind; a mapping where each word names kinds of its own."
    )
    via: tuple[SinkRole, ...] = Field(default=(), description="The promise is about outsiders' data that arrives in these roles.")
    except_named: tuple[str, ...] = Field(default=(), description="Words in an element's name that say the promise is not about it.")
    only_where: dict[str, str | bool | tuple[str, ...]] = Field(default_factory=dict)


class Promises(Frozen):
    promises: dict[ControlKind, Promise]


@lru_cache(maxsize=1)
def load_promises() -> Promises:
    return read_knowledge(_FILE, Promises)


@lru_cache(maxsize=256)
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)


def sentences(text: str) -> list[str]:
    """Sentences of a passage, without the code that stands between them: comments of a sample speak of the sample."""
    return [part.strip() for part in _SENTENCE.split(_FENCED.sub(" ", text)) if part.strip()]


def speaks_of_others(quote: str) -> bool:
    """Whether a list item begins with a link out of the project, and so speaks of what the link leads to."""
    return _LINKED.match(quote) is not None


def speaks_of_calls_outward(sentence: str) -> bool:
    """Whether a sentence about authentication is about the program's own requests to a service, which bears a name of its own.

    "Authenticated using the GitHub API key", "requests to Notion": the service asks for it, and nothing follows for who
    may call this program. What speaks of endpoints or of callers is about those, whatever key they are asked for.
    """
    if _INWARD.search(sentence):
        return False
    named = [match[1] for pattern in (_KEY_OF, _CALLS_TO) for match in pattern.finditer(sentence)]
    return any(re.search(r"[A-Z0-9]", name) and name.lower() not in _NO_SERVICE for name in named)


def speaks_of_another(sentence: str) -> bool:
    """Whether a sentence tells what a platform does, or what a test does to the system.

    "GitHub limits ...", "rate limited by the provider", "This probe caps ...".
    """
    return any(pattern.search(sentence) for pattern in (_TRIES, _PLATFORM, _OF_PROVIDER))


def exempted(sentence: str) -> tuple[str, str]:
    """What a sentence says its promise does not hold for, and the sentence without that."""
    match = _EXEMPT.match(sentence)
    return ("", sentence) if match is None else (match[1], sentence[match.end() :])


def is_wished(sentence: str, section: tuple[str, ...]) -> bool:
    """Whether a sentence is one of a list of things to do: under such a heading, and without anybody who does them.

    "Add rate limiting to endpoints" below "Security considerations" asks for what is not there; "Every endpoint is
    rate limited" below it tells of what is. "**Rate limiting**: Limit calls" and a name alone are asked for too.
    """
    if not any(_WISHES.search(title) for title in section):
        return False
    first = _SUBJECTLESS.match(sentence)
    return _VERB.search(sentence) is None or (first is not None and first[1].lower() in _IMPERATIVES)


def lists_settings(sentence: str) -> bool:
    """Whether a sentence only says what can be set: `**[database]**: pool size, timeouts and rate limits`."""
    return _SECTION.match(sentence) is not None or (_SETTINGS.search(sentence) is not None and _VERB.search(sentence) is None)


def modality_of(sentence: str) -> Modality:
    sentence = spelled_out(sentence)
    if _TODO.search(sentence):
        return "todo"
    if _MUST_NOT.search(sentence):
        return "must_not"
    if _MUST.search(sentence):
        return "must"
    if _WILL.search(sentence):
        return "will"
    return "does_not" if _NEGATED.search(sentence) else "does"


def promised(sentence: str, own: Mapping[ControlKind, Promise] | None = None) -> list[ControlKind]:
    """Controls that the sentence says are there or must be, of the shipped promises and of those given, which replace shipped ones."""
    shipped = load_promises().promises
    return _promised(sentence, {**shipped, **own}) if own else list(_promised_by_shipped(sentence))


@lru_cache(maxsize=KEPT_SENTENCES)
def _promised_by_shipped(sentence: str) -> tuple[ControlKind, ...]:
    """A sentence is asked about by several readers, and stands in several documents where one was copied from another."""
    return tuple(_promised(sentence, load_promises().promises))


def _promised(sentence: str, promises: Mapping[ControlKind, Promise]) -> list[ControlKind]:
    lowered = spelled_out(sentence)
    modality = modality_of(sentence)
    denies = modality == "does_not" and _NOT_WITHOUT.search(sentence) is None
    if (
        modality == "todo"
        or _TO_READER.search(sentence) is not None
        or sentence.rstrip().endswith("?")
        or _CITED.search(sentence) is not None
        or _FORMER.search(sentence) is not None
    ):
        return []
    left_to_people = _LEFT_TO_PEOPLE if _CHOICE.search(sentence) else frozenset()
    found: list[ControlKind] = []
    for kind, promise in promises.items():
        if (denies and not promise.worded_as_denial) or kind in left_to_people:
            continue
        for phrase in promise.phrases:
            if _says(lowered, phrase):
                found.append(kind)
                break
    return found


def denied(sentence: str) -> list[ControlKind]:
    """Controls that the sentence says are not there; what is yet to come, asked or cited says nothing of now."""
    told = _ADDRESS.sub("", sentence)
    if _TODO.search(told) or _TO_READER.search(told) or told.rstrip().endswith("?") or _CITED.search(told):
        return []
    lowered = spelled_out(told)
    return [kind for kind, promise in load_promises().promises.items() if any(_says(lowered, phrase) for phrase in promise.denied)]


def spelled_out(sentence: str) -> str:
    """A sentence in lower case, its contractions in full: "isn't" is read as "is not" is."""
    return _CONTRACTED.sub(lambda found: _IN_FULL.get(found[1], found[1]) + " not", sentence.lower()).replace("can not", "cannot")


def _says(lowered: str, phrase: str) -> bool:
    match = _pattern(phrase).search(lowered)
    return match is not None and not negated_before(lowered, match.start())


def is_of_now(lowered: str, start: int, end: int) -> bool:
    """Whether the clause in which something is said speaks of now: "no limit in v1, planned for v2" does, "would need none" does not."""
    begin = max((match.end() for match in _CLAUSE.finditer(lowered, 0, start)), default=0)
    after = _CLAUSE.search(lowered, end)
    clause = lowered[begin : after.start() if after else len(lowered)]
    return _TODO.search(_STILL_LACKING.sub(" ", clause)) is None


def quotes_or_advises(sentence: str) -> bool:
    """Whether a sentence asks, tells its reader what to do, or is about what others have written or done."""
    told = _ADDRESS.sub("", sentence)
    return told.rstrip().endswith("?") or _TO_READER.search(told) is not None or _CITED.search(told) is not None


def negated_before(lowered: str, at: int) -> bool:
    """A negation in the same clause before the phrase: "is not approved", "without a rate limit"."""
    clause = re.split(r"[,;:]", lowered[:at])[-1]
    return re.search(r"\b(no|not|without|never|lacks?|instead of|isn't|aren't|doesn't|don't)\b[^.]{0,30}$", clause) is not None


def says_word(sentence: str, word: str) -> bool:
    return _pattern(rf"\b(?:{word})\b").search(sentence.lower()) is not None
