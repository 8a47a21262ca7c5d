"""Elements out of code: what the sites are, which arguments are sinks, which results are sources."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ingest.code.program import FunctionRef, Node
from ingest.facts import Function, Value
from pipeline.system.assembly import Assembly, Sink, SourceOf
from pipeline.system.framework import CallRule, DecoratorRule
from pipeline.system.model import AttributeValue, ElementKind, Label, SinkRole
from pipeline.system.words import mentions
from pipeline.system.sites import CallSite, ClassSite, EntrySite, argument_node, argument_positions, read_flags

_IMPLICIT: dict[SinkRole, tuple[ElementKind, str]] = {
    "code": ("interpreter", "python"), "shell": ("interpreter", "shell"), "process_arguments": ("interpreter", "shell"),
    "query": ("data_store", "database"), "query_parameters": ("data_store", "database"), "template": ("interpreter", "template"),
    "html": ("renderer", "html"), "path": ("file_store", "files"), "url": ("external_service", ""), "request_body": ("external_service", ""),
    "deserialised": ("model_file", ""), "model_source": ("model_registry", ""), "store_write": ("data_store", "database"), "log": ("log", ""),
    "payment": ("external_service", ""), "message": ("external_service", ""), "deletion": ("data_store", "database"),
    "training_data": ("training_job", ""), "features": ("ml_model", ""), "index_write": ("vector_store", ""),
}  # fmt: skip
_SOURCE_KIND: dict[Label, tuple[ElementKind, str]] = {
    "user_input": ("component", "request"), "uploaded_file": ("component", "request"), "web_content": ("web_content", ""),
    "retrieved_text": ("retriever", ""), "stored_data": ("data_store", "database"), "prediction": ("ml_model", ""),
    "model_reply": ("hosted_llm", ""), "dataset_records": ("dataset", ""), "environment_value": ("component", "environment"),
    "model_artifact": ("model_registry", ""), "user_feedback": ("data_store", "feedback"),
}  # fmt: skip
ENTRY_KINDS: frozenset[ElementKind] = frozenset(
    {"http_route", "websocket", "chat_ui", "webhook", "queue_consumer", "mcp_tool", "command_line", "scheduled_job", "file_drop"}
)
_PLAIN_TYPES = frozenset({"builtins.int", "builtins.float", "builtins.bool", "uuid.UUID", "datetime.date", "datetime.datetime"})


def add_code_elements(assembly: Assembly) -> None:
    """Drafts of elements, sinks, sources and lasting ties, from every site."""
    for entry in assembly.sites.entries:
        _add_entry(assembly, entry)
    for cls in assembly.sites.classes:
        _add_class(assembly, cls)
    later: list[CallSite] = []
    for site in assembly.sites.calls:
        if site.rule.kind is not None and site.rule.element_from == "receiver":
            later.append(site)
        elif site.rule.kind is not None:
            _add_call(assembly, site, None)
    for site in later:
        _add_call(assembly, site, _receiver_for(assembly, site))
    for site in assembly.sites.calls:
        _add_ends(assembly, site)
    for site in assembly.sites.calls:
        _add_relations(assembly, site)


# Calls

_OWN_KIND_WINS: frozenset[ElementKind] = frozenset({"hosted_llm", "local_llm", "agent"})


_TABLE = re.compile(r"\b(?:from|into|update|join|table(?: if not exists)?)\s+[\"'`\[]?([A-Za-z_][\w.]*)", re.IGNORECASE)


def _table(assembly: Assembly, site: CallSite) -> str | None:
    """The table or mapped class a call reads or writes: its records, not the whole database, flow from one to the other."""
    program, node = assembly.program, site.node
    value = program.value(node)
    if value.kind != "call":
        return None
    queue, seen = [(node[0], given) for given in value.inputs[1:4]], 0
    while queue and seen < 30:
        current = queue.pop(0)
        seen += 1
        inner = program.value(current)
        if inner.kind == "constant" and inner.constant_type == "string" and " " in inner.text:
            match = _TABLE.search(inner.text)
            if match is not None:
                return match.group(1).lower()
        for name in (*program.names(current), *program.types(current)):
            if name in program.classes and inner.kind != "attribute":
                return program.classes[name][1].name
        if inner.kind == "attribute":
            for name in program.names((current[0], inner.inputs[0])):
                if name in program.classes:
                    return program.classes[name][1].name
        if inner.kind in ("call", "format", "operation", "collection", "choice", "element_of", "name", "parameter"):
            queue += [(current[0], given) for given in inner.inputs]
            if inner.kind in ("name", "parameter"):
                queue += [origin for origin in program.origins(current)[:2] if origin != current]
    return None


def _receiver_for(assembly: Assembly, site: CallSite) -> str | None:
    """The element among those the receiver holds that this call uses; the others are tied to it."""
    if site.rule.kind == "data_store" and _table(assembly, site) is not None:
        return None  # named for its table
    held = list(dict.fromkeys(receivers(assembly, site.node)))
    if not held:
        return None
    kind = site.rule.kind
    fitting = [identity for identity in held if assembly.draft(identity).kind == kind]
    fitting = fitting or [identity for identity in held if assembly.draft(identity).kind in _OWN_KIND_WINS]
    chosen = (fitting or held)[0]
    for other in held:
        other_kind = assembly.draft(other).kind
        if other != chosen and assembly.draft(chosen).kind in _OWN_KIND_WINS:
            if other_kind in ("retriever", "vector_store"):
                assembly.relate(chosen, "uses_retriever", other, assembly.cite(site.node))
            elif other_kind == "prompt":
                assembly.relate(chosen, "has_prompt", other, assembly.cite(site.node))
    return chosen


def _add_call(assembly: Assembly, site: CallSite, receiver: str | None) -> None:
    rule, node = site.rule, site.node
    assert rule.kind is not None
    says = read_flags(assembly.program, node, rule.flags)
    evidence = assembly.cite(node)
    if receiver is not None and assembly.draft(receiver).kind in ("model_registry", "model_file", "training_job") and rule.kind in ("ml_model", "local_llm", "embedding_model"):
        # What was loaded is a model from here on: it keeps the name it was loaded by.
        loaded = assembly.draft(receiver)
        identity = assembly.drafts.put(
            rule.kind, loaded.name, rule.zone, {**rule.attributes, **says.attributes}, evidence, node, assembly.purpose(node[0]), assembly.symbol(node)
        )
        assembly.element_of_call[node] = identity
        if loaded.kind == "training_job":
            assembly.relate(receiver, "produces", identity, evidence)
        else:
            assembly.relate(identity, "loads", receiver, evidence)
    elif receiver is not None:
        draft = assembly.draft(receiver)
        if evidence is not None and evidence not in draft.evidence and len(draft.evidence) < 12:
            draft.evidence.append(evidence)
        for name, value in {**rule.attributes, **says.attributes}.items():
            draft.attributes.setdefault(name, value)
        draft.nodes.append(node)
        assembly.element_of_call[node] = receiver
        identity = receiver
    else:
        name, constant = _name_of_call(assembly, site)
        attributes: dict[str, AttributeValue] = {**rule.attributes, **says.attributes}
        if constant is not None and name == constant and rule.kind in ("hosted_llm", "local_llm", "embedding_model", "ml_model"):
            attributes.setdefault("model", constant)
        if constant is None and rule.name_from is not None and rule.kind == "vector_store":
            attributes.pop("shared", None)  # a collection whose name is computed may be one per tenant
        identity = assembly.drafts.put(
            rule.kind, name, rule.zone, attributes, evidence, node, assembly.purpose(node[0]), assembly.symbol(node), constant is None
        )
        assembly.element_of_call[node] = identity
    for kind in says.controls:
        assembly.control(kind, identity, evidence)


def _name_of_call(assembly: Assembly, site: CallSite) -> tuple[str, str | None]:
    rule, node = site.rule, site.node
    if rule.name_from is not None:
        value = assembly.program.value(node)
        given = argument_node(assembly.program, node, rule.name_from, site.skip) if value.kind == "call" else None
        for at in [given] if given is not None else []:
            constant = assembly.program.constant(at)
            if isinstance(constant, str) and 0 < len(constant) <= 120:
                host = host_of(constant) if rule.kind in ("external_service", "web_content") else None
                return host or constant, constant
    if rule.kind in ("external_service", "web_content") and (found := _host(assembly, site)) is not None:
        return found, found
    if rule.kind == "data_store":
        table = _table(assembly, site)
        if table is not None:
            return f"{table} ({rule.name or site.framework})", table
        return rule.name or site.framework, "one per application"  # connections that are not named lead to the same database
    return local_name(assembly, site), None


def local_name(assembly: Assembly, site: CallSite) -> str:
    """A name for what has none of its own: where it stands, and what it is. `support_agent (langchain)`."""
    symbol = assembly.symbol(site.node).split(".")
    return f"{'.'.join(symbol[-2:])} ({site.rule.name or site.framework})"


def receivers(assembly: Assembly, call: Node) -> Iterator[str]:
    """Elements that the object a method is called on was constructed as."""
    value = assembly.program.value(call)
    if value.kind == "attribute":
        yield from elements_of(assembly, (call[0], value.inputs[0]))
        return
    callee = assembly.program.value((call[0], value.inputs[0]))
    if callee.kind == "attribute":
        yield from elements_of(assembly, (call[0], callee.inputs[0]))
    if not assembly.program.names((call[0], value.inputs[0])) or callee.kind != "attribute":
        yield from elements_of(assembly, (call[0], value.inputs[0]))


def elements_of(assembly: Assembly, node: Node, depth: int = 0) -> list[str]:
    """Elements a value holds: constructed by calls, or the functions and classes themselves."""
    program = assembly.program
    found: dict[str, None] = {}
    if depth > 8:
        return []
    for origin in program.elements(node):
        known = assembly.element_of_call.get(origin)
        if known is not None:
            found[known] = None
            continue
        value = program.value(origin)
        if value.kind == "function":
            for reference in program.functions.get(value.text, ()):
                if reference in assembly.entry_of_function:
                    found[assembly.entry_of_function[reference]] = None
        elif value.kind in ("index", "element_of"):
            found.update(dict.fromkeys(elements_of(assembly, (origin[0], value.inputs[0]), depth + 1)))
        elif value.kind == "attribute":
            for name in program.names(origin):
                for reference in program.functions.get(name, ()):
                    if reference in assembly.entry_of_function:
                        found[assembly.entry_of_function[reference]] = None
            if not found:
                found.update(dict.fromkeys(elements_of(assembly, (origin[0], value.inputs[0]), depth + 1)))
        elif value.kind == "call":
            for name in program.types(origin):
                if name in assembly.element_of_class:
                    found[assembly.element_of_class[name]] = None
            callee = program.value((origin[0], value.inputs[0]))
            if not found and callee.kind == "attribute":
                found.update(dict.fromkeys(elements_of(assembly, (origin[0], callee.inputs[0]), depth + 1)))
            if not found and not program.targets(origin):
                for given in value.inputs[1:5]:
                    found.update(dict.fromkeys(elements_of(assembly, (origin[0], given), depth + 2)))
        elif value.kind == "class" and value.text in assembly.element_of_class:
            found[assembly.element_of_class[value.text]] = None
    return list(found)


# Sinks and sources


def _add_ends(assembly: Assembly, site: CallSite) -> None:
    rule, node, value = site.rule, site.node, assembly.program.value(site.node)
    owner = assembly.element_of_call.get(node)
    if value.kind == "call":
        for wanted, role in rule.sinks.items():
            actual: SinkRole = role
            if role == "process_arguments" and _is_true(assembly, site, "shell"):
                actual = "shell"
            elif role == "response" and {**rule.attributes, **read_flags(assembly.program, node, rule.flags).attributes}.get("unsafe") is True:
                actual = "html"
            key = ""
            positions = argument_positions(value, wanted, site.skip)
            if not positions and "**" in value.labels and (named := [part for part in wanted.split("|") if part.isidentifier()]):
                positions, key = [value.labels.index("**")], named[0]  # create(**parameters): the entry of that name
            for position in positions:
                element = owner or _implicit(assembly, site, actual)
                if element is not None:
                    assembly.sinks.setdefault(node, []).append(Sink(position, actual, element, key))
    if rule.result is not None:
        label = _label_of(assembly, site, rule.result)
        if label == "environment_value" and site.is_read:
            _secret_reads(assembly, site)
        element = owner or _source_element(assembly, site, label)
        known = assembly.sources.setdefault(node, [])
        if not any(source.label == label for source in known):
            known.append(SourceOf(label, element))


_WRITTEN_BY_ANYONE = ("wiki", "forum", "page", "pages", "web", "website", "scrape", "scraper", "scraped", "crawl", "crawler", "html", "feed", "rss", "news", "reddit",
                      "twitter", "tweet", "review", "reviews", "comment", "comments", "community", "search", "article", "articles", "fetch_url", "url", "urls", "link", "links",
                      "issue", "issues", "mail", "inbox", "readme", "blog", "post", "posts", "browse")  # fmt: skip


_SECRET_NAMES = ("token", "key", "secret", "password", "passwd", "credential", "credentials", "apikey")


def _secret_reads(assembly: Assembly, site: CallSite) -> None:
    """`os.environ["API_TOKEN"]`: an entry whose name says that it is a credential."""
    file, node = site.node
    values = assembly.program.files[file].values
    for user in range(node + 1, min(len(values), node + 40)):
        value = values[user]
        if value.kind == "index" and value.inputs[0] == node and mentions([value.text], _SECRET_NAMES):
            element = assembly.drafts.put("component", "environment", "application", {}, assembly.cite((file, user), "source"))
            assembly.sources.setdefault((file, user), []).append(SourceOf("secret_value", element))


def _label_of(assembly: Assembly, site: CallSite, label: Label) -> Label:
    if label == "web_content":
        return _response_label(assembly, site)
    value = assembly.program.value(site.node)
    if label == "environment_value" and any(
        mentions([constant], _SECRET_NAMES)
        for given in value.inputs[1:2]
        if isinstance(constant := assembly.program.constant((site.node[0], given)), str)
    ):
        return "secret_value"
    return label


def _response_label(assembly: Assembly, site: CallSite) -> Label:
    """What an HTTP answer is: text that outsiders write, or the data of a service the system was built against.

    Answers to requests that change something, and JSON of a service whose names do not speak of pages, are data.
    """
    program, node = assembly.program, site.node
    method = next((name.rsplit(".", 1)[-1] for name in site.names), "")
    if method in ("post", "put", "patch", "delete"):
        return "stored_data"
    facts = program.files[node[0]]
    value = facts.values[node[1]]
    taken = {
        facts.values[user].text for user in range(node[1], min(len(facts.values), node[1] + 400))
        if facts.values[user].kind == "attribute" and node[1] in _behind(facts.values, facts.values[user].inputs[0])
    }  # fmt: skip
    if "json" not in taken or taken & {"text", "content", "read", "iter_lines"}:
        return "web_content"
    texts = [facts.path, facts.functions[value.scope].qualified_name, *(text for given in value.inputs[1:3] for text in _texts_of(assembly, (node[0], given)))]
    return "web_content" if mentions(texts, _WRITTEN_BY_ANYONE) else "stored_data"


def _behind(values: tuple[Value, ...], identity: int) -> set[int]:
    found = {identity}
    while values[identity].kind in ("await", "choice") and len(values[identity].inputs) == 1:
        identity = values[identity].inputs[0]
        found.add(identity)
    return found


def _texts_of(assembly: Assembly, node: Node) -> list[str]:
    found = []
    for origin in assembly.program.origins(node):
        value = assembly.program.value(origin)
        parts = [value, *(assembly.program.value((origin[0], given)) for given in value.inputs[:6])]
        found += [part.text for part in parts if part.kind in ("constant", "name", "parameter", "attribute")]
    return found


def _is_true(assembly: Assembly, site: CallSite, argument: str) -> bool:
    value = assembly.program.value(site.node)
    return any(assembly.program.constant((site.node[0], value.inputs[p])) is True for p in argument_positions(value, argument))


def _implicit(assembly: Assembly, site: CallSite, role: SinkRole) -> str | None:
    if role not in _IMPLICIT:
        return None
    kind, name = _IMPLICIT[role]
    if kind == "external_service":
        name = _host(assembly, site) or site.rule.name or site.framework
    return assembly.drafts.put(
        kind, name or site.rule.name or site.framework, site.rule.zone, dict(site.rule.attributes), assembly.cite(site.node, "sink"), site.node,
        assembly.purpose(site.node[0]),
    )  # fmt: skip


def _host(assembly: Assembly, site: CallSite) -> str | None:
    """The host a request goes to, where its URL begins with a constant."""
    value = assembly.program.value(site.node)
    for given in value.inputs[1:3]:
        for origin in assembly.program.origins((site.node[0], given)):
            start = assembly.program.value(origin)
            if start.kind == "format" and start.inputs:
                start = assembly.program.value((origin[0], start.inputs[0]))
            if start.kind == "constant" and start.text.startswith(("http://", "https://")):
                host = host_of(start.text)
                if host is not None:
                    return host
    return None


def host_of(url: str) -> str | None:
    """The host a constant URL names, without credentials; None where it is no URL or the host is computed."""
    if not url.startswith(("http://", "https://", "ws://", "wss://")):
        return None
    host = url.split("/")[2].split("@")[-1]
    return host if host and not set("{%<$") & set(host) else None


def _source_element(assembly: Assembly, site: CallSite, label: Label) -> str:
    node = site.node
    if label in ("user_input", "uploaded_file"):
        function = (node[0], assembly.program.value(node).scope)
        for entry, element in assembly.entry_of_function.items():
            if entry == function or function in assembly.reach(entry):
                return element
    kind, name = _SOURCE_KIND.get(label, ("component", ""))
    if kind == "web_content":
        name = _host(assembly, site) or ""
    return assembly.drafts.put(
        kind, name or local_name(assembly, site), site.rule.zone, dict(site.rule.attributes), assembly.cite(node, "source"), node,
        assembly.purpose(node[0]), assembly.symbol(node), not name,
    )  # fmt: skip


# Relations


def _add_relations(assembly: Assembly, site: CallSite) -> None:
    node, value = site.node, assembly.program.value(site.node)
    owner = assembly.element_of_call.get(node)
    if owner is None or value.kind != "call":
        return
    for wanted, kind in site.rule.relations.items():
        found = argument_node(assembly.program, node, wanted, site.skip)
        positions = argument_positions(value, wanted, site.skip)
        for given in [(node[0], value.inputs[p]) for p in positions] if positions else [found] if found is not None else []:
            if kind == "has_tool":
                _adopt_tools(assembly, given)
            for other in elements_of(assembly, given):
                assembly.relate(owner, kind, other, assembly.cite(node))
            if kind == "uses_model":
                _named_model(assembly, owner, given)


def _named_model(assembly: Assembly, owner: str, given: Node) -> None:
    """`create_agent("openai:gpt-5")`: a model that is only named is still a model."""
    constant = assembly.program.constant(given)
    if isinstance(constant, str) and constant:
        model = assembly.drafts.put(
            "hosted_llm", constant.split(":", 1)[-1], None, {"model": constant}, assembly.cite(given), given, assembly.purpose(given[0])
        )
        assembly.relate(owner, "uses_model", model, assembly.cite(given))


def _adopt_tools(assembly: Assembly, given: Node) -> None:
    """Plain functions and methods handed over as tools become tools."""
    program = assembly.program
    for origin in program.elements(given):
        value = program.value(origin)
        names = [value.text] if value.kind == "function" else list(program.names(origin)) if value.kind == "attribute" else []
        if value.kind == "call" and origin not in assembly.element_of_call:
            names = [name for argument in value.inputs[1:] for name in program.names((origin[0], argument))]
        for name in names:
            for reference in program.functions.get(name, ()):
                if reference not in assembly.entry_of_function:
                    add_function_element(assembly, reference, "tool", program.function(reference).name, "tool_arguments", "python")


# Entries


def _add_entry(assembly: Assembly, entry: EntrySite) -> None:
    program, rule = assembly.program, entry.rule
    function = program.function(entry.function)
    name, given_name = function.name, False
    marker = program.value(entry.marker)
    if rule.name_from is not None and marker.kind == "call":
        for position in argument_positions(marker, rule.name_from):
            constant = program.constant((entry.marker[0], marker.inputs[position]))
            if isinstance(constant, str) and (constant or rule.kind == "http_route"):
                name, given_name = constant, True
    says = read_flags(program, entry.marker, rule.flags)
    attributes: dict[str, AttributeValue] = {**rule.attributes, **says.attributes}
    if rule.kind == "http_route":
        method = str(attributes.get("method") or _method_of(program.names(_callee(assembly, entry.marker))))
        path = f"{_prefix(assembly, entry)}{name}" if given_name else name
        name = f"{method.upper()} {path or '/'}".strip()
        attributes["path"] = path or "/"
        attributes["method"] = method.upper()
    identity = add_function_element(assembly, entry.function, rule.kind, name, None, entry.framework, attributes, rule)
    for kind in says.controls:
        assembly.control(kind, identity, assembly.cite(entry.marker))


def _callee(assembly: Assembly, marker: Node) -> Node:
    value = assembly.program.value(marker)
    return (marker[0], value.inputs[0]) if value.kind == "call" else marker


def _method_of(names: Iterable[str]) -> str:
    for name in names:
        last = name.rsplit(".", 1)[-1]
        if last in ("get", "post", "put", "patch", "delete", "head", "options", "websocket"):
            return last
    return ""


def _prefix(assembly: Assembly, entry: EntrySite) -> str:
    """The router's own prefix, where it is a constant."""
    program = assembly.program
    callee = program.value(_callee(assembly, entry.marker))
    if callee.kind != "attribute":
        return ""
    for origin in program.origins((entry.marker[0], callee.inputs[0])):
        value = program.value(origin)
        if value.kind == "call":
            for position in argument_positions(value, "prefix|url_prefix"):
                constant = program.constant((origin[0], value.inputs[position]))
                if isinstance(constant, str):
                    return constant
    return ""


