"""Configuration into elements: packages, containers, services, CI workflows, secrets, MCP clients.

One manifest is one `package` element with its counts; packages that stand out (from git or a URL, from
an extra index, with a look-alike name) get elements of their own.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping, Sequence

from ingest.facts import ConfigFacts, DocumentFacts, Setting
from ingest.source import Attribute, Place
from pipeline.system.agents.step_limits import mark_step_limits
from pipeline.system.assembly import Assembly
from pipeline.system.deployment.audits import add_audits
from pipeline.system.deployment.build_arguments import with_build_arguments
from pipeline.system.deployment.charts import with_values
from pipeline.system.deployment.cloud import add_cloud
from pipeline.system.deployment.cluster import add_cluster
from pipeline.system.deployment.coding_agents import add_coding_agents
from pipeline.system.deployment.configured_secrets import add_secret, examples_last, for_whom
from pipeline.system.deployment.consoles import composed_console
from pipeline.system.deployment.container_users import is_done_once, other_user, running_images
from pipeline.system.deployment.deployed_agents import add_deployed_agents
from pipeline.system.deployment.deployment import (
    agents_are_guarded,
    built_images,
    folder_of,
    holds_a_model,
    installs,
    installs_from_lock,
    normal,
    passes_over_lock,
    serves_agents,
)
from pipeline.system.deployment.gateways import add_gateways, gateway_asks
from pipeline.system.deployment.kustomized import without_left_aside
from pipeline.system.deployment.look_alikes import look_alike_package
from pipeline.system.deployment.mounted_prompts import add_mounted_prompts
from pipeline.system.deployment.notebook_hubs import add_notebook_hubs
from pipeline.system.deployment.open_services import asks_nobody
from pipeline.system.deployment.other_applications import mark_other_applications
from pipeline.system.deployment.own_servers import OwnServers
from pipeline.system.deployment.proxies import add_proxies
from pipeline.system.deployment.public_feeds import is_public_feed
from pipeline.system.deployment.published_pages import mark_published_pages
from pipeline.system.deployment.releases import add_releases
from pipeline.system.deployment.sagemaker_containers import add_sagemaker_containers
from pipeline.system.deployment.sample_values import known_by_sample, samples_beside
from pipeline.system.deployment.started import add_started, composed_server, imaged_server
from pipeline.system.deployment.stated_keys import add_stated_keys
from pipeline.system.deployment.traced_prompts import add_traced_prompts
from pipeline.system.deployment.unbuilt_environments import mark_unbuilt_environments
from pipeline.system.deployment.vertex_containers import add_vertex_containers
from pipeline.system.deployment.workflows import add_workflow, is_started
from pipeline.system.derive import mark_examples
from pipeline.system.documents.described_apis import add_described_apis
from pipeline.system.elements.signed_in_browsers import kept_to_sites, signed_in
from pipeline.system.model import MOVES, POWER, AttributeValue, ElementKind
from pipeline.system.program.naming import host_of, is_own_host
from pipeline.system.rules.images import is_only_here, known_image
from pipeline.system.rules.words import load_words
from pipeline.system.spring_settings import add_spring_settings
from pipeline.system.training.cluster_training import add_cluster_training
from pipeline.system.training.training_files import add_training_files

_MAX_PLACES = 8
_MOVING = ("latest", "none")
_TOLD_APART = ("exposed", "authenticated", "default_password", "product")


def add_configuration(assembly: Assembly, files: Sequence[ConfigFacts], documents: Sequence[DocumentFacts] = ()) -> None:
    """Drafts from all settings of files that belong to the product; documents tell which images are built here."""
    paths = [*(file.path for file in files), *(document.path for document in documents)]
    used = with_build_arguments(
        with_values([f for f in files if f.purpose not in ("test", "vendored", "generated") and is_started(f.path, paths)])
    )
    used = without_left_aside(used, documents)
    built = built_images(used, documents)
    own = OwnServers.of(used, built)
    locks = [s for file in used for s in file.settings if s.kind == "lock"]
    for file in used:
        by_kind: dict[str, list[Setting]] = {}
        for setting in file.settings:
            by_kind.setdefault(setting.kind, []).append(setting)
        direct = [package for package in by_kind.get("package", ()) if package.attributes.get("direct") is not False]
        if direct:
            _packages(assembly, file, direct, by_kind.get("package_index", []), locks, used)
        elif "package_index" in by_kind:
            _indexes(assembly, file, by_kind["package_index"], hashed=False)
        if {"image", "container_user", "container_build"} & by_kind.keys():
            _container(assembly, file, by_kind, used)
        for setting in by_kind.get("service", ()):
            _service(assembly, file, setting, used, built)
        if "workflow" in by_kind:
            add_workflow(assembly, file, by_kind)
        for setting in by_kind.get("mcp_server", ()):
            _mcp_client(assembly, file, setting, own)
    for file in examples_last(used):
        for setting in file.settings:
            if (
                setting.kind == "environment"
                and setting.attributes.get("secret")
                and setting.attributes.get("has_value") is not False
                and not setting.attributes.get("placeholder")
            ):
                add_secret(assembly, file, setting, "config", used)
    add_stated_keys(assembly, used)
    add_audits(assembly, used)
    add_cluster(assembly, used)
    add_releases(assembly, used)
    add_cluster_training(assembly, used)
    add_proxies(assembly, used)
    add_cloud(assembly, used)
    add_sagemaker_containers(assembly, used)
    add_vertex_containers(assembly, used)
    add_gateways(assembly, used)
    add_notebook_hubs(assembly, used)
    add_mounted_prompts(assembly, used, documents)
    add_deployed_agents(assembly, used)
    add_training_files(assembly, used)
    add_spring_settings(assembly, used)
    add_described_apis(assembly, used)
    add_coding_agents(assembly, used, documents)
    add_started(assembly, used)
    mark_published_pages(assembly, used)
    mark_unbuilt_environments(assembly, used, documents)
    mark_step_limits(assembly, used)
    add_traced_prompts(assembly, used)
    mark_examples(assembly)
    mark_other_applications(assembly, used)


def _packages(
    assembly: Assembly, file: ConfigFacts, packages: Sequence[Setting], indexes: Sequence[Setting], locks: Sequence[Setting],
    files: Sequence[ConfigFacts],
) -> None:  # fmt: skip
    words = load_words()
    ai_names = set(words.ai_packages)
    packages = [p for p in packages if p.attributes.get("group") != "build"]  # what builds the product is none of its parts
    if not packages:
        return
    ecosystem = str(packages[0].attributes.get("ecosystem") or "pypi")
    over = [s for s in locks if s.attributes.get("ecosystem") == ecosystem and _is_over(folder_of(s.place.path), file.path)]
    # Where an image passes over a lock, what it holds was resolved while it was built.
    past = {s.place: next((found for other in files if (found := passes_over_lock(other, file.path, s.place.path))), None) for s in over}
    lock = next((s for s in over if past[s.place] is None), None)
    is_locked = lock is not None or (not over and any(installs_from_lock(other, file.path, ecosystem) for other in files))
    hashed = sum(1 for p in packages if p.attributes.get("pin") == "hash")
    loose = [p for p in packages if p.attributes.get("pin") in ("none", "range")]
    ai = [p for p in packages if normal(p.name) in ai_names]
    judged = [p for p in loose if p in ai] if ai else loose
    # Whoever installs a library locks it for themselves; one that an image of this tree is built from is an application as well.
    made = [s for s in file.settings if s.kind == "project" and s.attributes.get("built") and s.attributes.get("published")]
    library = bool(made) and not any(installs(other, file.path) for other in files)
    manifest = assembly.drafts.put(
        "package", file.path, None,
        {"total": len(packages), "unpinned": len(loose), "locked": is_locked or hashed == len(packages), "ai": bool(ai),
        "ecosystem": ecosystem,
         "pin": "none" if any(p.attributes.get("pin") == "none" for p in judged) else "range" if judged else "exact",
         **({"library": True} if library else {}), **({"names": tuple(dict.fromkeys(p.name for p in judged))} if ai and judged else {})},
        None, None, file.purpose,
    )  # fmt: skip
    draft = assembly.draft(manifest)
    for setting in judged[:_MAX_PLACES] or packages[:1]:
        evidence = assembly.cite_place(setting.place)
        draft.show(evidence)
    if lock is None and (made_anew := next((found for found in past.values() if found is not None), None)) is not None:
        draft.show_first([assembly.cite_place(made_anew.place, note="this installs past the lock")])  # what has to be mended
        draft.attributes["passed_lock"] = over[0].place.path
    if draft.attributes["locked"] or not loose:
        by_lock = assembly.cite_place(lock.place) if lock is not None and loose else None  # a range pins nothing, its lock does
        assembly.control("pinned_dependency", manifest, by_lock or (draft.evidence[0] if draft.evidence else None))
    _indexes(assembly, file, indexes, hashed == len(packages))
    for setting in packages:
        pin = setting.attributes.get("pin")
        alike = look_alike_package(setting.name, str(setting.attributes.get("ecosystem") or ecosystem))
        if pin in ("git", "url") or alike is not None:
            attributes: dict[str, AttributeValue] = {
                "pin": str(pin or "none"),
                "ecosystem": ecosystem,
                "ai": normal(setting.name) in ai_names,
                "names": (setting.name,),
            }
            if alike is not None:
                attributes["lookalike_of"] = alike
            _put(assembly, "package", setting.name, attributes, setting, file)


def _is_over(folder: str, path: str) -> bool:
    return folder in ("", folder_of(path)) or path.startswith(folder + "/")


def _indexes(assembly: Assembly, file: ConfigFacts, indexes: Sequence[Setting], hashed: bool) -> None:
    """Further package indexes: whoever may upload there can answer for any name, unless every file has its hash."""
    for index in indexes:
        if index.attributes.get("extra") and not is_public_feed(index.name):
            ecosystem = str(index.attributes.get("ecosystem") or "pypi")
            identity = _put(assembly, "package", index.name, {"extra_index": True, "ecosystem": ecosystem, "locked": hashed}, index, file)
            if hashed:
                assembly.control("hash_check", identity, assembly.cite_place(index.place))


def _container(assembly: Assembly, file: ConfigFacts, by_kind: Mapping[str, Sequence[Setting]], files: Sequence[ConfigFacts]) -> None:
    users = by_kind.get("container_user", ())
    images = by_kind.get("image", ())
    build = next(iter(by_kind.get("container_build", ())), None)
    running = running_images(images, build)
    user = other_user(file, files, running)
    fetched = [image for image in images if not is_only_here(image.name)]  # nobody else can move the name of what is built here
    pins = [str(image.attributes.get("pin")) for image in fetched]
    worst = next((pin for pin in ("latest", "none", "tag", "given") if pin in pins), "digest")
    base = running[-1] if running else (users or by_kind.get("container_build", ()))[0]
    attributes: dict[str, AttributeValue] = {"root": user is None, "pin": worst, **for_whom(file)}
    installed = [package.name for package in by_kind.get("package", ())]
    if not is_done_once(build) and holds_a_model(assembly, file.path, [image.name for image in running], installed, files):
        attributes["runs_model"] = True
    if build is not None:
        for name in ("exposes", "ports"):
            if build.attributes.get(name):
                attributes["ports"] = _value(build.attributes[name])
    identity = _put(assembly, "container", file.path, attributes, base, file)
    for setting in [*running[:1], *users[-1:]]:
        assembly.cite_of(identity, setting.place)
    for image in fetched[:4]:
        if image.attributes.get("pin") in _MOVING:
            assembly.cite_of(identity, image.place, MOVES)
    if user is not None:
        assembly.control("non_root_user", identity, assembly.cite_place(user.place))
    if worst == "digest" and fetched:
        assembly.control("digest_pin", identity, assembly.cite_place(fetched[0].place))
    for setting in by_kind.get("environment", ()):
        if setting.attributes.get("secret") and not setting.attributes.get("placeholder"):
            add_secret(assembly, file, setting, "image", files)


def _service(
    assembly: Assembly, file: ConfigFacts, setting: Setting, files: Sequence[ConfigFacts], built: frozenset[str] = frozenset()
) -> None:
    a = setting.attributes
    image = str(a.get("image") or "")
    attributes: dict[str, AttributeValue] = {"service": setting.name, **for_whom(file)}
    made_here = bool(a.get("build")) or image in built or is_only_here(image)
    if a.get("pin") and not made_here:  # nobody else can move the name of an image that is built here
        attributes["pin"] = str(a["pin"])
    if a.get("published") or a.get("network_mode") == "host":
        attributes |= {"published": True, "exposed": True}
    kind: ElementKind = "container"
    if (known := known_image(image) or known_image(f"{image}:{a.get('tag') or ''}")) is not None:  # `recall:v0.5-postgresql`
        kind, attributes["product"] = known.kind, known.product
    started = (composed_server(setting, file) or imaged_server(setting, file)) if kind == "container" else None
    if started is not None:
        kind, attributes["product"] = started[0].kind, started[0].product
        if not started[2]:
            attributes.pop("exposed", None)  # a port that leads to nothing: inside, the server listens to itself
    if kind == "container" and attributes.get("published"):
        _console(assembly, setting, file, files)
    agents = (kind == "container" and serves_agents(setting, file.path, files)) or attributes.get("product") == "langgraph"
    if agents:
        kind, attributes["product"] = "inference_server", "langgraph"
    if kind == "container":
        if a.get("privileged"):
            attributes["privileged"] = True
        if any("docker.sock" in str(volume) for volume in _tuple(a.get("volumes"))):
            attributes["docker_socket"] = True
        if str(a.get("user") or "") in ("root", "0"):
            attributes["root"] = True
        if not image or made_here:
            attributes["built_here"] = True
        if attributes.get("root") and holds_a_model(assembly, file.path, [image] if image else [], (), files):
            attributes["runs_model"] = True
    else:
        attributes["remote"] = True
        if kind == "inference_server":
            attributes["administers"] = False  # a composition's port is one finding, whatever is behind it
        guarded = agents_are_guarded(setting.name, file.path, files) if agents else _has_credentials(setting, file, files)
        if started is not None:  # a registry holds the logins of its database and its store, which ask nobody of its own callers
            guarded = started[1] or (guarded and started[0].kind != "model_registry")
            if started[0].product == "litellm" and guarded:
                guarded = gateway_asks(setting, file, files)
        attributes["authenticated"] = guarded
        attributes["composed"] = True
        if tried := (*_tuple(a.get("default_passwords")), *known_by_sample(setting, file, files)):
            attributes |= {"default_password": True, "names": tried}
        elif known is not None and (said := asks_nobody(known, setting, file, guarded, {f.path for f in files})):
            attributes |= {"default_password": True, "names": said, "authenticated": False}
    identity = _put(assembly, kind, _service_name(assembly, kind, setting, file, attributes), attributes, setting, file)
    if attributes.get("pin") in _MOVING and isinstance(line := a.get("image_line"), int):
        assembly.cite_of(identity, Place(file.path, line, line), MOVES)
    if kind == "container":
        for _power, _, line in (said.rpartition("=") for said in _tuple(a.get("powers_at"))):
            assembly.cite_of(identity, Place(file.path, int(line), int(line)), POWER)
    if attributes.get("authenticated") is True:
        assembly.control("authentication", identity, assembly.cite_place(setting.place))
    if kind != "container" and not attributes.get("exposed"):
        isolated = assembly.cite_place(setting.place)
        assembly.control("network_isolation", identity, isolated)
        for other, draft in assembly.drafts.by_id.items():
            # The client in the code and the service in the configuration are the two ends of one thing.
            if "service" in draft.attributes:
                continue
            if draft.attributes.get("remote") is True and str(draft.attributes.get("product", "")).lower() == attributes["product"]:
                assembly.control("network_isolation", other, isolated)
                assembly.relate(other, "same_as", identity, isolated)
    if a.get("pin") == "digest":
        assembly.control("digest_pin", identity, assembly.cite_place(setting.place))


def _console(assembly: Assembly, setting: Setting, file: ConfigFacts, files: Sequence[ConfigFacts]) -> None:
    """What a published service administers, beside the container that it is."""
    opened = composed_console(setting, file, files)
    if opened is None:
        return
    kind = opened.console.kind
    attributes: dict[str, AttributeValue] = {
        "product": opened.console.product, "remote": True, "composed": True, "published": True, "exposed": True,
        "authenticated": False, "default_password": True, "names": opened.opened_by, **for_whom(file),
        **({"measures": True} if opened.console.measures else {}),
    }  # fmt: skip
    identity = _put(assembly, kind, _service_name(assembly, kind, setting, file, attributes), attributes, setting, file)
    for at in opened.places:
        assembly.cite_of(identity, at)


def _service_name(
    assembly: Assembly, kind: ElementKind, setting: Setting, file: ConfigFacts, attributes: Mapping[str, AttributeValue]
) -> str:
    """A service by its name; one of the same name in another composition that is guarded or reached otherwise is another service."""
    alone = f"{setting.name} ({file.path})"
    if kind == "container":
        return alone
    known = assembly.drafts.by_id.get(f"{kind}:{setting.name} service")
    if known is None or known.evidence[:1] == [assembly.cite_place(setting.place)]:
        return f"{setting.name} service"
    apart = any(known.attributes.get(name) != attributes.get(name) for name in _TOLD_APART)
    return f"{setting.name} service ({file.path})" if apart else f"{setting.name} service"


def _tuple(value: Attribute) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else (str(value),) if value else ()


_CREDENTIAL = ("PASSWORD", "API_KEY", "APIKEY", "AUTHN", "AUTH_TOKEN", "AUTH_CREDENTIALS", "SECRET", "REQUIREPASS", "AUTHENTICATION",
               "AUTHORIZATIONENABLED", "--API-KEY")  # fmt: skip
_ADDRESS = re.compile(r"[\w+.-]{1,40}://\S+")  # with a password of the service that is asked there, and not of its own
# Keys by which the service itself is a client of somebody else, and variables that say that nobody is asked.
_NOT_ITS_OWN = re.compile(
    r"^(OPENAI|AZURE|COHERE|HF|HUGGING_?FACE|ANTHROPIC|MISTRAL|GOOGLE|AWS|S3|MINIO_(ACCESS|SECRET)|ETCD|JINAAI)_|"
    r"ANONYMOUS|ALLOW_EMPTY|_OPTIONAL"
)


def _has_credentials(service: Setting, file: ConfigFacts, files: Sequence[ConfigFacts]) -> bool:
    """Whether a service is told to ask for a password or key: by its variables, those of its `env_file`, or its command."""
    a = service.attributes
    folder = folder_of(file.path)
    given = {posixpath.normpath(posixpath.join(folder, name)) for name in _tuple(a.get("env_files"))}
    given |= {sample for path in given for sample in samples_beside(path, [other.path for other in files])}
    names = [s.name.upper() for s in file.settings if s.kind == "environment" and s.attributes.get("service") == service.name]
    names += [s.name.upper() for other in files if other.path in given for s in other.settings if s.kind == "environment"]
    told = " ".join(
        (*(name for name in names if not _NOT_ITS_OWN.search(name)), *(_ADDRESS.sub(" ", text) for text in _tuple(a.get("command"))))
    ).upper()
    return any(word in told for word in _CREDENTIAL)


_THIS_MACHINE = re.compile(r"https?://(localhost|127(\.\d{1,3}){3}|0\.0\.0\.0|\[::1\])(?=[:/?#]|$)", re.IGNORECASE)


def _mcp_client(assembly: Assembly, file: ConfigFacts, setting: Setting, own: OwnServers) -> None:
    a = setting.attributes
    if a.get("disabled"):
        return  # not started until somebody says so
    url = str(a.get("url") or "")
    # A service beside it, that the internet does not know; an address that is all a variable's may be one.
    local = _THIS_MACHINE.match(url) is not None or is_own_host(host_of(url) or ".") or url.startswith("$")
    attributes: dict[str, AttributeValue] = {"transport": "http" if url else "stdio", "remote": bool(url) and not local, "configured": True}
    if own.offer(setting):
        attributes["own"] = True
    if a.get("package"):
        attributes["package"] = str(a["package"])
    if (host := host_of(url)) is not None:
        attributes["url"] = f"{url.partition('://')[0]}://{host}"  # a path, too, may hold the key
    if a.get("pin") is not None:  # a program that is simply there is fetched from nowhere
        attributes["pinned"] = a["pin"] in ("exact", "hash", "digest", "sha")
    if url.startswith("http://") and not local:
        attributes["plain_http"] = True
    if a.get("auto_approve"):
        attributes["auto_approve"] = True
    if a.get("env_secrets"):
        attributes["holds_secret"] = True
    arguments = a.get("arguments")
    arguments = arguments if isinstance(arguments, tuple) else ()
    if signed_in(str(a.get("package") or ""), arguments):
        attributes["signed_in"] = True
    identity = _put(assembly, "mcp_client", setting.name, attributes, setting, file)
    if kept_to_sites(arguments):
        assembly.control("allow_list", identity, assembly.cite_place(setting.place))
    if attributes.get("pinned"):
        assembly.control("pinned_dependency", identity, assembly.cite_place(setting.place))


def _put(
    assembly: Assembly, kind: ElementKind, name: str, attributes: Mapping[str, AttributeValue], setting: Setting, file: ConfigFacts
) -> str:
    return assembly.drafts.put(kind, name, None, attributes, assembly.cite_place(setting.place), None, file.purpose)


def _value(value: Attribute) -> AttributeValue:
    return value if value is not None else ""
