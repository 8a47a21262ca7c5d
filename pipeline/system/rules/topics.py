"""What makes a file of code worth reading, derived from knowledge: packages of AI, requests to models, hard-coded credentials.

Takes the framework files and the words of `shapes.yaml`, gives `ingest.demand.Topics`. Nothing is listed here by hand but
the kinds of elements that make a rule one about AI: a package is a topic when a framework file gives it such an element.
Where ordinary rules know the same package (boto3, redis, numpy), a file must also name one of the calls that AI rules know.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from ingest.demand import Topics
from pipeline.system.model import ElementKind
from pipeline.system.rules.ai_part_rules import load_ai_part_rules
from pipeline.system.rules.framework import CallRule, ClassRule, DecoratorRule, Framework
from pipeline.system.rules.knowledge import FrameworkIndex
from pipeline.system.rules.shape_words import ShapeWords, load_shapes

AI_KINDS: frozenset[ElementKind] = frozenset({
    "hosted_llm", "local_llm", "ml_model", "embedding_model", "agent", "tool", "prompt", "memory", "retriever", "vector_store",
    "dataset", "training_job", "model_file", "model_registry", "inference_server", "guardrail", "evaluator", "mcp_server",
    "mcp_client", "mcp_tool",
})  # fmt: skip
# As a credential is written: a known prefix, or a name of one that is given a text. `ingest.secrets` decides later.
_CREDENTIAL = re.compile(
    rb"\b(?:sk-|AKIA|ASIA|gh[pousr]_|github_pat_|hf_|xox[abprs]-|AIza|glpat-|npm_|pypi-|eyJ)[A-Za-z0-9_-]{10}"
    rb"|-----BEGIN [A-Z ]*PRIVATE KEY|\w://[^\s:/\"'@]{1,80}:[^\s:/\"'@]{3,200}@"
    rb"|/services/T[A-Z0-9]{6,12}/B[A-Z0-9]{5,12}/\w{20}|/webhooks/\d{17,20}/[\w-]{60}|/IncomingWebhook/[0-9a-f]{32}/|[?&]sig=[\w-]{43}"
    rb"|(?i:passw(?:or)?d|passphrase|secret|token|(?:api|fernet)_?key|credential)\w{0,20}[\"'\]]{0,3}[ \t]*(?::[ \t]*\w{1,20}[ \t]*)?"
    rb"[=:][ \t]*[a-zA-Z]{0,2}[\"'`][^\"'`\s]{6}"
)
# A variable that is named for what signs logins, with a text that is taken where it is not set: the service that knows who somebody is may
# be one that no model is mentioned in, asked over the network.
_DEFAULT_KEY = re.compile(
    rb"\b\w{0,40}(?:SECRET_KEY|(?:JWT|SESSION|COOKIE|AUTH|SIGNING|TOKEN)_(?:SECRET|KEY)\w{0,20})[\"']\s{0,400},\s{0,400}"
    rb"(?:default[ \t]{0,4}=[ \t]{0,4})?[\"'][^\"'\s]{3}"
    rb"|process\.env\.\w{0,40}(?:JWT|SESSION|COOKIE|AUTH|SIGNING|TOKEN)_(?:SECRET|KEY)\w{0,20}"
    rb"\s{0,400}(?:\|\||\?\?)\s{0,400}[\"'`][^\"'`\s]{3}"
)
# A component that lets markup through, and speaks of what is said in a chat: the page of an answer that comes over the network.
_SHOWS_ANSWERS = re.compile(
    rb"\A(?=[\s\S]*?(?:rehype-raw|dangerouslySetInnerHTML|html-react-parser|react-html-parser|\bv-html=|\{@html\s))"
    rb"(?=[\s\S]*?(?:[Mm]essage|[Aa]nswer|[Aa]ssistant|[Cc]hat))"
)
_DOMAINS = frozenset({"ai", "com", "dev", "edu", "io", "net", "org"})  # how names of Java packages begin
_IMPORTING = r"(?:from|import|using|require|import_module)(?:[ \t(]+(?:static[ \t]+)?[\"'`]?)"
_SEGMENT = re.compile(r"[a-z_][a-z0-9_*]*")


@lru_cache(maxsize=4)
def topics_of(index: FrameworkIndex) -> Topics:
    """The topics of these framework files."""
    shapes = load_shapes()
    ordinary = _ordinary(index)
    sure: set[str] = set()
    anywhere: set[str] = set()
    shared: dict[str, set[str]] = {}
    for framework in index.frameworks:
        rules = [rule for rule in _rules(framework) if rule.kind in AI_KINDS]
        for name in (name for rule in rules for name in _names(rule)):
            if name.startswith("*"):  # known by its last word alone, wherever it comes from
                anywhere.add(name.rsplit(".", 1)[-1])
                continue
            package = _package(name, ordinary)
            if package is not None:
                sure.add(package)
            else:
                shared.setdefault(_prefixes(name)[0], set()).add(name.rsplit(".", 1)[-1].strip("()*"))
        renamed = ((alias, _package(name, ordinary)) for alias, name in framework.aliases.items())
        sure.update(filter(None, (_package(alias, ordinary) for alias, package in renamed if package in sure)))
    # No rule knows all of these modules; that they are there counts.
    sure.update(name for names in load_ai_part_rules().imports.values() for name in names)
    about: list[tuple[re.Pattern[bytes], ...]] = [(pattern,) for pattern in (_imports(sure), _words(anywhere), *_requests(shapes))]
    doubtful = {package: words for package, words in shared.items() if package not in sure}
    one_of_them = _imports(doubtful)  # asked once for all of them
    about += [(one_of_them, _imports({package}), _words(words)) for package, words in sorted(doubtful.items())]
    return Topics((*about, *_conversation(shapes)), (_joining(shapes),), (_CREDENTIAL, _DEFAULT_KEY, _SHOWS_ANSWERS))


# Packages


def _rules(framework: Framework) -> tuple[CallRule | DecoratorRule | ClassRule, ...]:
    return (*framework.calls, *framework.decorators, *framework.classes)


def _names(rule: CallRule | DecoratorRule | ClassRule) -> tuple[str, ...]:
    match rule:
        case CallRule():
            return (*rule.call, *rule.read)
        case DecoratorRule():
            return (*rule.decorator, *rule.registers)
        case ClassRule():
            return rule.base


def _ordinary(index: FrameworkIndex) -> frozenset[str]:
    """Packages, and what leads to them, of framework files that are mostly about other things than AI."""
    found: set[str] = set()
    for framework in index.frameworks:
        rules = [rule for rule in _rules(framework) if rule.kind is not None]
        if 2 * sum(rule.kind in AI_KINDS for rule in rules) <= len(rules):
            found.update(framework.packages)
            for rule in rules:
                if rule.kind not in AI_KINDS:
                    found.update(prefix for name in _names(rule) for prefix in _prefixes(name))
    return frozenset(found)


def _prefixes(name: str) -> list[str]:
    """The names a package may be imported by, shortest first: `google`, `google.genai`; `@langchain/core`; `github.com/a/b`."""
    if "/" in name or name.startswith(("@", "node:")):
        scope, *rest = name.split("/")
        if name.startswith("@"):
            return [f"{scope}/{rest[0].split('.')[0]}"] if rest else [scope]
        return ["/".join([scope, *rest[:-1], rest[-1].split(".")[0]])] if rest else [scope.split(".")[0]]
    first, *rest = name.split(".")
    found = [first.strip("()")]
    if first in _DOMAINS and len(rest) > 1:
        found, rest = [f"{first}.{rest[0]}"], rest[1:]
    for segment in rest[:-1]:
        if not _SEGMENT.fullmatch(segment):
            break
        found.append(f"{found[-1]}.{segment}")
    return found


def _package(name: str, ordinary: frozenset[str]) -> str | None:
    """The shortest of a name's packages that ordinary rules do not know; None where they know all."""
    return next((prefix for prefix in _prefixes(name) if prefix not in ordinary), None)


