"""Language-neutral facts: what readers give and the system model is built from.

Facts say what stands in a file, never what it means for security: which API means which element is
knowledge of a later room. They depend on one file alone, so they can be computed in any process and
kept by content hash.

Code becomes a *value graph* (in the spirit of static single assignment, Cytron et al. 1991): every
expression is a `Value` whose inputs are the values it is made of; a variable's use points straight at
the definitions that reach it, so that following data means following inputs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from ingest.source import Attribute, Place, Purpose

ValueKind = Literal[
    "constant",    # text holds the literal; label in `constant_type`
    "name",        # a free name: import, module variable, builtin or unknown
    "parameter",   # a function's parameter
    "attribute",   # inputs[0].text
    "index",       # inputs[0][inputs[1]]; text holds a constant key, else ""; unpacking gives a place as text and no inputs[1]
    "call",        # inputs[0] is the callee, then arguments; labels name them
    "format",      # f-string, %, .format, + on strings: text built from inputs
    "collection",  # list, tuple, set, dict display or comprehension; labels hold constant keys
    "update",      # inputs[0] after inputs[1:] were put into it (append, subscript store, update ...); text: the method, if one did it
    "choice",      # one of inputs: joins of branches, conditional expressions, boolean operators
    "guarded",     # inputs[0], known here to satisfy the condition inputs[1]; text: "holds" or "fails"
    "operation",   # arithmetic, comparison and other operators; text holds the operator
    "function",    # a function or lambda as a value; text holds its qualified name
    "class",       # a class as a value; text holds its qualified name
    "element_of",  # one element of inputs[0], as a loop or an unpacking gives it
    "await",       # awaited or yielded-from inputs[0]
    "unknown",     # syntax without a meaning for data flow
]  # fmt: skip

ConstantType = Literal["", "string", "bytes", "integer", "float", "boolean", "none", "ellipsis"]


class Value(NamedTuple):
    """One expression. Its id is its index in `CodeFacts.values`.

    A tuple, for there are more of these than of anything else: it is made, sent between processes and read back several
    times faster than a frozen dataclass.
    """

    kind: ValueKind
    text: str
    inputs: tuple[int, ...]
    labels: tuple[str, ...]  # parallel to inputs where kind is call or collection; "" is positional, "*" and "**" splats
    line: int
    end_line: int
    scope: int  # index into CodeFacts.functions of the function it is computed in
    constant_type: ConstantType = ""


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    value: int  # its `parameter` value
    annotation: int | None  # value of the annotation expression
    default: int | None  # value of the default expression
    splat: Literal["", "*", "**"] = ""


@dataclass(frozen=True, slots=True)
class Function:
    """A function, method, lambda, or a module's top level (name `<module>`)."""

    name: str
    qualified_name: str  # module.Class.method; module.<module> for the top level
    owner: str | None  # qualified name of the class whose method this is
    parent: int | None  # index of the enclosing function
    parameters: tuple[Parameter, ...]
    decorators: tuple[int, ...]
    returns: tuple[int, ...]  # values returned or yielded
    docstring: str
    line: int
    end_line: int
    is_async: bool = False
    result: int | None = None  # the annotation of what it returns


@dataclass(frozen=True, slots=True)
class Class:
    name: str
    qualified_name: str
    bases: tuple[int, ...]
    keywords: tuple[tuple[str, int], ...]
    decorators: tuple[int, ...]
    fields: tuple[tuple[str, int | None, int | None, int], ...]  # name, annotation value, default value, line
    methods: tuple[int, ...]  # indices into functions
    docstring: str
    line: int
    end_line: int


OFFERED = "@offered"  # the local name of an import that takes nothing in: its target is a variable that others may import


@dataclass(frozen=True, slots=True)
class Import:
    """`local` names `target` (a qualified name); a wildcard has local `*`."""

    local: str
    target: str
    line: int
    scope: int


@dataclass(frozen=True, slots=True)
class Store:
    """`inputs base.attribute = value`: where objects get their fields."""

    base: int
    attribute: str
    value: int
    line: int
    scope: int


