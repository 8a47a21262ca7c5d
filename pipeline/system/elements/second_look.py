"""What the surroundings of a call say about an element, before any data is followed.

A raw invocation of a hosted model that gives back vectors is an embedding model, and its reply is no text. An
estimator that is fitted so that its coefficients can be read is no training job: no model leaves.
Takes an assembly whose elements are known, corrects elements, sinks and sources. Estimators that leave the
function they are made in are not followed: they stay training jobs.
"""

from __future__ import annotations

import re

from ingest.code.program import Node, Program
from pipeline.system.assembly import Assembly, Sink
from pipeline.system.program.arguments import argument_node
from pipeline.system.rules.words import words_of

# Calls that take a model's name and raw bytes: which kind of model it is, only the code around them says.
_RAW = frozenset({"invoke_model", "invoke_endpoint", "predict", "run"})
_EMBEDS = frozenset({"embed", "embeds", "embedding", "embeddings", "embedder", "embedders", "vectorizer", "vectoriser"})
# Parts of a request or a reply that only a model that writes has.
_WRITES = frozenset(
    {"completion", "completions", "generation", "generations", "outputText", "output_text", "prompt", "messages", "max_tokens",
     "max_tokens_to_sample", "max_gen_len", "maxTokens", "inferenceConfig", "textGenerationConfig", "stop_sequences"}
)  # fmt: skip
# What may be asked of a fitted estimator without the estimator being used for a verdict.
_READ_OFF = frozenset(
    {"fit", "coef_", "intercept_", "score", "feature_importances_", "classes_", "n_iter_", "loss_", "n_features_in_", "feature_names_in_",
     "get_params", "set_params", "cv_results_", "best_params_", "best_score_", "alpha_", "C_"}
)  # fmt: skip


_ADDRESS = frozenset({"base_url", "baseURL", "api_base", "openai_api_base", "endpoint", "host"})
_KEY = frozenset({"api_key", "apiKey", "openai_api_key"})
HOSTS_HERE = r"localhost|127(?:\.\d{1,3}){3}|0\.0\.0\.0|\[::1\]|host\.docker\.internal"
_HERE = re.compile(rf"(?:https?://)?(?:{HOSTS_HERE})(?=[:/?#]|$)", re.IGNORECASE)
# What local servers are given, whose client insists on a key.
_NO_KEY = re.compile(
    r"(sk-)?no[-_]?key([-_](needed|required))?|not[-_ ](needed|required)|lm[-_]?studio|ollama|llama\.?cpp|vllm|empty", re.IGNORECASE
)


def look_again(assembly: Assembly) -> None:
    """Corrects what calls alone could not tell."""
    _embedding_models(assembly)
    _models_on_this_machine(assembly)
    _estimators_to_be_read(assembly)
    _fitted_after_loading(assembly)


# Embedding models


def _embedding_models(assembly: Assembly) -> None:
    for node, identity in sorted(assembly.element_of_call.items()):
        draft = assembly.draft(identity)
        if draft.kind != "hosted_llm" or not _embeds(assembly, node):
            continue
        evidence = assembly.cite(node)
        new = assembly.drafts.put(
            "embedding_model", draft.name, draft.zone, draft.attributes, evidence, node, assembly.purpose(node[0]), draft.symbol
        )
        assembly.element_of_call[node] = new
        assembly.sinks[node] = [Sink(sink.argument, "request_body", new, sink.key) for sink in assembly.sinks.get(node, ())]
        assembly.sources[node] = [source for source in assembly.sources.get(node, ()) if source.label != "model_reply"]
        for source, kind, target in list(assembly.relations):
            if target == identity and kind == "uses_model" and set(draft.nodes) <= {node}:
                assembly.relations[source, "embeds_with", new] = assembly.relations.pop((source, kind, target))
        draft.nodes[:] = [other for other in draft.nodes if other != node]
        draft.evidence[:] = [cited for cited in draft.evidence if cited != evidence]
        if not draft.nodes:
            _forget(assembly, identity)


def _embeds(assembly: Assembly, node: Node) -> bool:
    """A raw call by something named for embedding, of a model named for it, or whose answer is asked for an embedding."""
    program, value = assembly.program, assembly.program.value(node)
    callee = program.value((node[0], value.inputs[0])) if value.kind == "call" else None
    if callee is None or callee.kind != "attribute" or callee.text not in _RAW:
        return False
    function = program.function((node[0], value.scope))
    names = [function.name, (function.owner or "").rsplit(".", 1)[-1]]
    model = argument_node(program, node, "modelId|model|EndpointName")
    constant = program.constant(model) if model is not None else None
    names += [constant] if isinstance(constant, str) else []
    around = [other for other in program.files[node[0]].values if other.scope == value.scope]
    said = {other.text for other in around if other.kind in ("index", "constant")} | {label for other in around for label in other.labels}
    if _WRITES & said:
        return False
    names += [text for text in said if text in ("embedding", "embeddings")]
    return any(_EMBEDS & set(words_of(name)) for name in names if name)


# Models on this machine


