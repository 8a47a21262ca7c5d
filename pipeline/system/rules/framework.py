"""What a framework file says: the schema of `pipeline/knowledge/frameworks/<name>.yaml`.

A framework file maps qualified names to elements, sources, sinks and controls. Names may end in `.*`
or hold `*` for one or more characters. A renamed API is a new name in a list, not a branch in code.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from pipeline.system.model import AttributeValue, ControlKind, ElementKind, Frozen, Label, SinkRole, Zone


def _compiles(text: str) -> str:
    try:
        re.compile(text)
    except (re.error, OverflowError, RecursionError) as problem:
        raise ValueError(f"no regular expression: {problem}") from problem
    return text


Pattern = Annotated[str, AfterValidator(_compiles)]
"""A regular expression, tried when knowledge is loaded and not only when it is asked."""

Argument = str
"""A keyword name, a position ("0", "1", "-1" for the last), alternatives joined by "|" ("model|0"), "*" for all, or "receiver".

`config.limit` is the entry `limit` of what is given as `config`; `1.body` that of the argument at position 1. In languages
that pass options as an object (TypeScript, JavaScript) a keyword name also means the property of that name of any object
given as an argument: `messages` finds both `create(messages=x)` and `create({messages: x})`.
"""

RelationKind = Literal["has_tool", "uses_model", "uses_memory", "uses_retriever", "uses_store", "has_prompt", "loads", "trained_on",
                       "produces", "serves", "runs_in", "calls", "stores_into", "embeds_with"]  # fmt: skip


class Flag(Frozen):
    """What a constant argument, or its absence, says. Exactly one test; then an attribute or a control."""

    argument: Argument
    equals: AttributeValue | None = None
    matches: Pattern | None = Field(default=None, description="Regular expression the constant matches.")
    present: bool = False
    absent: bool = False
    at_most: float | None = Field(default=None, description="A number no greater than this: a limit that limits.")
    not_constant: bool = Field(default=False, description="Given, but its value is not known from the code.")
    attribute: str | None = None
    value: AttributeValue = True
    control: ControlKind | None = None

    @model_validator(mode="after")
    def _one_test(self) -> Self:
        tests = [self.equals is not None, self.matches is not None, self.present, self.absent, self.not_constant, self.at_most is not None]
        if sum(tests) != 1:
            raise ValueError("a flag needs exactly one of equals, matches, present, absent, not_constant, at_most")
        if (self.attribute is None) == (self.control is None):
            raise ValueError("a flag gives an attribute or a control, one of them")
        return self


class CallRule(Frozen):
    """A call, a construction, or a read of an attribute (`read`)."""

    call: tuple[str, ...] = ()
    read: tuple[str, ...] = Field(default=(), description="Reading this attribute gives the result (flask.request.args).")
    kind: ElementKind | None = Field(default=None, description="The element this call is, or uses.")
    element_from: Argument = Field(
        default="call",
        description="`call`: the element is this call. `receiver`, or an argument: it is the one the receiver, or what is given there, "
        "was constructed as.",
    )
    name: str | None = None
    name_from: Argument | None = None
    table_from: Literal["member", "chain", "mapped", "listed", "receiver", "entity"] | None = Field(
        default=None,
        description="Of object mappers: `member` where the method is called on a member named for the table (`prisma.message.create`), "
        "`chain` where the table was given to a link before (`db.insert(notes).values`), `mapped` where a class of the program stands for "
        "it (`Note.objects.filter`), `listed` where the second argument is the parts of its name, `receiver` where the object is called "
        "as the table is (`Note.findById`, `noteRepository.find`), `entity` where the chain begins with a set of records "
        "(`db.Notes.Where`). What a read joins beside it is read as well.",
    )
    zone: Zone | None = None
    attributes: dict[str, AttributeValue] = Field(default_factory=dict)
    flags: tuple[Flag, ...] = ()
    where: dict[Argument, Pattern] = Field(
        default_factory=dict,
        description="Argument -> regular expression that its names or its text match; where it does not, the rule is not about this call.",
    )
    sinks: dict[Argument, SinkRole] = Field(default_factory=dict, description="Argument -> what data becomes there.")
    standard_input: Argument | None = Field(
        default=None,
        description="What is typed into the process that the call starts or, without sinks, is called on: what it becomes depends on the "
        "program that was started.",
    )
    result: Label | None = Field(default=None, description="What the call gives back, as a source of data.")
    listeners: dict[Argument, tuple[str, ...]] = Field(
        default_factory=dict,
        description="With `result`: argument -> methods of the object given there in which what comes back arrives; a function is one.",
    )
    one_segment: Argument | Literal["entry"] | None = Field(
        default=None,
        description="The result is one segment of the address, without a separator, unless a route takes all that is left under the name "
        "given here; `entry`: each entry of the result is one.",
    )
    relations: dict[Argument, RelationKind] = Field(default_factory=dict)
    approval_of: Argument | None = Field(
        default=None,
        description="The tools of the element, by their names, whose calls wait for a person; a function is asked for all of them.",
    )
    control: ControlKind | None = Field(default=None, description="The call is a control.")
    protects: Literal["element", "application", "function", "data", "receiver", "routes"] = Field(
        default="data",
        description="What the control covers: the call's element; the whole application; every flow of the enclosing function; "
        "the data passed through it; the element the receiver is; the routes, or MCP servers, of the same framework below the "
        "folder of the file.",
    )
    cleans: tuple[SinkRole, ...] = Field(default=(), description="Data that passed through is harmless for these roles.")
    stops: bool = Field(default=False, description="The result carries nothing of the arguments (len, isinstance).")
    selects: bool = Field(
        default=False,
        description="What is given chooses among what the receiver holds and is no part of the result, which is the receiver's: a filter.",
    )
    calls_argument: Argument | None = Field(default=None, description="The function given here is called with the other arguments.")
    decorates_with: Argument | None = Field(
        default=None,
        description="As a decorator the call stands for those given here: `@method_decorator(login_required)`; on a class, for the "
        "method that its argument `name` names.",
    )
    returns_type: str | None = Field(default=None, description="Type of the result; `receiver` for fluent calls.")
    in_sight: RelationKind | None = Field(
        default=None, description="How the call's element stands to every tool of the framework, where `in_sight_where` holds."
    )
    in_sight_where: dict[Argument, Pattern] = Field(
        default_factory=dict, description="Argument -> regular expression that a name of what is given there matches; one is enough."
    )

    @model_validator(mode="after")
    def _named(self) -> Self:
        if not self.call and not self.read:
            raise ValueError("a rule needs call: or read:")
        return self

    @property
    def ends(self) -> dict[Argument, SinkRole]:
        """What data becomes at the arguments; what names a hosted model chooses which one the owner's account is charged for."""
        named: dict[Argument, SinkRole] = {self.name_from: "model_source"} if self.kind == "hosted_llm" and self.name_from else {}
        return named | self.sinks