@dataclass(frozen=True, slots=True)
class Branch:
    """A condition and what follows from it: guards and approvals are recognised from these."""

    condition: int
    line: int
    scope: int
    exits_when: Literal["", "holds", "fails"]  # the side on which control leaves the function or loop
    held: tuple[int, int] = (0, 0)  # values computed only where it holds: from the first up to, not including, the last
    failed: tuple[int, int] = (0, 0)  # values computed only where it fails

    def side(self, value: int) -> bool | None:
        """How the condition came out where a value is computed; None where that is not known."""
        if self.held[0] <= value < self.held[1]:
            return True
        return False if self.failed[0] <= value < self.failed[1] else None


@dataclass(frozen=True, slots=True)
class Handler:
    """What catches errors in a function, and which values' errors it catches."""

    tried: tuple[int, int]  # values computed in what is tried: from the first up to, not including, the last
    scope: int
    caught: int | None  # the value that stands for the error; None where it has no name
    kinds: tuple[str, ...]  # classes as they are written; none where whatever goes wrong is caught
    throws: bool  # whether it throws something itself
    does: tuple[int, int] = (0, 0)  # values computed in it


SPEAKS_TO_US = b"threatloom:"  # in small letters: a file without it has no such comment


@dataclass(frozen=True, slots=True)
class Comment:
    """What a comment says to threatloom: the words behind `threatloom:`, as they stand there."""

    text: str
    place: Place
    beside: tuple[int, int]  # first and last line that it is about


@dataclass(frozen=True, slots=True)
class CodeFacts:
    """One source file of a programming language, or one notebook."""

    path: str
    language: str
    purpose: Purpose
    module: str  # dotted name
    lines: int
    values: tuple[Value, ...]
    functions: tuple[Function, ...]  # functions[0] is the top level
    classes: tuple[Class, ...]
    imports: tuple[Import, ...]
    variables: Mapping[str, tuple[int, ...]]  # module variables: all values assigned
    stores: tuple[Store, ...]
    branches: tuple[Branch, ...]
    conditions: Mapping[int, tuple[int, ...]]  # call value -> branch indices that decide whether it runs
    cells: tuple[int, ...] = ()  # notebooks: first line of each cell in the joined text
    errors: tuple[str, ...] = ()  # syntax that could not be read, as "line N: ..."
    unseen: tuple[Passage, ...] = ()  # what invisible characters spell
    comments: tuple[Comment, ...] = ()  # those that speak to threatloom
    handlers: tuple[Handler, ...] = ()


Hidden = Literal[
    "",
    "white_text",            # in the colour of what it stands on
    "tiny_text",             # too small to be read
    "hidden_text",           # marked not to be shown: runs, rows, columns, sheets, slides, styles, invisible ink
    "off_page",              # outside of what is shown
    "invisible_characters",  # zero-width characters, Unicode tags, variation selectors
    "direction_controls",    # characters that change the order in which text is shown
    "comment",               # for authors, or for whoever reads the source
    "deleted_text",          # tracked, and not accepted yet
    "speaker_notes",
    "alt_text",              # instead of a picture
    "metadata",              # title, keywords, custom properties
]  # fmt: skip
"""Why a person who looks at the document does not see a text; empty where they do."""

PassageKind = Literal["title", "paragraph", "list_item", "table_row", "code", "caption", "other"]


@dataclass(frozen=True, slots=True)
class Passage:
    """One block of a document: the unit that claims are read from and evidence points at."""

    text: str
    kind: PassageKind
    section: tuple[str, ...]  # titles from the outermost to the innermost
    place: Place
    hidden: Hidden = ""


DrawnKind = Literal["", "actor", "process", "store"]
"""What a notation itself says a box is; empty where it has no word for it."""

DrawnAs = Literal["system", "sequence", "steps", "types"]
"""What a diagram is drawn for: the parts of a system, their messages in time, the steps or states of one thing, or types of a program."""

