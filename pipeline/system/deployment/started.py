"""What is started and fetched by commands: servers of models and tools, models with their flags, models from a hub.

Takes the settings of configuration files, adds the model that a command loads, the server that it starts, with who can reach it, and
what it downloads. A server inside a container listens on all addresses as a matter of course: who reaches it is decided by the ports
that a composition publishes. What a workflow starts lives for minutes and is left out; flags that stand in variables are not followed.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from ingest.config.commands import MODEL_ADDRESS
from ingest.config.packages import HUB_NAME
from ingest.facts import ConfigFacts, Setting
from ingest.source import Place
from pipeline.system.assembly import Assembly
from pipeline.system.deployment.deployment import agents_are_guarded, context_of, folder_of, inside, is_for_containers
from pipeline.system.model import AttributeValue
from pipeline.system.program.naming import is_file_path, is_own_host
from pipeline.system.program.verifying import VERIFYING_COMMAND
from pipeline.system.rules.commands import (
    ServerRule,
    asks_for_key,
    is_on,
    listens_everywhere,
    load_commands,
    loader_of,
    model_of,
    option,
    server_of,
    split_words,
    variables_of,
    words_of,
)
from pipeline.system.rules.images import KnownPage

_DEPLOYED = ("kubernetes", "compose", "image")  # where every restart may fetch anew
_ON_THE_MACHINE = ("shell", "make", "npm", "procfile", "systemd")
_FIXED = re.compile(r"[0-9a-f]{40}")
_HUB_FILE = re.compile(
    r"https?://(?:www\.)?(?:huggingface\.co|hf\.co)/(?!datasets/|spaces/|docs/|api/)([\w.-]+/[\w.-]+)/(?:resolve|raw)/([^/\s?]+)/"
)
_HUB_CLONE = re.compile(r"https?://(?:\S+@)?(?:huggingface\.co|hf\.co)/(?!datasets/|spaces/)([\w.-]+/[\w.-]+?)(?:\.git)?/?$")
_FETCHERS = ("curl", "wget", "aria2c")
_PICKLED = re.compile(r"\.(?:pt|pth|ckpt|pkl|pickle|joblib)$|pytorch_model[\w-]*\.bin$", re.IGNORECASE)
_MOVING_PATH = re.compile(r"/(?:latest|main|master|current|nightly)/")
_CHECKSUMS = ("sha256sum", "shasum", "md5sum")


_OF_A_SERVICE = frozenset({"inference_server", "model_registry"})  # of a composition, where they are elements by themselves


@dataclass(frozen=True, slots=True)
class _Start:
    """A command, or the entry point of an image with the words it is given."""

    file: ConfigFacts
    setting: Setting
    where: str
    words: tuple[str, ...]
    variables: dict[str, str]


def add_started(assembly: Assembly, files: Sequence[ConfigFacts]) -> None:
    """Models, servers and downloads of all commands."""
    for file in files:
        _told_by_variables(assembly, file)
        for start in _starts(file):
            server = server_of(start.words)
            loader = loader_of(start.words) if server is None else None
            found = server or loader
            if found is not None and start.where not in ("build", "workflow"):
                trusts = is_on(start.words, loader.trusts if loader is not None else ("--trust-remote-code", "--trust_remote_code"))
                if server is not None or trusts or "trust_remote_code=True" in option(start.words, ("--model_args",)):
                    _model(assembly, start, found.product, model_of(found, start.words), trusts or server is None)
                if server is not None and start.where in _DEPLOYED:
                    _from_hub(assembly, start, server.product, model_of(server, start.words))
            of_a_cloud = start.setting.attributes.get("where") in ("terraform", "cloudformation")  # there the machine is the element
            if server is not None and start.where not in ("image", "named") and not of_a_cloud:
                _server(assembly, start, server, files)
            if start.where != "workflow":
                _download(assembly, start)


def _starts(file: ConfigFacts) -> Iterator[_Start]:
    for setting in file.settings:
        if setting.kind == "command" and words_of(setting)[:1] in (("docker",), ("podman",), ("nerdctl",)):
            yield from _in_container(file, setting)
        elif setting.kind == "command":
            yield _Start(file, setting, str(setting.attributes.get("where")), words_of(setting), variables_of(setting))
        elif setting.kind in ("service", "workload"):
            rule = _imaged(setting)
            if rule is not None:
                words = split_words(str(setting.attributes.get("command") or ""))
                if server_of(words) is not None:
                    yield _Start(file, setting, "named", words, {})  # a command of its own, which is a setting as well
                else:
                    yield _Start(file, setting, "image", (*rule.programs[0].split(" "), *words), {})


def _in_container(file: ConfigFacts, setting: Setting) -> Iterator[_Start]:
    """`docker run -p 8000:8000 vllm/vllm-openai --model owner/name`: the server of an image, with the words it is given."""
    words = words_of(setting)
    for at, word in enumerate(words):
        rule = next((rule for rule in load_commands().servers if rule.image and re.search(rule.image, word)), None)
        if rule is not None and not word.startswith("-"):
            given = {option(words[index:], ("-e", "--env")) for index in range(at)}
            variables = dict(pair.split("=", 1) for pair in given if "=" in pair)
            own = words[at + 1 :] if server_of(words[at + 1 :]) is not None else (*rule.programs[0].split(" "), *words[at + 1 :])
            yield _Start(file, setting, "run published" if _publishes(words[:at]) else "run", own, variables)
            return


def _publishes(words: Sequence[str]) -> bool:
    """Whether a container's ports are opened on more than loopback."""
    ports = {option(words[index:], ("-p", "--publish")) for index in range(len(words))}
    host = option(words, ("--network", "--net")) == "host"
    return host or any(port and not port.startswith(("127.", "localhost", "[::1]")) for port in ports)


