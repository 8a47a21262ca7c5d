"""Gateways of models (LiteLLM): the models behind one address, who is asked for a key, what bounds a caller, and what is written down.

Takes `gateway` settings, gives the address as a route, a model per name behind it with the flow that leads there, controls (keys, limits,
records) and the log that whole conversations go to. A model is of this system where its address is, or where its sort of server has no
provider; one whose address is a variable is not judged. Limits and keys that are kept in the gateway's database are not seen.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from ingest.facts import ConfigFacts, Setting
from ingest.source import Place, parts_of
from pipeline.system.assembly import Assembly
from pipeline.system.deployment.limits_in_front import limits_in_front
from pipeline.system.deployment.said_values import SaidValue, said_values
from pipeline.system.model import AttributeValue, Flow
from pipeline.system.program.naming import host_of, is_own_host
from pipeline.system.rules.commands import option, split_words

# How LiteLLM 1.78 calls servers that somebody runs, and providers.
_OWN = frozenset(
    {"hosted_vllm", "vllm", "ollama", "ollama_chat", "lm_studio", "llamafile", "xinference", "infinity", "triton", "oobabooga", "petals"}
)
_PROVIDERS = frozenset({
    "openai", "azure", "azure_ai", "anthropic", "bedrock", "vertex_ai", "vertex_ai_beta", "gemini", "mistral", "cohere", "cohere_chat",
    "groq",
    "together_ai", "openrouter", "deepseek", "xai", "perplexity", "fireworks_ai", "replicate", "ai21", "nlp_cloud", "anyscale", "deepinfra",
    "cerebras", "sambanova", "github", "moonshot", "dashscope", "text-completion-openai", "nvidia_nim", "databricks", "watsonx",
})  # fmt: skip
_PROVIDERS_NAMES = re.compile(r"(?:gpt-|o[134](?:-|$)|chatgpt|claude|gemini|mistral-|command-|deepseek-)")
_NO_CHAT = re.compile(r"embed|rerank|whisper|tts|dall-e|image|moderation|speech|bge-|e5-", re.IGNORECASE)
_ASKS = re.compile(r"general_settings\.(?:master_key|custom_auth|enable_jwt_auth|enable_oauth2_auth|enable_oauth2_proxy_auth)")
_BUDGET = re.compile(r"(?:^|\.)(?:max_(?:internal_user_)?budget|max_end_user_budget|soft_budget)$")
_RATE = re.compile(r"(?:^|\.)(?:(?:default_)?(?:tpm|rpm)(?:_limit)?|(?:global_)?max_parallel_requests)$")
_FALLBACKS = re.compile(r"(?:router_settings|litellm_settings)\.(?:context_window_|content_policy_)?fallbacks\.(?:\d+\.)?(.+)")
_DEFAULT_FALLBACKS = re.compile(r"(?:router_settings|litellm_settings)\.default_fallbacks")
_VERBOSE = re.compile(r"(?:litellm_settings|general_settings|router_settings)\.(?:set_verbose|detailed_debug)")
_CALLBACKS = re.compile(r"litellm_settings\.(?:success_callback|callbacks|failure_callback)(?:\.\d+)?")
_BUCKETS = frozenset({"s3", "s3_v2", "gcs_bucket", "gcs_pubsub", "azure_storage", "dynamodb"})  # a file per conversation
_RECORDS = _BUCKETS | frozenset(
    {"langfuse", "langfuse_otel", "langsmith", "datadog_llm_observability", "arize", "arize_phoenix", "opik", "lunary", "otel"}
)
_MOST_MODELS = 40
_CONFIG = ("--config", "-c")


@dataclass(frozen=True, slots=True)
class _Model:
    name: str  # what callers ask for
    target: str  # `openai/gpt-5-mini`
    own: bool | None  # whether it runs in this system
    place: Place


@dataclass(frozen=True)
class _Gateway:
    file: ConfigFacts
    setting: Setting

    @cached_property
    def lines(self) -> tuple[SaidValue, ...]:
        return tuple(said_values(self.file, self.setting))

    def first(self, pattern: re.Pattern[str]) -> SaidValue | None:
        return next((line for line in self.lines if pattern.search(line.path) and line.is_on), None)

    @cached_property
    def place(self) -> Place:
        """Where what holds for all callers is said; else where the models begin."""
        said = [line.place for line in self.lines if line.path.startswith(("litellm_settings.", "general_settings.", "router_settings."))]
        return min(said, default=Place(self.file.path, self.setting.place.start_line, self.setting.place.start_line))

    def models(self) -> Iterator[_Model]:
        entries: dict[str, dict[str, SaidValue]] = {}
        for line in self.lines:
            match = re.fullmatch(r"model_list\.(\d+)\.(model_name|litellm_params\.(?:model|api_base|base_url))", line.path)
            if match is not None:
                entries.setdefault(match[1], {})[match[2].rpartition(".")[2]] = line
        for entry in list(entries.values())[:_MOST_MODELS]:
            target = entry.get("model")
            if target is not None:
                base = entry.get("api_base") or entry.get("base_url")
                name = entry["model_name"].text if "model_name" in entry else target.text
                yield _Model(name, target.text, _runs_here(target.text, base.text if base is not None else ""), target.place)


def _runs_here(target: str, base: str) -> bool | None:
    provider = target.partition("/")[0] if "/" in target else ""
    if provider in _OWN:
        return True
    if "os.environ/" in base or "$" in base:
        return None
    host = host_of(base) if base else None
    if host is not None:
        return is_own_host(host)
    return False if provider in _PROVIDERS or (not provider and _PROVIDERS_NAMES.match(target)) else None


def add_gateways(assembly: Assembly, files: Sequence[ConfigFacts]) -> None:
    """The gateways of all files."""
    limited = limits_in_front(files)
    for file in files:
        for setting in file.settings:
            if setting.kind == "gateway":
                _gateway(assembly, _Gateway(file, setting), files, limited)


def _gateway(assembly: Assembly, gateway: _Gateway, files: Sequence[ConfigFacts], limited: Sequence[Place]) -> None:
    asked = gateway.first(_ASKS)
    key = asked.place if asked is not None else _given_key(files)
    route = _route(assembly, gateway, key, limited) if key is not None or _leads_there(files) else None
    found: dict[str, list[tuple[_Model, str]]] = {}
    for model in gateway.models():
        identity = _model(assembly, gateway, model)
        if identity is not None:
            found.setdefault(model.name, []).append((model, identity))
            if route is not None:
                _asked(assembly, gateway, route, model, identity)
    _overflow(assembly, gateway, found)
    _records(assembly, gateway, [identity for known in found.values() for _, identity in known])


def _route(assembly: Assembly, gateway: _Gateway, key: Place | None, limited: Sequence[Place]) -> str:
    """The address of a gateway for callers of its own: who have keys, or come by a proxy. Else it is a part of the one that asks it."""
    attributes: dict[str, AttributeValue] = {
        "product": "litellm",
        "provisioned": True,
        **({"authenticated": True} if key is not None else {}),
    }
    place = assembly.cite_place(gateway.place)
    route = assembly.drafts.put("http_route", f"LiteLLM ({gateway.file.path})", None, attributes, place, None, gateway.file.purpose)
    if key is not None:
        assembly.control("authentication", route, assembly.cite_place(key))
    _limits(assembly, gateway, route, limited)
    return route


def _leads_there(files: Sequence[ConfigFacts]) -> bool:
    return any(s.kind == "proxy" and "litellm" in s.name.lower() for file in files for s in file.settings)


def _given_key(files: Sequence[ConfigFacts]) -> Place | None:
    """Where a deployment gives the gateway its key."""
    for file in files:
        for setting in file.settings:
            secrets = parts_of(setting.attributes.get("secrets_from")) if setting.kind == "workload" else ()
            if (
                setting.kind == "environment" and setting.name in ("LITELLM_MASTER_KEY", "PROXY_MASTER_KEY")
            ) or "LITELLM_MASTER_KEY" in secrets:
                return setting.place
    return None


def gateway_asks(service: Setting, file: ConfigFacts, files: Sequence[ConfigFacts]) -> bool:
    """Whether the gateway that a service starts with settings of this tree asks for a key, or may: a file that is not here can hold it."""
    named = option(split_words(str(service.attributes.get("command") or "")), _CONFIG).rpartition("/")[2]
    settings = [s for one in files if one.path.rpartition("/")[2] == named for s in one.settings if s.kind == "gateway"]
    around = [_Gateway(one, s) for one in files for s in one.settings if s in settings]
    if not around or _given_key(files) is not None or any(gateway.first(_ASKS) is not None for gateway in around):
        return True
    folder = posixpath.dirname(file.path)
    given = {posixpath.normpath(posixpath.join(folder, name)) for name in parts_of(service.attributes.get("env_files"))}
    return not given <= {one.path for one in files}


def _limits(assembly: Assembly, gateway: _Gateway, route: str, limited: Sequence[Place]) -> None:
    for line in gateway.lines:
        if line.is_on and _BUDGET.search(line.path):
            assembly.control("budget_limit", route, assembly.cite_place(line.place))
        elif line.is_on and _RATE.search(line.path):
            assembly.control("rate_limit", route, assembly.cite_place(line.place))
    for place in limited:
        assembly.control("rate_limit", route, assembly.cite_place(place), "in front of the gateway")


def _model(assembly: Assembly, gateway: _Gateway, model: _Model) -> str | None:
    """The model behind a name; None where it is no model that writes, or nobody can say where it runs."""
    if model.own is None or _NO_CHAT.search(f"{model.name} {model.target}") or "*" in model.target:
        return None
    place = assembly.cite_place(model.place)
    purpose = gateway.file.purpose
    if model.own:
        attributes: dict[str, AttributeValue] = {"library": "litellm", "model": model.target.partition("/")[2], "remote": True}
        return assembly.drafts.put("local_llm", f"{model.name} (litellm)", None, attributes, place, None, purpose)
    provider = model.target.partition("/")[0] if "/" in model.target else ""
    attributes = {"library": "litellm", "model": model.target, **({"provider": provider} if provider else {})}
    return assembly.drafts.put("hosted_llm", model.target, None, attributes, place, None, purpose)


def _asked(assembly: Assembly, gateway: _Gateway, route: str, model: _Model, identity: str) -> None:
    steps = tuple(e for e in (assembly.cite_place(gateway.place, "source"), assembly.cite_place(model.place, "sink")) if e is not None)
    flow = Flow(
        id=f"{route}->{identity}:prompt", source=route, target=identity, carries=("user_input",), role="prompt", steps=steps,
        stated_by="configuration",
    )  # fmt: skip
    assembly.flow(flow)


def _overflow(assembly: Assembly, gateway: _Gateway, found: dict[str, list[tuple[_Model, str]]]) -> None:
    """Providers that take over what was meant for a model of this system: by a fallback, or because two bear one name."""
    own = {name for name, known in found.items() if any(model.own for model, _ in known)}
    for line in gateway.lines:
        match, default = _FALLBACKS.fullmatch(line.path), _DEFAULT_FALLBACKS.fullmatch(line.path)
        if (match is not None and (match[1] in own or (match[1] == "*" and own))) or (default is not None and own):
            for model, identity in found.get(line.text, ()):
                if not model.own:
                    _marked(assembly, identity, line.place)
    for name in own:
        for model, identity in found[name]:
            if not model.own:
                _marked(assembly, identity, model.place)


def _marked(assembly: Assembly, identity: str, place: Place) -> None:
    draft, evidence = assembly.draft(identity), assembly.cite_place(place)
    draft.attributes["overflow"] = True
    draft.show(evidence, 6)


def _records(assembly: Assembly, gateway: _Gateway, models: Sequence[str]) -> None:
    """Where whole conversations are written down, unless the gateway is told to leave the messages out."""
    withheld = any(line.path == "litellm_settings.turn_off_message_logging" and line.is_on for line in gateway.lines)
    if withheld:
        return
    for line in gateway.lines:
        name = line.text.lower()
        is_callback = _CALLBACKS.fullmatch(line.path) is not None
        if (line.is_on and _VERBOSE.fullmatch(line.path)) or (is_callback and name in _BUCKETS):
            attributes: dict[str, AttributeValue] = {"conversations": True}
            place = assembly.cite_place(line.place)
            assembly.drafts.put("log", f"log of LiteLLM ({gateway.file.path})", None, attributes, place, None, gateway.file.purpose)
        if is_callback and name in _RECORDS:
            for identity in models:
                assembly.control("prompt_log", identity, assembly.cite_place(line.place))
