"""A model by the name a user gives it: where it is asked, with which key, in which protocol, and what it can do.

Takes what `--llm` and `--base-url` say and the environment, which are the user's own; nothing of a scanned tree is read here. An address
in a provider's own variable counts as if it were given, since whoever sets it wants their requests there; but the key of one provider is
never sent to an endpoint that was named without saying whose it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from ingest.addresses import host_of, is_loopback
from ingest.errors import UnusableInput
from pipeline.agent.providers.table import Api, Means, Protocol, Provider, load_table

KEY, KEY_FILE = "THREATLOOM_API_KEY", "THREATLOOM_API_KEY_FILE"
ANY = "compatible"  # the provider of whom nothing is known
_NAME = re.compile(r"[\w][\w.:/@+ -]{0,199}", re.ASCII)
_MOST_KEY = 10_000  # characters; tokens of identity providers are long
_OTHERS_READ = 0o077
_OPTION = re.compile(r"[\w.-]{1,100}", re.ASCII)
_UNSAID = "unsaid"
OLLAMA = "OLLAMA_HOST"
_OLLAMAS_PORT = 11434


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a model is asked, and how."""

    provider: str
    model: str
    base_url: str
    key: str = field(repr=False)
    structured: Means  # how an answer of a given form is asked for
    with_tools: Means  # the same where tools are offered as well
    api: Api
    local: bool  # nothing leaves this machine
    host: str
    extra: str  # of the package that brings the client; empty: none
    protocol: Protocol
    title: str
    temperature: bool
    seed: bool
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    options: Mapping[str, str] = field(default_factory=dict)  # what one protocol alone needs, such as a version or a region
    address_from: str = ""  # the variable or option the address comes from; empty: the provider's usual one
    key_from: str = ""  # the variable the key comes from
    notes: tuple[str, ...] = ()  # what the user should know before anything is sent

    @property
    def name(self) -> str:
        """The model as `--llm` names it."""
        return self.model if self.provider == ANY else f"{self.provider}:{self.model}"


def endpoint_named(model: str, base_url: str | None, environment: Mapping[str, str], *, keyless: bool = False) -> Endpoint:
    """The endpoint of a model; nothing is asked yet. `keyless`: nothing will be, and no key is needed for that.

    Raises:
        UnusableInput: nothing can be made of the name, the address or the key; the message says what may be written.
    """
    word, name = _split(model.strip(), base_url)
    provider = load_table().providers[word]
    options = {one: _option(one, provider, environment) for one in provider.options}
    address, address_from = _address(word, provider, base_url, environment, options)
    key, key_from, notes = _key(word, provider, address, environment, keyless)
    met = load_table().providers["ollama"] if word == ANY and urlsplit(address).port == _OLLAMAS_PORT else provider
    family = next((one for one in met.models if one.fits(name)), None)
    elsewhere = family is not None and family.elsewhere
    local = is_loopback(address) and not elsewhere
    if elsewhere:
        notes = (*notes, f"{name} is a model of {met.title}'s cloud: what is sent leaves this machine, whatever the address")
    elif met.note:
        notes = (*notes, met.note)
    if not is_loopback(address) and address.startswith("http://"):
        notes = (*notes, f"what is sent to {host_of(address)} can be read on its way: the address begins with http://")
    endpoint = Endpoint(
        provider=word,
        model=name,
        base_url=address,
        key=key,
        structured=(family and family.structured) or provider.structured,
        with_tools=(family and family.with_tools) or provider.with_tools,
        api=(family and family.api) or provider.api,
        local=local,
        host=host_of(address),
        extra=provider.extra,
        protocol=provider.protocol,
        title=provider.title,
        temperature=provider.temperature if family is None or family.temperature is None else family.temperature,
        seed=provider.seed if family is None or family.seed is None else family.seed,
        headers=_headers(word, environment),
        options=options,
        address_from=address_from,
        key_from=key_from,
        notes=notes,
    )
    if provider.protocol == "azure":
        return _of_azure(endpoint)
    return _of_gateway(endpoint) if word == "openai" else endpoint


def _of_gateway(endpoint: Endpoint) -> Endpoint:
    """What stands before OpenAI or in its stead speaks chat completions for certain, and the newer API perhaps."""
    host = urlsplit(endpoint.base_url).hostname or ""
    return endpoint if f".{host}".endswith(".openai.com") else replace(endpoint, api="chat")


def _of_azure(endpoint: Endpoint) -> Endpoint:
    """At its newer addresses Azure is asked as OpenAI is; at the others, a version of the API must be said."""
    if endpoint.base_url.endswith("/openai/v1"):
        return replace(endpoint, protocol="openai", api="responses")
    if endpoint.options["api_version"] == _UNSAID:
        mend = "set OPENAI_API_VERSION, or end the address with /openai/v1"
        raise UnusableInput(f"no version of the API of {endpoint.title}", endpoint.name, mend)
    return endpoint


def _split(model: str, base_url: str | None) -> tuple[str, str]:
    """The word before the colon and the model behind it."""
    known = load_table().providers
    word, colon, rest = model.partition(":")
    if colon and word in known and word != ANY:
        name = rest
    elif base_url:
        word, name = ANY, model
    else:
        what = "no such provider of models" if colon else "it is not said whose model this is"
        words = ", ".join(f"{one}:" for one in known if one != ANY)
        raise UnusableInput(what, _shown(model), f"begin it with one of {words} or say --base-url")
    if name.startswith("arn:"):
        raise UnusableInput("models are not asked by their ARN", _shown(model), "write the id of the model or of its inference profile")
    if not _NAME.fullmatch(name):
        raise UnusableInput("no name of a model", _shown(model), f"write it as {'openai' if word == ANY else word}:NAME")
    return word, name