class DecoratorRule(Frozen):
    """A function that a framework calls.

    Decorated, registered by a call (`registers`), offered by a file under a known name (`exports`), or known by what it takes and reads
    of it (`takes`), where a platform is told its name outside of the code.
    """

    decorator: tuple[str, ...] = ()
    takes: tuple[Pattern, ...] = Field(
        default=(),
        description="Functions of a module whose first parameters have these names, in this order: `(event, context)`; with `exports` "
        "only functions that do are meant.",
    )
    reads: tuple[str, ...] = Field(
        default=(), description="For `takes`: entries of the first parameter; the function, or one it is handed to, reads one of them."
    )
    registers: tuple[str, ...] = Field(default=(), description="Calls that take the function as an argument (app.add_url_rule).")
    function_argument: Argument = Field(default="0", description="For `registers`: where the function is.")
    methods: tuple[str, ...] = Field(
        default=(),
        description="For `registers`: methods of classes given there that are called; in a table each class follows its address.",
    )
    in_tables: bool = Field(
        default=False, description="For `registers`: the functions stand in tables of tables, each named by its key: `{Query: {ask}}`."
    )
    of_returned: bool = Field(default=False, description="For `decorator`: the function that the decorated one returns is meant.")
    not_of: tuple[str, ...] = Field(
        default=(), description="For `decorator`: decorators of classes whose methods are none: a client that describes what it asks for."
    )
    where: dict[Argument, Pattern] = Field(
        default_factory=dict, description="For `registers`: argument -> regular expression that its names or its text match."
    )
    exports: tuple[str, ...] = Field(default=(), description="Names under which files offer functions to the framework (POST, default).")
    files: Pattern | None = Field(
        default=None,
        description="For `exports`: regular expression of the paths below the root it holds for. Its groups `path` and `method` are the "
        "address of a route and its method, `root` is the folder whose routes a function with `runs_before` runs before.",
    )
    members: tuple[str, ...] = Field(
        default=(), description="For `exports`: methods of the object or class that is offered: `export default { fetch(request) {} }`."
    )
    described_by: tuple[str, ...] = Field(
        default=(),
        description="Constructions that describe a command; the function is one of `members` beside it, in a record or among the exports.",
    )
    in_calls: bool = Field(
        default=False, description="For `exports`: the function stands in the call that makes what is offered: `defineEventHandler(ask)`."
    )
    runs_before: bool = Field(
        default=False, description="For `exports`: the function runs before the routes below its folder that the `config.matcher` names."
    )
    not_before: tuple[str, ...] = Field(
        default=(), description="With `runs_before`: frameworks whose servers are processes of their own, wherever their files lie."
    )
    directive: str | None = Field(default=None, description="For `exports`: a string that stands alone at the file's top ('use server').")
    used_in: str | None = Field(
        default=None,
        description="With `directive`: the string at the top of files for browsers; what only other files import is not offered.",
    )
    receives: dict[str, str] = Field(
        default_factory=dict,
        description="For `registers` and `exports`: position -> type of that parameter, where the code does not say it.",
    )
    kind: ElementKind | None = Field(default=None, description="None: the rule says only what the function receives or gives.")
    relations: dict[Argument, RelationKind] = Field(
        default_factory=dict,
        description="What the function is to the element given there: `receiver: has_tool` where the decorator hangs on an agent.",
    )
    control: ControlKind | None = Field(default=None, description="The decorator is this control, of the whole application.")
    gathered_as: str | None = Field(
        default=None, description="The attribute in which the object keeps what its methods so decorated return: `agents`."
    )
    name_from: Argument | None = Field(default=None, description="Argument of the decorator; else the function's name.")
    method_from: Argument | None = Field(
        default=None, description="For routes: the argument that says the method: `router.Method(http.MethodPost, path, handler)`."
    )
    address_from: tuple[str, ...] = Field(
        default=(), description="Decorators of the class, or beside this one, whose first argument is a part of the address."
    )
    zone: Zone | None = None
    attributes: dict[str, AttributeValue] = Field(default_factory=dict)
    flags: tuple[Flag, ...] = ()
    parameters: Label | None = Field(default=None, description="What the function's parameters carry.")
    parameters_at: tuple[int, ...] = Field(default=(), description="Only parameters at these positions carry it; empty: all.")
    parameters_named: tuple[str, ...] = Field(
        default=(), description="Only parameters of these names carry it, where the framework hands in by name; empty: all."
    )
    except_types: tuple[str, ...] = Field(default=(), description="Parameters of these types carry nothing (Response, BackgroundTasks).")
    parameter_types: dict[str, Label] = Field(default_factory=dict, description="Parameter type -> what it carries (UploadFile).")
    returns: SinkRole | None = Field(
        default=None, description="What the answer becomes; `system_prompt`: the instructions of the agent that the decorator hangs on."
    )
    in_sight: RelationKind | None = Field(
        default=None, description="For decorators of classes: how the agents that its methods are stand to every tool of the program."
    )
    in_sight_only_named: bool = Field(default=False, description="With `in_sight`: only tools that the decorator names.")
    shares: bool = Field(
        default=False, description="Functions registered on the same object share a state: an entry one returns is read by the others."
    )
    injects: tuple[str, ...] = Field(
        default=(), description="Calls in defaults or annotations that mark an injected parameter (fastapi.Depends)."
    )