StatedState = Literal["", "open", "mitigated", "accepted", "transferred", "not_applicable"]


@dataclass(frozen=True, slots=True)
class DiagramNode:
    id: str
    label: str
    shape: str  # the diagram language's own word: "database", "round", "actor" ...
    boundary: str | None  # id of the innermost boundary
    place: Place
    kind: DrawnKind = ""
    technology: str = ""  # said apart from the name: "PostgreSQL", "FastAPI"
    description: str = ""
    attributes: Mapping[str, Attribute] = field(default_factory=dict)  # encrypted, log, credentials, signed, out_of_scope (bools)


@dataclass(frozen=True, slots=True)
class DiagramEdge:
    source: str
    target: str
    label: str
    place: Place
    id: str = ""
    data: tuple[str, ...] = ()  # names of what is carried, where they are said apart from the label
    attributes: Mapping[str, Attribute] = field(default_factory=dict)  # protocol; encrypted, authenticated, public_network, ... (bools)


@dataclass(frozen=True, slots=True)
class DiagramBoundary:
    id: str
    label: str
    parent: str | None
    place: Place


@dataclass(frozen=True, slots=True)
class StatedThreat:
    """A threat that a threat model names, and what its authors said of it."""

    title: str
    state: StatedState
    place: Place
    about: tuple[str, ...] = ()  # ids of nodes, edges and boundaries of the diagram it stands in
    category: str = ""  # as written: "Tampering"
    severity: str = ""  # or priority, as written
    description: str = ""
    mitigations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Diagram:
    """One drawn diagram, as far as it names things and arrows between them, and the threats that stand in it."""

    language: str  # "mermaid", "drawio" ...
    nodes: tuple[DiagramNode, ...]
    edges: tuple[DiagramEdge, ...]
    boundaries: tuple[DiagramBoundary, ...]
    name: str = ""
    draws: DrawnAs = "system"
    threats: tuple[StatedThreat, ...] = ()


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    path: str
    purpose: Purpose
    title: str
    passages: tuple[Passage, ...]
    diagrams: tuple[Diagram, ...]
    lines: int
    unit: Literal["line", "paragraph"] = "line"  # what `Place` counts in this document
    unexamined: tuple[str, ...] = ()  # what is in it and was not read, and why: pictures, macros, attachments
    settings: tuple[Setting, ...] = ()  # what it says as a card of a model or of data
    transcripts: tuple[Transcript, ...] = ()  # in the order of their pages; their passages stand among the others
    failed: tuple[str, ...] = ()  # pictures that should have been read and could not be just now
    comments: tuple[Comment, ...] = ()  # those that speak to threatloom


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was read out of one picture: no bytes of the file say it, a reader of pictures does."""

    page: int | None
    where: str  # "page 3 (read by OCR)"
    lines: tuple[str, ...]  # behind the other lines of the page
    reader: str  # with its edition
    sent_to: str = ""  # host the picture was sent to; empty where it stayed on this machine


SettingKind = Literal[
    "package",          # name; attributes: specifier, pin (exact|hash|range|none|git|url), ecosystem, extras, marker, direct
    "lock",             # a lock file exists: name is its path; attributes: ecosystem, hashes (bool), packages (int)
    "project",          # what a manifest makes; attributes: built (it has a build system), published (described for a package index)
    "package_index",    # name is the URL; attributes: extra (bool), trusted_host (bool)
    "image",            # base image; attributes: tag, digest, pin (digest|tag|latest|none|given), stage
    "container_user",   # name is the user; attributes: root (bool), declared (bool)
    "container_build",  # one Dockerfile; attributes: exposes (ports), entrypoint, stages (those that what runs stands on)
    "run_command",      # a RUN line, an entry point or a workflow's run script; text in attributes.command;
                        # steps_down (bool): it goes on as another user than root; copied: what of the tree was there by then
    "property",         # a value of an application's settings; name is its dotted path, attributes: value, profile
    "parameter",        # a value of a training's parameters; name is its dotted path, attributes: value
    "command",          # what starts or fetches something of an AI system; name is the program; attributes: words, variables ("A=b"),
                        # where (shell|make|procfile|npm|systemd|compose|docker|build|workflow), service
    "service",          # one compose service; attributes: image, tag, pin, ports, published, volumes, privileged, network_mode, user,
                        # limits (bool), command, refers ("PASSWORD=VARIABLE": given by who starts it),
                        # powers_at ("what=line": where it is said what it may do to its host)
    "environment", "included_file",      # a variable given a value; attributes: has_value, switch (a value that only says yes or no),
                        # everywhere (bool: an address to listen on that is every one of the machine), model (the name of
                        # a model on a hub), secret (detector's name), placeholder (bool), repeats (an earlier variable that holds
                         # the same secret), stated (bool: of a key, what it is where nobody says otherwise stands here),
                         # default (bool: in a file of variables, a password that everybody knows),
                         # local, development (bools: of a secret, it opens something here alone, or says that it is for development),
                         # beside (bool: an address with the password of a service beside it)
    "workflow",         # one CI workflow; attributes: triggers, permissions, untrusted_trigger
    "workflow_step",    # attributes: uses, pin (sha|tag|branch|none), run, untrusted_input (expressions), secrets, job,
                        # continue_on_error (bool), exit_code (of an action's settings), runs_on, runs_on_line, job_if, waits (bool: the
                        # job's environment may ask a person first)
    "module_paths",     # what names in imports stand for; attributes: paths ("pattern target"), base_url, extends
    "npm_module",       # what imports call a package of the project; attributes: main, exports ("part target"), imports ("#part target")
    "listener",         # an address a .NET application is told to listen on: name is the address; attributes: environment
    "go_module",        # the module whose root this folder is: name is its import path
    "agent_server",     # a server of agents; attributes: graphs (names), authenticated (bool)
    "mcp_server",       # a configured MCP server; attributes: command, arguments, url, package, pin, auto_approve, env_secrets
    "chart_dependency", # a chart that a chart depends on; attributes: alias, condition (the value that switches it on), version
    "kustomized",       # a file or folder that a kustomization takes up: name is its path below the root
    "workload",         # one container of a pod; attributes: workload, resource, namespace, labels ("a=b"), image, pin, command, ports,
                        # root, privileged, capabilities, host_paths, host_network, host_port (bool), limits (bool), read_only_root,
                        # service_account, secrets_from, schedule, init (bool), storage (where a served model lies), model_format
    "exposure",         # a service or ingress of a cluster; attributes: resource, namespace, open (bool), selector, backends, tls,
                        # authenticated, ports
                        # rate_limited (bool), policies (names of what is attached to it)
    "gate",             # a policy of a gateway or mesh; attributes: targets, selector, namespace, authenticated, rate_limited, all (bools);
                        # inside (bool): it is a gateway, with an address of the inside or not
    "network_policy",   # whom a cluster lets in; attributes: selector, namespace, limits (bool)
    "cluster_rights",   # what a service account may do: name is the account; attributes: namespace, role, rules ("verbs resources")
    "cluster_role",     # rights under a name; attributes: rules
    "agent_right",      # what a coding agent may do without asking, or what runs by itself: name is the client; attributes: what
                        # (approval_off|any_command|servers_trusted|sandbox_off|deny_list|hook), rule, event, downloads_and_runs
    "chart_values",     # what the values of a chart say below one key; attributes: chart (where it is said), values ("path=value"),
                        # value_lines (parallel), at (the folder of a chart of this tree that is installed with them)
    "mounted_file",     # a file that a map of settings is made of: name is its path below the file; attributes: into (the map), key
    "gateway",          # the settings of a gateway of models; attributes: values ("path=value"), value_lines (parallel)
    "proxy",            # what a web server hands on: name is the target "host:port"; attributes: location, public, authenticated, limited,
                        # rate_limited, tls, body_logged_at (the line of a log's format that holds what callers send); of Envoy also
                        # headers (that a caller cannot set), judged_later (bool: by a filter that may turn away),
                        # optional_at (the line by which a token may be missing), administration (bool)
    "api",              # a description of an API; attributes: servers, schemes, plain_http
    "api_route",        # one of its operations; attributes: method, path, secured (bool), stated (bool)
    "prompt",           # a prompt file: name is its path; attributes: format, service, model, inputs, template, system (bool)
    "ml_stage",         # one step of a training pipeline; attributes: tool, command, reads, writes, frozen
    "ml_data",          # data or a model under version control: name is its path; attributes: tool, pinned (bool), source
    "ml_model",         # a saved model; attributes: tool, flavors, run, signature (bool)
    "feature_column",   # a column that a training learns from; attributes: list (the key it stands under)
    "card",             # what describes a model or data; attributes: of (model|dataset), licence, task, library, gated (bool)
    "card_part",        # what the card says it is made from: name of a model or data; attributes: what (base_model|dataset), relation
    "card_statement",   # what it is for, or not for: name is intended_use or limit; attributes: text
    "page_settings",    # the address that pages of Streamlit listen on, markup that messages of Chainlit may hold; name is its key;
                        # attributes: address, raw_markup (bool)
    "resource",         # one resource of a cloud; name is its address; attributes: format, type, values ("path=value"),
                        # value_lines (parallel)
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing a configuration file says."""

    kind: SettingKind
    name: str
    attributes: Mapping[str, Attribute]
    place: Place