def _option(name: str, provider: Provider, environment: Mapping[str, str]) -> str:
    option = provider.options[name]
    said_by = next((one for one in option.variables if environment.get(one, "").strip()), "")
    value = environment.get(said_by, "").strip() or option.default
    if not value:
        raise UnusableInput(f"no {name} for {provider.title}", ", ".join(option.variables), f"set {option.variables[0]}")
    if not _OPTION.fullmatch(value):
        raise UnusableInput(f"no {name} of {provider.title}", f"{said_by} {_shown(value)}", f"correct {said_by}")
    return value


def _address(
    word: str, provider: Provider, base_url: str | None, environment: Mapping[str, str], options: Mapping[str, str]
) -> tuple[str, str]:
    """The address and where it was said."""
    if base_url:
        return _with_path(checked_address(base_url, "--base-url"), provider), "--base-url"
    said = {name: environment[name].strip() for name in provider.addresses if environment.get(name, "").strip()}
    if OLLAMA in said:
        said = {OLLAMA: _ollama_address(said[OLLAMA])}
    if len({value.rstrip("/") for value in said.values()}) > 1:
        raise UnusableInput(f"{' and '.join(said)} name different addresses", word, "unset one of them, or say --base-url")
    for name, value in said.items():
        return _with_path(checked_address(value, name), provider), name
    if not provider.address:
        either = f", or set {provider.addresses[0]}" if provider.addresses else ""
        raise UnusableInput(f"no address for {provider.title}", word, f"say --base-url{either}")
    return provider.address.format_map(options), ""


def _with_path(address: str, provider: Provider) -> str:
    """An address of nothing but a host, with the path at which OpenAI's protocol is spoken everywhere."""
    return f"{address}/v1" if provider.protocol == "openai" and not urlsplit(address).path else address


def checked_address(address: str, said_by: str) -> str:
    """An address of an endpoint, without the slash at its end.

    Raises:
        UnusableInput: it is none, or holds what belongs elsewhere. It is not shown where it may hold a password.
    """
    address = address.strip()
    try:
        parts = urlsplit(address)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        raise UnusableInput("no address of an endpoint", said_by, "write it as https://HOST/v1") from None
    if parts.username is not None or parts.password is not None:
        raise UnusableInput("the address holds a name or a password", said_by, f"put the key into {KEY}")
    if not usable or parts.query or parts.fragment or not re.fullmatch(r"[!-~]+", address):
        raise UnusableInput("no address of an endpoint", f"{said_by} {_shown(address)}", "write it as https://HOST/v1")
    return address.rstrip("/")


def _ollama_address(host: str) -> str:
    """OLLAMA_HOST as the server reads it (`0.0.0.0`, `box:1234`), as an address one can ask."""
    address = host if "//" in host else f"http://{host}"
    try:
        parts = urlsplit(address)
        port = parts.port or (443 if parts.scheme == "https" else _OLLAMAS_PORT)
    except ValueError:
        return host  # refused where addresses are checked
    name = "127.0.0.1" if parts.hostname in ("0.0.0.0", "::", None) else parts.hostname
    name = f"[{name}]" if ":" in name else name
    return f"{parts.scheme}://{name}:{port}{parts.path.rstrip('/')}"


def _key(word: str, provider: Provider, address: str, environment: Mapping[str, str], keyless: bool) -> tuple[str, str, tuple[str, ...]]:
    """The key, the variable it comes from, and what is to be said about it; empty where none is given and none is needed."""
    notes: tuple[str, ...] = ()
    said_by = next((name for name in (KEY, KEY_FILE, *provider.keys) if environment.get(name, "").strip()), "")
    key = environment.get(said_by, "").strip()
    if said_by == KEY_FILE:
        key, notes = _key_of_file(Path(key).expanduser())
    if not key and provider.key_needed and not keyless and not is_loopback(address):
        raise UnusableInput(f"no key for {provider.title}", word, f"set {KEY}, {KEY_FILE} or {provider.keys[0]}")
    if len(key) > _MOST_KEY or not re.fullmatch(r"[!-~]*", key):
        raise UnusableInput("the key holds blanks or characters that no key has", said_by, "copy it again, without line breaks")
    return key, said_by, notes


def _key_of_file(path: Path) -> tuple[str, tuple[str, ...]]:
    try:
        with path.open(encoding="utf-8") as file:
            text = file.read(_MOST_KEY + 1).strip()
            mode = path.stat().st_mode
    except (OSError, UnicodeDecodeError) as problem:
        raise UnusableInput(f"the key file cannot be read: {type(problem).__name__}", str(path), f"correct {KEY_FILE}") from None
    if not text:
        raise UnusableInput("the key file is empty", str(path), f"put the key into it, or unset {KEY_FILE}")
    if mode & _OTHERS_READ:
        return text, (f"others on this machine may read the key in {path}: chmod 600 {path}",)
    return text, ()


def _headers(word: str, environment: Mapping[str, str]) -> dict[str, str]:
    """Whose account is charged: it goes to the provider it belongs to and to no other."""
    if word != "openai":
        return {}
    named = {"OpenAI-Organization": environment.get("OPENAI_ORG_ID", ""), "OpenAI-Project": environment.get("OPENAI_PROJECT_ID", "")}
    return {header: value.strip() for header, value in named.items() if value.strip()}


def _shown(text: str) -> str:
    return "".join(mark if mark.isprintable() else "?" for mark in text[:100]) or "(nothing)"
