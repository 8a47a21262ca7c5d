"""What is installed from charts of others: values tell which server, store or page it is, who reaches it, and whether it asks for a key.

Takes `chart_values` settings (files of values, values inside resources that install a chart) of charts whose templates are not in this
tree, adds an element for what is known by its image, its chart or the name of the file. A chart's defaults are not known: a service that
the values do not open is taken for one of the cluster's own, and any credential in them for one that callers are asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ingest.config.kubernetes import asks_callers, is_kept_inside
from ingest.config.packages import HUB_NAME, image_parts
from ingest.facts import ConfigFacts, Setting
from ingest.source import Place
from pipeline.system.assembly import Assembly
from pipeline.system.deployment.deployment import folder_of
from pipeline.system.deployment.said_values import OFF, SaidValue, said_values
from pipeline.system.deployment.started import add_hub_model
from pipeline.system.model import AttributeValue, ElementKind
from pipeline.system.program.naming import placed_name
from pipeline.system.rules.commands import load_commands
from pipeline.system.rules.images import KnownPage, known_image, known_page

_SERVICE = re.compile(r"(?:^|\.)(?:[a-zA-Z]*[sS]ervice(?:\.[a-z]+)?)\.(?:type|serviceType)$")
_INGRESS = re.compile(r"(?:^|\.)(?:ingress|route|httpRoute|gateway)\.enabled$", re.IGNORECASE)
_OPEN_TYPES = frozenset({"LoadBalancer", "NodePort"})
_RANGES = re.compile(r"(?:loadBalancerSourceRanges|sourceRanges|allowedCidrs)(?:\.\d+)?$", re.IGNORECASE)
_ANYWHERE = frozenset({"0.0.0.0/0", "::/0"})
_CREDENTIAL = re.compile(r"api-?_?key|password|secret|token|auth|credential|oidc|rbac", re.IGNORECASE)
# Names of secrets for something else: images, certificates, hubs, buckets, providers; and what says that nobody is asked.
_NOT_ITS_OWN = re.compile(
    r"pullSecret|tls|certificate|anonymous|serviceAccount|automount|author|hugging|(?:^|[._])hf_|(?:^|[._])(?:s3|aws|gcs|azure|minio|backup)|openai|cohere"
    r"|anthropic|webhook|metrics|serviceMonitor|disable|skip|tokeniz|max_?tokens|secretName$",
    re.IGNORECASE,
)
_KINDS: frozenset[ElementKind] = frozenset({"vector_store", "inference_server", "model_registry", "chat_ui", "interpreter"})
_MODEL_KEY = re.compile(r"modelU(?:RL|rl)|(?:hf|huggingFace)?[mM]odelId|(?:(?:LLM|HF|EMBEDDING|RERANK|TEI|TGI|VLLM)_)?MODEL_ID")
_IMAGE = ("image.repository", "image.name", "image")
_NAME_OF_FILE = re.compile(
    r"(?:^|[._-])(?:values|prod|production|staging|dev|test|override|overrides|helm|ya?ml)(?=[._-]|$)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class _Part:
    """One chart that is installed: the file's own, or one that it depends on."""

    file: ConfigFacts
    name: str
    values: tuple[SaidValue, ...]

    def first(self, pattern: re.Pattern[str]) -> SaidValue | None:
        return next((value for value in self.values if pattern.search(value.path) and value.is_on), None)

    def text(self, *paths: str) -> str:
        return next((value.text for wanted in paths for value in self.values if value.path == wanted), "")

    @property
    def place(self) -> Place:
        """Where the values say what runs; else where they begin."""
        return next((value.place for value in self.values if value.path in _IMAGE), self.values[0].place)

    @property
    def image(self) -> str:
        return self.text(*_IMAGE)


def add_releases(assembly: Assembly, files: Sequence[ConfigFacts]) -> None:
    """Elements of charts that are installed and known."""
    charts: dict[str, str] = {}  # folders of charts whose templates are here, with the names of these
    for file in files:
        folder, found, name = file.path.partition("templates/")
        if found:
            charts[folder] = f"{charts.get(folder, '')} {name}"
    for file in files:
        _models(assembly, file)
        for part in _parts(file, charts):
            _release(assembly, part)


def _models(assembly: Assembly, file: ConfigFacts) -> None:
    """Models of a hub that values name, unless a revision stands beside them."""
    values = [value for setting in file.settings if setting.kind == "chart_values" for value in said_values(file, setting)]
    for value in values:
        holder, _, last = value.path.rpartition(".")
        if _MODEL_KEY.fullmatch(last) and HUB_NAME.fullmatch(value.text):
            beside = [other for other in values if other.path.startswith(f"{holder}.") and "revision" in other.path.lower()]
            if not any(other.is_on for other in beside):
                add_hub_model(assembly, file, value.place, value.text, "chart")


def _parts(file: ConfigFacts, charts: Mapping[str, str]) -> Iterator[_Part]:
    """The charts that the values of a file are for; those whose templates lie in the tree are read there."""
    folder = f"{folder_of(file.path)}/" if "/" in file.path else ""
    by_chart: dict[str, list[Setting]] = {}
    for setting in file.settings:
        at = str(setting.attributes.get("at") or "")
        if setting.kind == "chart_values" and not (at and f"{at}/" in charts):
            by_chart.setdefault(str(setting.attributes.get("chart") or ""), []).append(setting)
    for chart, settings in by_chart.items():
        values = tuple(value for setting in settings for value in said_values(file, setting))
        if not values:
            continue
        is_default = not chart and folder in charts and file.path.rsplit("/", 1)[-1].startswith("values.")
        if not is_default:
            yield _Part(file, chart or _called(file.path), values)
        for name in dict.fromkeys(value.path.partition(".")[0] for value in values):
            inner = tuple(SaidValue(v.path[len(name) + 1 :], v.text, v.place) for v in values if v.path.startswith(f"{name}."))
            if f"{folder}charts/{name}/" in charts or (is_default and (name in charts[folder] or not _is_product(name))):
                continue
            if any(v.path.partition(".")[0] in ("image", "service", "ingress") for v in inner):
                yield _Part(file, name, inner)