def add_function_element(
    assembly: Assembly, reference: FunctionRef, kind: ElementKind, name: str, label: Label | None, framework: str,
    attributes: dict[str, AttributeValue] | None = None, rule: DecoratorRule | None = None,
) -> str:  # fmt: skip
    """An element whose body is a function; its parameters are sources."""
    identity = assembly.drafts.put(
        kind, name, rule.zone if rule is not None else None, attributes, assembly.function_evidence(reference), None,
        assembly.purpose(reference[0]), assembly.program.function(reference).qualified_name, kind in ("http_route", "websocket"),
    )  # fmt: skip
    assembly.entry_of_function[reference] = identity
    carried = rule.parameters if rule is not None else label
    if kind in ("tool", "mcp_tool") and carried is None:
        carried = "tool_arguments"
    if carried is not None:
        _add_parameters(assembly, reference, identity, carried, rule)
    return identity


def _add_parameters(assembly: Assembly, reference: FunctionRef, identity: str, label: Label, rule: DecoratorRule | None) -> None:
    program = assembly.program
    function: Function = program.function(reference)
    for position, parameter in enumerate(function.parameters):
        if position == 0 and function.owner is not None and parameter.name in ("self", "cls"):
            continue
        node = (reference[0], parameter.value)
        types = _types_of(assembly, reference[0], parameter.annotation)
        if rule is not None:
            if _is_injected(assembly, reference[0], parameter.default, rule) or _is_injected(assembly, reference[0], parameter.annotation, rule):
                continue
            if any(_matches(assembly, name, rule.except_types) for name in types):
                continue
        if types and types <= _PLAIN_TYPES:
            continue
        carried = label
        for name, special in (rule.parameter_types if rule is not None else {}).items():
            if any(_matches(assembly, given, (name,)) for given in types):
                carried = special
        assembly.sources.setdefault(node, []).append(SourceOf(carried, identity))