def _model(assembly: Assembly, start: _Start, product: str, model: str, trusts: bool) -> None:
    named = re.search(r"(?:^|,)pretrained=([^,]+)", model)
    model = named[1] if named is not None else model
    if not model or "$" in model:
        return
    attributes: dict[str, AttributeValue] = {"library": product, "model": model}
    if trusts:
        attributes["trust_remote_code"] = True
    if is_file_path(model):
        attributes["local_path"] = True
    place = assembly.cite_place(start.setting.place)
    identity = assembly.drafts.put("local_llm", f"{model} ({product})", None, attributes, place, None, start.file.purpose)
    if _FIXED.fullmatch(option(start.words, ("--revision", "--model_revision"))):
        assembly.control("pinned_revision", identity, place)


def _from_hub(assembly: Assembly, start: _Start, product: str, model: str) -> None:
    """The model that a deployed server fetches by its name on a hub, at every start where nothing keeps it."""
    revision = option(start.words, ("--revision", "--model-revision"))
    if HUB_NAME.fullmatch(model) and "$" not in revision:
        add_hub_model(assembly, start.file, start.setting.place, model, product, revision)


def add_hub_model(assembly: Assembly, file: ConfigFacts, at: Place, model: str, product: str, revision: str = "") -> None:
    """A model of a hub, which is pinned where its revision is a commit."""
    place = assembly.cite_place(at)
    pinned = _FIXED.fullmatch(revision) is not None
    attributes: dict[str, AttributeValue] = {"source": "hub", "library": product, "revision_pinned": pinned}
    identity = assembly.drafts.put("model_registry", model, None, attributes, place, None, file.purpose)
    if pinned:
        assembly.control("pinned_revision", identity, place)


def _told_by_variables(assembly: Assembly, file: ConfigFacts) -> None:
    """Models that the variables of a server's container name; where a revision is given too, it is left to whoever reads it."""
    for setting in file.settings:
        rule = _imaged(setting) if setting.kind in ("service", "workload") else None
        if rule is None or option(split_words(str(setting.attributes.get("command") or "")), ("--revision",)):
            continue
        given = [s for s in file.settings if s.kind == "environment" and s.attributes.get("service") == setting.name]
        for variable in given:
            if variable.attributes.get("model") and not any("REVISION" in s.name for s in given):
                add_hub_model(assembly, file, variable.place, str(variable.attributes["model"]), rule.product)


def _imaged(setting: Setting) -> ServerRule | None:
    """The server that the image of a service or container is made to start."""
    image = str(setting.attributes.get("image") or "").split("@")[0]
    return next((rule for rule in load_commands().servers if rule.image and re.search(rule.image, image)), None)


def _server(assembly: Assembly, start: _Start, rule: ServerRule, files: Sequence[ConfigFacts]) -> None:
    """The server, unless it is the service of a composition, which is an element already."""
    if start.where not in ("docker", "compose", "run", "run published", *_ON_THE_MACHINE) or (
        start.where == "compose" and rule.kind in _OF_A_SERVICE
    ):
        return
    everywhere = listens_everywhere(rule, start.words, start.variables) or start.where.startswith("run")  # as its image is made
    reached = everywhere and _is_reached(start, files)
    guarded = asks_for_key(rule, start.words, start.variables)
    if rule.product == "langgraph":
        guarded = agents_are_guarded("", start.file.path, files)
    attributes: dict[str, AttributeValue] = {"product": rule.product, "authenticated": guarded}
    if rule.kind == "mcp_server":
        attributes |= {"transport": "http", **({"host": "0.0.0.0"} if reached else {} if everywhere else {"host": "127.0.0.1"})}
    elif reached:
        attributes |= {"exposed": True, **({"published": True} if rule.kind == "model_registry" else {})}
    place = assembly.cite_place(start.setting.place)
    name = f"{rule.product} ({start.file.path})"
    identity = assembly.drafts.put(rule.kind, name, None, attributes, place, None, start.file.purpose)
    if guarded:
        assembly.control("authentication", identity, place)
    if not everywhere:
        assembly.control("network_isolation", identity, place)