class ClassRule(Frozen):
    """A class that inherits from a base of the framework."""

    base: tuple[str, ...]
    kind: ElementKind | None = None
    method: tuple[str, ...] = Field(default=(), description="The methods the framework calls.")
    run_by: tuple[str, ...] = Field(default=(), description="Methods of the base in which it calls them: `server.process(body)`.")
    around_tools: bool = Field(
        default=False, description="`method` runs in place of each tool of the framework, which its last parameter leads on to."
    )
    parameters: Label | None = None
    returns: SinkRole | None = None
    attributes: dict[str, AttributeValue] = Field(default_factory=dict)
    control: ControlKind | None = Field(default=None, description="Inheriting from the base is this control of the class's views.")


class PolicyRule(Frozen):
    """What views say in a field of their class, or a setting for all that say nothing: who may call them, and how often."""

    base: tuple[str, ...] = Field(default=(), description="Classes of views.")
    decorator: tuple[str, ...] = Field(default=(), description="What makes a view of a function.")
    attribute: str = Field(description="The field of the class: `permission_classes`.")
    method: str | None = Field(default=None, description="The method that gives it instead, for each call: `get_permissions`.")
    mark: tuple[str, ...] = Field(default=(), description="The decorator that gives it to a function.")
    setting: str | None = Field(default=None, description="The module variable and its entry that holds where a view says nothing.")
    control: ControlKind
    open: tuple[str, ...] = Field(default=(), description="Classes that refuse nobody.")
    open_to_read: tuple[str, ...] = Field(default=(), description="Classes that refuse nobody who only reads.")
    only_with: dict[str, str] = Field(default_factory=dict, description="Class -> field without which it does nothing.")
    refuses: tuple[str, ...] = Field(
        default=(), description="Methods of a class of the project that refuse; one that returns True, or nothing, refuses nobody."
    )


class Framework(Frozen):
    name: str
    read_from: Annotated[tuple[str, ...], Field(min_length=1, description="Packages and versions the names were read from.")]
    packages: tuple[str, ...] = Field(default=(), description="Top-level import names.")
    types: dict[str, str] = Field(
        default_factory=dict,
        description="Call -> type of what it returns; `receiver` for fluent calls, `argument` for what wraps its first argument.",
    )
    aliases: dict[str, str] = Field(default_factory=dict, description="Other qualified name -> the name used in this file (prefix match).")
    calls: tuple[CallRule, ...] = ()
    decorators: tuple[DecoratorRule, ...] = ()
    classes: tuple[ClassRule, ...] = ()
    policies: tuple[PolicyRule, ...] = ()