def _called(path: str) -> str:
    """What a file of values is for, by its name, or by its folder where it has none of its own."""
    parts = path.split("/")
    name = _NAME_OF_FILE.sub("", parts[-1].rsplit(".", 1)[0]).strip("._-")
    return name or (parts[-2] if len(parts) > 1 else "")


def _release(assembly: Assembly, part: _Part) -> None:
    found = _known(part) if part.text("enabled").lower() not in OFF - {""} else None
    if found is None:
        return
    kind, product, page = found
    opened = _opened(part)
    key = _credential(part)
    guarded = key is not None or (page is not None and page.asks)
    if page is not None:
        told = next((v for v in part.values if page.opened_by.get(_variable(part, v)) == v.text.lower()), None)
        guarded, key = (False, None) if told is not None else (guarded, key)
    attributes: dict[str, AttributeValue] = {"product": product, "remote": True, "authenticated": guarded, "service": part.name}
    if kind == "inference_server":
        rule = next((rule for rule in load_commands().servers if rule.product == product), None)
        attributes["administers"] = rule is not None and rule.administered
    pin = image_parts(f"{part.image}:{part.text('image.tag')}")[3] if part.text("image.tag") else None
    if pin is not None:
        attributes["pin"] = pin
    if opened is not None:
        attributes |= {"exposed": True, "published": True, **({"public": True} if kind in ("chat_ui", "interpreter") else {})}
    place = assembly.cite_place(part.place)
    identity = assembly.drafts.put(
        kind, placed_name(part.name or product, part.file.path), None, attributes, place, None, part.file.purpose
    )
    if opened is not None and (evidence := assembly.cite_place(opened.place)) is not None and evidence != place:
        assembly.draft(identity).evidence.append(evidence)
    if opened is None:
        assembly.control("network_isolation", identity, place, "reached inside the cluster only")
    elif asked := _asked_at_the_door(part):
        assembly.control("authentication", identity, assembly.cite_place(asked.place), "asked for at the way in")
    if key is not None:
        assembly.control("authentication", identity, assembly.cite_place(key.place))


def _known(part: _Part) -> tuple[ElementKind, str, KnownPage | None] | None:
    """What is installed: by its image where the values name one, else by the name of the chart."""
    name = part.image or part.name
    page = known_page(name)
    if page is not None:
        return page.kind, page.product, page
    server = next((rule for rule in load_commands().servers if rule.product == name or (rule.image and re.search(rule.image, name))), None)
    if server is not None and server.kind == "inference_server":
        return "inference_server", server.product, None
    image = known_image(name)
    return (image.kind, image.product, None) if image is not None and image.kind in _KINDS else None


def _is_product(name: str) -> bool:
    return known_page(name) is not None or known_image(name) is not None or any(rule.product == name for rule in load_commands().servers)


def _opened(part: _Part) -> SaidValue | None:
    """The value by which a service is reached from outside; None where it is not, or by those of an own network alone."""
    ranges = [value.text for value in part.values if _RANGES.search(value.path) and value.is_on]
    limited = bool(ranges) and _ANYWHERE.isdisjoint(ranges)
    service = next((v for v in part.values if _SERVICE.search(v.path) and v.text in _OPEN_TYPES), None)
    if service is not None and not limited and not is_kept_inside(_annotations(part, service.path.rpartition(".")[0])):
        return service
    ingress = part.first(_INGRESS)
    if ingress is not None:
        stem = ingress.path.rpartition(".")[0]
        class_name = part.text(f"{stem}.className", f"{stem}.ingressClassName", f"{stem}.class")
        if not is_kept_inside(_annotations(part, stem), class_name) and "internal" not in class_name:
            return ingress
    return None


def _annotations(part: _Part, stem: str) -> Mapping[str, str]:
    begin = f"{stem}.annotations."
    return {value.path.removeprefix(begin): value.text for value in part.values if value.path.startswith(begin)}


def _asked_at_the_door(part: _Part) -> SaidValue | None:
    return next((v for v in part.values if ".annotations." in f".{v.path}" and asks_callers(v.path, v.text)), None)


def _credential(part: _Part) -> SaidValue | None:
    """A value by which the chart's program is told to ask for a key."""
    for value in part.values:
        name = _variable(part, value)
        if (
            value.is_on
            and ".annotations." not in f".{value.path}"
            and ((_CREDENTIAL.search(name) and not _NOT_ITS_OWN.search(name)) or "authorizationEnabled: true" in value.text)
        ):
            return value
    return None


def _variable(part: _Part, value: SaidValue) -> str:
    """The path of a value, or the name of the variable that it is given to."""
    holder, _, last = value.path.rpartition(".")
    if last == "value":
        return part.text(f"{holder}.name") or value.path
    return last if re.search(r"(?:^|\.)(?:env|extraEnv|envVars|environment)$", holder) else value.path