def _is_reached(start: _Start, files: Sequence[ConfigFacts]) -> bool:
    """Whether others reach what listens on all addresses: of a machine, or of a container whose ports are published."""
    if start.where.startswith("run"):
        return start.where == "run published"
    if start.where in _ON_THE_MACHINE and not is_for_containers(start.file.path, start.where, files):
        return True
    if start.where == "compose":
        return any(
            s.attributes.get("published") or s.attributes.get("network_mode") == "host"
            for s in start.file.settings if s.kind == "service" and s.name == start.setting.attributes.get("service")
        )  # fmt: skip
    containers = {start.file.path, *_started_with(start, files)}
    named = [
        s for file in files for s in file.settings
        if s.kind == "service" and (_is_built_from(s, file.path, containers) or _is_called_alike(s, file.path, start.file.path))
    ]  # fmt: skip
    if named:
        return any(s.attributes.get("published") for s in named)
    built = [
        s for file in files if inside(start.file.path, folder_of(file.path)) or context_of(file.path) == context_of(start.file.path)
        for s in file.settings if s.kind == "service" and s.attributes.get("build")
    ]  # fmt: skip
    return len(built) == 1 and bool(built[0].attributes.get("published"))


def _is_built_from(service: Setting, composition: str, containers: Collection[str]) -> bool:
    built_from = str(service.attributes.get("built_from") or "")
    return bool(built_from) and posixpath.normpath(posixpath.join(folder_of(composition), built_from)) in containers


def _is_called_alike(service: Setting, composition: str, container: str) -> bool:
    """Whether a service takes a finished image, and a container file beside the composition bears its name: `Dockerfile.tools-proxy`."""
    name = container.rsplit("/", 1)[-1].lower()
    own = name.removeprefix("dockerfile").removesuffix("dockerfile").strip(".-_")
    finished = bool(service.attributes.get("image")) and not service.attributes.get("build")
    return finished and bool(own) and own == service.name.lower() and folder_of(composition) == folder_of(container)


def composed_server(setting: Setting, file: ConfigFacts) -> tuple[ServerRule, bool, bool] | None:
    """The server of models that the command of a service or pod starts: what it is, whether it asks for a key, and listens to others."""
    given = _given(setting, file)
    for command in file.settings:
        of_it = command.attributes.get("where") in ("compose", "kubernetes") and command.attributes.get("service") == setting.name
        if command.kind == "command" and of_it:
            words, variables = words_of(command), variables_of(command)
            rule = server_of(words)
            if rule is not None and rule.kind in _OF_A_SERVICE:
                guarded = asks_for_key(rule, words, variables) or not given.isdisjoint(rule.key_variables)
                # Whoever sets the address of a server in a container means that others reach it.
                return rule, guarded, listens_everywhere(rule, words, variables) or not given.isdisjoint(rule.host_variables)
    return None


def started_by(file: ConfigFacts, service: str) -> Iterator[tuple[ServerRule, bool, bool]]:
    """The servers of models that the script of a machine starts: what, whether it asks for a key, and whether it listens to others."""
    for command in file.settings:
        if command.kind == "command" and command.attributes.get("service") == service:
            start = next(_in_container(file, command), None)
            words, variables = (start.words, start.variables) if start is not None else (words_of(command), variables_of(command))
            rule = server_of(words)
            if rule is not None and rule.kind == "inference_server":
                reached = start.where == "run published" if start is not None else listens_everywhere(rule, words, variables)
                yield rule, asks_for_key(rule, words, variables), reached


def imaged_server(setting: Setting, file: ConfigFacts) -> tuple[ServerRule, bool, bool] | None:
    """The server of models that an image is made to start, whether it is told to ask for a key, and that it listens to others."""
    rule = _imaged(setting)
    if rule is None:
        return None
    words = split_words(str(setting.attributes.get("command") or ""))
    return rule, asks_for_key(rule, words, {}) or not _given(setting, file).isdisjoint(rule.key_variables), True


def administers(product: str, setting: Setting, file: ConfigFacts) -> bool:
    """Whether whoever may ask a server of models may also change which models or adapters it has."""
    rule = next((rule for rule in load_commands().servers if rule.product == product), None)
    if rule is None or rule.administered:
        return rule is not None
    on = {
        s.name for s in file.settings
        if s.kind == "environment" and s.attributes.get("service") == setting.name
        and s.attributes.get("switch") in ("true", "1", "yes", "on")
    }  # fmt: skip
    return not on.isdisjoint(rule.administered_by) or not set(split_words(str(setting.attributes.get("command") or ""))).isdisjoint(
        rule.administered_by
    )