@dataclass(frozen=True, slots=True)
class ConfigFacts:
    path: str
    purpose: Purpose
    settings: tuple[Setting, ...]
    lines: int
    unseen: tuple[Passage, ...] = ()  # what invisible characters spell
    comments: tuple[Comment, ...] = ()  # those that speak to threatloom


@dataclass(frozen=True, slots=True)
class StoredText:
    """A text that a file holds for code to load."""

    key: str  # where it stands in a file of keys, `answers.system`; empty for a whole file
    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class TextFacts:
    path: str
    purpose: Purpose
    texts: tuple[StoredText, ...]
    lines: int
    unseen: tuple[Passage, ...] = ()  # what invisible characters spell
    comments: tuple[Comment, ...] = ()  # those that speak to threatloom
    settings: tuple[Setting, ...] = ()  # what a prompt file says of its model


ModelFormat = Literal[
    "pickle", "joblib", "torch", "torch_legacy", "torchscript", "numpy", "numpy_archive", "keras", "hdf5", "saved_model", "onnx", "gguf",
    "safetensors", "tokenizer_config", "pointer",
]  # fmt: skip

ModelPartKind = Literal[
    "import",  # a pickle looks this name up, which imports its module
    "call",  # a pickle calls it
    "layer",  # a Keras layer whose code stands in the file
    "class",  # a class that a Keras file names and its loader makes
    "operation",  # an operation of a graph that is no plain arithmetic by its name or domain
    "template",  # a line of a chat template
    "file",  # another file that this one names
    "code",  # a part that is a program of its own: compiled TorchScript
    "metadata",  # what the file says of itself
]


@dataclass(frozen=True, slots=True)
class ModelPart:
    """One entry of a model file's listing: something that bears code, or that the file says of itself."""

    kind: ModelPartKind
    name: str  # `os.system`, `PyFunc`, `tokenizer.chat_template`
    text: str  # what stands there
    place: Place  # counts entries of the listing; `where` says at which byte or in which part of the file


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """A model file, by its structure: never loaded."""

    path: str
    purpose: Purpose
    format: ModelFormat
    attributes: Mapping[
        str, Attribute
    ]  # size, sha256, architecture, licence, base_model, source, tensors, called (what its suffix says) ...
    parts: tuple[ModelPart, ...]
    notes: tuple[str, ...] = ()  # what was not examined, and why
    lines: int = 0  # it has none


Facts = CodeFacts | DocumentFacts | ConfigFacts | TextFacts | ModelFacts