def _types_of(assembly: Assembly, file: int, annotation: int | None) -> set[str]:
    if annotation is None:
        return set()
    node = (file, annotation)
    return set(assembly.program.annotated(node)) | {name for name in assembly.program.names(node) if name in _PLAIN_TYPES}


def _matches(assembly: Assembly, name: str, wanted: tuple[str, ...]) -> bool:
    canonical = assembly.index.canonical(name)
    return any(canonical == other or name == other or canonical.endswith("." + other) for other in wanted)


def _is_injected(assembly: Assembly, file: int, value: int | None, rule: DecoratorRule) -> bool:
    if value is None or not rule.injects:
        return False
    queue, seen = [value], 0
    while queue and seen < 30:
        current = queue.pop()
        seen += 1
        found = assembly.program.value((file, current))
        if found.kind == "call" and any(
            assembly.index.canonical(name) in rule.injects for name in assembly.program.names((file, found.inputs[0]))
        ):
            return True
        if found.kind == "name":
            for origin in assembly.program.origins((file, current)):
                inner = assembly.program.value(origin)
                if inner.kind == "index":  # Annotated alias: CurrentUser = Annotated[User, Depends(f)]
                    return any(
                        assembly.program.value((origin[0], given)).kind == "call"
                        and any(
                            assembly.index.canonical(name) in rule.injects
                            for name in assembly.program.names((origin[0], assembly.program.value((origin[0], given)).inputs[0]))
                        )
                        for given in _flat(assembly, origin)
                    )
        if found.kind in ("index", "collection", "operation", "unknown"):
            queue += found.inputs
    return False