def _imports(packages: Iterable[str]) -> re.Pattern[bytes]:
    """Imports of the packages, in the forms of all languages; `from google import genai` as well as `import google.genai`."""
    given = sorted(set(packages))
    names = "|".join(_as_pattern(package) for package in given)
    forms = [rf"{_IMPORTING}(?:[\w., \t]{{0,200}},[ \t]*)?(?:{names})(?![\w-])"]
    hosted = "|".join(_as_pattern(package) for package in given if "/" in package and not package.startswith("@"))
    forms += [rf"\"(?:{hosted})[/\"]"] if hosted else []
    inside = [package.rpartition(".") for package in given if "." in package and "/" not in package]
    forms += [rf"from[ \t]+{_as_pattern(parent)}[ \t]+import[^\n]{{0,200}}\b{_as_pattern(last)}\b" for parent, _dot, last in inside]
    return re.compile("|".join(forms).encode())


def _as_pattern(name: str) -> str:
    return r"\w+".join(re.escape(part) for part in name.split("*"))


def _words(words: Iterable[str]) -> re.Pattern[bytes]:
    return re.compile(rf"\b(?:{'|'.join(_as_pattern(word) for word in sorted(words) if word)})\b".encode())


# Shapes


def _requests(shapes: ShapeWords) -> Iterator[re.Pattern[bytes]]:
    """A model named as one, or the address of its interface."""
    known, declared = (pattern.replace("$", "").replace("^", "") for pattern in (shapes.model_classes, shapes.declared_classes))
    yield re.compile(rf"\b(?:{'|'.join(map(re.escape, shapes.model_names))})\b".encode())
    yield re.compile(rf"(?:{known})\b|(?:class|interface)[ \t]+\w*(?:{declared})\b".encode())
    yield re.compile(shapes.address.removesuffix("(?:[?].*)?$").encode())


def _conversation(shapes: ShapeWords) -> tuple[tuple[re.Pattern[bytes], ...], ...]:
    """A call that is given a conversation and a model, by some client; a conversation whose turns say who speaks."""
    told = _given((*shapes.message_arguments, *shapes.prompt_arguments, *shapes.system_arguments, "input"))
    roles = "|".join(map(re.escape, shapes.roles))
    turns = re.compile(rf"\brole[\"']?[ \t]*[=:][ \t]*[\"'`](?:{roles})[\"'`]".encode())
    classes = re.compile(rf"\b(?:{'|'.join(map(re.escape, shapes.message_classes))})\b[^\n]{{0,80}}\bcontent\b".encode())
    return (told, _given((*shapes.model_arguments, *shapes.sampling_arguments))), (turns,), (classes,)


def _given(names: Iterable[str]) -> re.Pattern[bytes]:
    """Arguments or entries of these names: `model=`, `"model":`, and in the languages that allow it `{ model, ...`."""
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, names))})\b[\"']?[ \t]*(?:[=:](?![=:])|[,}}])".encode())


def _joining(shapes: ShapeWords) -> re.Pattern[bytes]:
    """What offers itself to agents by its words."""
    return re.compile(rf"(?i:\b(?:{'|'.join(sorted(map(re.escape, (*shapes.agent_words, *shapes.tool_words))))}))".encode())