def _models_on_this_machine(assembly: Assembly) -> None:
    """A client of a hosted model whose address is this machine talks to a server here: nothing leaves for a provider."""
    for draft in assembly.drafts.by_id.values():
        if draft.kind != "hosted_llm" or not draft.nodes:
            continue
        clients = [_client_of(assembly, node) for node in draft.nodes]
        if all(client is not None and _is_local(assembly, client) for client in clients):
            draft.attributes["local"] = True
            draft.zone = "application"


def _client_of(assembly: Assembly, node: Node) -> Node | None:
    """The construction a call goes back to, through attributes: `self.client.chat.completions.create`; or the call itself."""
    program = assembly.program
    current = node
    for _ in range(8):
        value = program.value(current)
        if value.kind == "call" and any(label in _ADDRESS or label in _KEY for label in value.labels):
            return current
        if value.kind in ("call", "attribute") and value.inputs:
            current = (current[0], value.inputs[0])
        origins = [origin for origin in program.origins(current) if program.value(origin).kind == "call"]
        if origins:
            current = origins[0]
        elif value.kind not in ("call", "attribute"):
            return None
    return None


def _is_local(assembly: Assembly, client: Node) -> bool:
    """An address here; or, where the address is not written down, a key that only a server here is content with."""
    program, value = assembly.program, assembly.program.value(client)
    given: dict[str, list[str]] = {}
    for position, label in zip(value.inputs[len(value.inputs) - len(value.labels) :], value.labels, strict=True):
        constants = program.constants((client[0], position))
        stands_in = _has_default(program, (client[0], position))
        given[label] = [str(constant.text) for constant in constants if not (stands_in and constant.constant_type == "none")]
    addresses = [text for label in _ADDRESS & given.keys() for text in given[label]]
    keys = [text for label in _KEY & given.keys() for text in given[label]]
    if any(_HERE.match(text) or "://" in text for text in addresses):
        return all(_HERE.match(text) for text in addresses)
    return bool(_ADDRESS & given.keys()) and bool(keys) and all(_NO_KEY.fullmatch(text) for text in keys)


def _has_default(program: Program, node: Node) -> bool:
    """Whether another value stands in where none was given: `self.url = url or "http://localhost:11434"`."""
    value = program.value(node)
    if value.kind == "attribute":
        return any(_has_default(program, field) for owner in program.types((node[0], value.inputs[0])) if owner in program.classes
                   for field in program.fields(owner, value.text) if field != node and program.value(field).kind == "choice")  # fmt: skip
    return value.kind == "choice" and value.text == "or"


# Estimators


def _estimators_to_be_read(assembly: Assembly) -> None:
    jobs: dict[str, list[Node]] = {}
    for node, identity in sorted(assembly.element_of_call.items()):
        if assembly.draft(identity).kind == "training_job":
            jobs.setdefault(identity, []).append(node)
    for identity, nodes in jobs.items():
        if set(assembly.draft(identity).nodes) <= set(nodes) and all(_only_read(assembly, node) for node in nodes):
            for node in nodes:
                del assembly.element_of_call[node]
            _forget(assembly, identity)


def _fitted_after_loading(assembly: Assembly) -> None:
    """An estimator that was loaded and is fitted again does not produce the file it came from."""
    for source, kind, target in list(assembly.relations):
        if kind == "produces" and assembly.draft(source).kind == "training_job" and assembly.draft(target).kind == "model_file":
            del assembly.relations[source, kind, target]


def _only_read(assembly: Assembly, fit: Node) -> bool:
    """The estimator is made and fitted in one function, and nothing but its numbers comes out of there."""
    program, facts = assembly.program, assembly.program.files[fit[0]]
    value = facts.values[fit[1]]
    callee = facts.values[value.inputs[0]] if value.kind == "call" else None
    if callee is None or callee.kind != "attribute" or callee.text != "fit" or program.function((fit[0], value.scope)).name == "<module>":
        return False
    origins = program.origins((fit[0], callee.inputs[0]))
    if not origins or any(origin[0] != fit[0] or facts.values[origin[1]].scope != value.scope for origin in origins):
        return False
    if any(facts.values[origin[1]].kind != "call" for origin in origins):
        return False
    held = {fit[1], *(origin[1] for origin in origins)}
    read = False
    for identity, user in enumerate(facts.values):
        taken = held & set(user.inputs)
        if not taken:
            continue
        if user.kind in ("choice", "guarded") and user.scope == value.scope:
            held.add(identity)
        elif user.kind == "attribute" and user.text in _READ_OFF:
            read = read or user.text not in ("fit", "get_params", "set_params")
        else:
            return False
    kept = {store.value for store in facts.stores} | set(facts.functions[value.scope].returns)
    return read and not held & kept


def _forget(assembly: Assembly, identity: str) -> None:
    """Takes an element out of the model again, with its sinks and ties."""
    del assembly.drafts.by_id[identity]
    for node, sinks in list(assembly.sinks.items()):
        assembly.sinks[node] = [sink for sink in sinks if sink.element != identity]
    for node, sources in list(assembly.sources.items()):
        assembly.sources[node] = [source for source in sources if source.element != identity]
    for tie in [tie for tie in assembly.relations if identity in (tie[0], tie[2])]:
        del assembly.relations[tie]