def asks_for_login(page: KnownPage, setting: Setting, file: ConfigFacts) -> bool:
    """Whether a page for people asks who comes, by the variables and words that its container is given."""
    switched = {
        s.name: s.attributes.get("switch") for s in file.settings
        if s.kind == "environment" and s.attributes.get("service") == setting.name and s.attributes.get("switch") is not None
    }  # fmt: skip
    command = str(setting.attributes.get("command") or "")
    if any(switched.get(name) == value for name, value in page.opened_by.items()):
        return False
    if page.opened_by_words and re.search(page.opened_by_words, command):
        return False
    return page.asks or not _given(setting, file).isdisjoint(page.closed_by) or any(word in page.closed_by for word in split_words(command))


def _given(setting: Setting, file: ConfigFacts) -> set[str]:
    """Variables that a service or container is given a value for, here or out of a secret."""
    secrets = setting.attributes.get("secrets_from")
    return {
        s.name for s in file.settings
        if s.kind == "environment" and s.attributes.get("service") == setting.name and s.attributes.get("has_value") is not False
    } | set(secrets if isinstance(secrets, tuple) else ())  # fmt: skip


def _download(assembly: Assembly, start: _Start) -> None:
    """A model that is fetched from a hub, by a name that may mean another one tomorrow."""
    for name, revision in _fetched(start.words):
        place = assembly.cite_place(start.setting.place)
        pinned = _FIXED.fullmatch(revision) is not None
        attributes: dict[str, AttributeValue] = {"source": "hub", "library": "huggingface_hub", "revision_pinned": pinned}
        identity = assembly.drafts.put("model_registry", name, None, attributes, place, None, start.file.purpose)
        if pinned:
            assembly.control("pinned_revision", identity, place)
        _checked(assembly, start, identity)
    for name, plain in _from_address(start.words):
        place = assembly.cite_place(start.setting.place)
        fetched: dict[str, AttributeValue] = {"source": "address", "revision_pinned": False}
        if plain:
            fetched["plain_http"] = True
            if _PICKLED.search(name):
                fetched["executes_code_on_load"] = True  # whoever is on the way chooses what runs
        _checked(assembly, start, assembly.drafts.put("model_registry", name, None, fetched, place, None, start.file.purpose))


def _checked(assembly: Assembly, start: _Start, identity: str) -> None:
    for other in start.file.settings:
        if other.kind == "command" and other.name in _CHECKSUMS:
            assembly.control("hash_check", identity, assembly.cite_place(other.place))
        words = other.attributes.get("words")
        if other.kind == "command" and isinstance(words, tuple) and VERIFYING_COMMAND.match(" ".join(words)):
            assembly.control("provenance_check", identity, assembly.cite_place(other.place))


def _fetched(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The models that a command fetches, each with its revision as far as it is written down."""
    program = words[0] if words else ""
    if program in ("hf", "huggingface-cli") and list(words[1:2]) == ["download"] and len(words) > 2:
        kind, revision = option(words, ("--repo-type", "--type")), option(words, ("--revision",))
        if kind in ("", "model") and "/" in words[2] and "$" not in words[2] and "$" not in revision:
            yield words[2], revision
    elif program == "git" and "clone" in words[1:4]:
        for word in words:
            if (found := _HUB_CLONE.match(word)) is not None:
                yield found[1], ""
    elif program in _FETCHERS:
        for word in words:
            if (found := _HUB_FILE.match(word)) is not None and "$" not in found[2]:
                yield found[1], found[2]


def _from_address(words: Sequence[str]) -> Iterator[tuple[str, bool]]:
    """Model files that a command fetches from others, where the way or what the address means can change; and whether in clear."""
    for word in words if words and words[0] in _FETCHERS else ():
        found = MODEL_ADDRESS.fullmatch(word)
        if found is None or is_own_host(found["host"]) or "$" in found["host"] or _HUB_FILE.match(word):
            continue
        if found["scheme"] == "http" or _MOVING_PATH.search(found["path"]):
            yield f"{found['host']}{found['path']}"[-80:], found["scheme"] == "http"


def _started_with(start: _Start, files: Sequence[ConfigFacts]) -> Iterator[str]:
    """Container files beside or above a script that have it as their entry point."""
    name = start.file.path.rsplit("/", 1)[-1]
    named = re.compile(rf"(?<![\w.-]){re.escape(name)}\b")
    for file in files if start.where == "shell" else ():
        entries = (str(s.attributes.get("entrypoint") or "") for s in file.settings if s.kind == "container_build")
        if inside(start.file.path, folder_of(file.path)) and any(named.search(entry) for entry in entries):
            yield file.path