def _flat(assembly: Assembly, node: Node) -> list[int]:
    found: list[int] = []
    queue = list(assembly.program.value(node).inputs)
    while queue and len(found) < 30:
        current = queue.pop()
        found.append(current)
        value = assembly.program.value((node[0], current))
        if value.kind in ("index", "collection"):
            queue += value.inputs
    return found


# Classes


def _add_class(assembly: Assembly, site: ClassSite) -> None:
    program, rule = assembly.program, site.rule
    if rule.kind is None:
        return
    file, cls = program.classes[site.name]
    name = cls.name
    for node in [(file, default) for field, _annotation, default, _line in cls.fields if field == "name" and default is not None]:
        constant = program.constant(node)
        if isinstance(constant, str) and constant:
            name = constant
    evidence = assembly.cite_place(assembly.lines(file, cls.line, cls.line))
    identity = assembly.drafts.put(rule.kind, name, None, dict(rule.attributes), evidence, None, assembly.purpose(file), site.name)
    assembly.element_of_class[site.name] = identity
    for method in rule.method:
        for reference in program.functions.get(f"{site.name}.{method}", ()):
            assembly.entry_of_function[reference] = identity
            if rule.parameters is not None:
                _add_parameters(assembly, reference, identity, rule.parameters, None)


__all__ = ["ENTRY_KINDS", "CallRule", "add_code_elements", "add_function_element", "elements_of", "receivers"]
