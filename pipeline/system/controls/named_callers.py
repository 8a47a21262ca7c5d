"""Routes that know who calls and act for the person whom the request names: `service.History(dto.UserId)` behind a login.

Takes an assembly whose entries are known and asked for their callers. What the request says under a name for a person (`userId`,
`customer_email`) is followed from the route's parameters into what it runs, through objects of the request, interfaces and repositories;
marked is a route by which it chooses whose records are read, or for whom something is written: `anybodys_conversation` where stored
conversations are given, else `acts_for_named`. Left alone is a route that looks at who calls anywhere on its way, whatever it does with it,
so that doubt is silence; so are programs whose logins tell no persons apart, and routes for those who may act for others.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from ingest.code.program import FunctionRef, Node
from ingest.code.runners import handed_on
from ingest.facts import Parameter
from pipeline.system.assembly import Assembly
from pipeline.system.controls.mapped_statements import snake
from pipeline.system.controls.owned_conversations import is_for_few, knows_caller
from pipeline.system.controls.owned_statements import OWNER
from pipeline.system.elements.open_logins import functions_behind
from pipeline.system.program.walking import inputs_of, inside, walk
from pipeline.system.rules.words import words_of

_PERSON = re.compile(
    r"(?:\w+_)?(?P<who>user|owner|account|customer|member|author|tenant)_?(?:id|uuid|guid|email)|(?P<uid>uid)|(?P<mail>user_?name)",
    re.IGNORECASE,
)
_OTHERS = re.compile(
    r"(?:target|other|friend|to|recipient|receiver|assigned?|assignee|invited?|new|admin|reported|followed|blocked)_", re.IGNORECASE
)
_SAYS_WHO = re.compile(
    r"(?:get_|the_|require_|resolve_|my_|i_)*(?:current|signed_in|logged_in|authenticated|auth|session|login|acting|request)_(?:user|principal|account|member)\w*"
    r"|(?:get_)?(?:claims?|principal|claims_principal|authentication|security_context(?:_holder)?|http_context(?:_accessor)?|jwt_payload)"
    r"|(?:token|jwt|user)_(?:payload|data|claims)|(?:verify|decode|validate|parse)_?\w*(?:token|jwt)|get_(?:auth|server_session|jwt_identity|user_from_token)"
    r"|who_?am_?i|find_first(?:_value)?|caller(?:_id)?|current_member|me_id|my_id",
)
_OF_REQUEST = frozenset({"req", "request", "ctx", "context", "c", "g", "state", "session", "info", "auth", "locals", "call", "event"})
_CALLER = frozenset({"user", "User", "auth", "session", "principal", "account", "userId", "user_id", "uid", "UserId"})
_INJECTED_CALLER = frozenset({"user", "principal", "claims", "identity", "auth", "me", "caller", "member", "authentication", "token"})
_INJECTS = frozenset({
    "AuthenticationPrincipal", "RequestAttribute", "RequestHeader", "CookieValue", "Header", "Cookie", "Depends", "Security",
    "FromHeader", "FromServices", "CurrentSecurityContext", "SessionAttribute",
})  # fmt: skip
_ASKED_OF = frozenset({
    "Query", "Path", "Body", "Form", "File", "FromQuery", "FromRoute", "FromBody", "FromForm", "Param", "PathVariable", "RequestParam",
    "RequestBody", "RequestPart", "ModelAttribute", "QueryParam", "PathParam", "FormParam",
})  # fmt: skip
_OF_FORM = frozenset({
    "Valid", "Validated", "NotNull", "NotBlank", "NotEmpty", "Min", "Max", "Size", "Pattern", "Email", "Required", "Positive",
    "Field", "Range", "StringConstraints", "Parameter", "ApiParam", "Nullable", "Length", "StringLength", "MaxLength", "MinLength",
    "RegularExpression", "NonNull",
})  # fmt: skip
_SENT = frozenset({"body", "params", "query", "args", "form", "path_params", "query_params"})
_SAME = re.compile(
    r"str|uuid|int|long|object_?id|parse(?:_?int|_?long|_?uuid|_?guid|_?exact)?|to_?string|number|string|value_?of|from_?string|strip|trim|lower"
    r"|to_?lower(?:_?case)?|to_?upper|upper|cast|as_uuid|try_?parse|or_?else(?:_?throw)?|get|validate|sanitize|normali[sz]e"
)
_READERS = frozenset({"NewDecoder", "NewReader", "ReadAll", "LimitReader", "MaxBytesReader", "TeeReader", "NewBuffer", "Bytes"})
_WRITES_OTHERWISE = (["normalize"], ["normalise"], ["sanitize"], ["clean"], ["trim"], ["canonicalize"])  # the project's own functions
_STORES = re.compile(
    r"(?:\w+_)?(?:find|create|insert|update|delete|save|upsert|where|filter|filter_by|get|add|count|aggregate|values|put|query|select|first|all|any"
    r"|single|remove|execute|set|persist|exists)(?:_\w+)?"
)
_OF_OWNERS = re.compile(r"\w*_?(?:by|for|of)_(?:\w+_)?(?:user|owner|account|customer|member|author|tenant)(?:_\w+)?")
_SETS_OWNER = re.compile(r"set_(?:user|owner|customer|account|member)_id")
_LOGS = re.compile(r"(?:.*\.)?(?:log\w*|logger|console|logging|print\w*|println|_logger)", re.IGNORECASE)
_WRITTEN = re.compile(r"\b(?:insert\s+into|select\s|update\s|delete\s+from)", re.IGNORECASE)
_CONVERSATIONS = frozenset({
    "conversation", "conversations", "chat", "chats", "history", "histories", "thread", "threads", "message", "messages",
    "transcript", "transcripts", "session", "sessions", "memory", "memories",
})  # fmt: skip
_ACCOUNTS = frozenset({
    "login", "signin", "register", "signup", "token", "password", "webhook", "webhooks", "callback", "verify", "invite",
    "invites", "share", "follow", "admin",
})  # fmt: skip
_MOST_FUNCTIONS, _MOST_ROUNDS, _MOST_INSIDE, _MOST_READ = 80, 4, 40, 12


def mark_named_callers(assembly: Assembly) -> None:
    """Marks routes that act for whoever is named, with the line where that chooses something."""
    told_apart: bool | None = None
    for reference, identity in sorted(assembly.entry_of_function.items()):
        draft = assembly.draft(identity)
        if draft.kind != "http_route" or draft.attributes.get("anybodys_conversation") or is_for_few(assembly, identity):
            continue
        if not knows_caller(assembly, identity) or not _ACCOUNTS.isdisjoint(_words(assembly, reference, identity)):
            continue
        route = NamedInRoute(assembly, reference)
        chosen = route.chosen() if route.named else None
        if chosen is None or route.asks_who_calls():
            continue
        node, who = chosen
        if told_apart is None:
            told_apart = _tells_persons_apart(assembly)
        if not told_apart or not (who in ("user", "uid", "mail") or _is_compared_elsewhere(assembly, who)):
            continue
        gives = str(draft.attributes.get("method") or "") in ("GET", "DELETE")
        talk = not _CONVERSATIONS.isdisjoint(_words(assembly, reference, identity))
        draft.attributes["anybodys_conversation" if gives and talk else "acts_for_named"] = True
        draft.show(assembly.cite(node, "sink", "whom the request names is believed, and not compared with who calls"))


def _words(assembly: Assembly, reference: FunctionRef, identity: str) -> set[str]:
    path = str(assembly.draft(identity).attributes.get("path") or "")
    function = assembly.program.function(reference)
    said = [*path.split("/"), function.name, (function.owner or "").rpartition(".")[2]]
    return {word for part in said if part[:1] not in ":{<[" for word in words_of(part)}


class NamedInRoute:
    """What a route is told of a person, and where that goes."""

    def __init__(self, assembly: Assembly, reference: FunctionRef, who: Callable[[str], str] | None = None) -> None:
        self.assembly, self.reference, self._who = assembly, reference, who or _who
        self.functions = functions_behind(assembly, reference)[:_MOST_FUNCTIONS]
        self._within = set(self.functions)
        self.values = [
            (file, number)
            for file in sorted({file for file, _scope in self.functions})
            for number, value in enumerate(assembly.program.files[file].values)
            if (file, value.scope) in self._within
        ]
        self.sent: set[Node] = set()  # the request's objects
        self.named: dict[Node, str] = {}  # what is said of a person, by whom it is: `user`, `customer`
        self.injected: set[Node] = set()
        self._begin()
        self._follow()

    def _begin(self) -> None:
        program = self.assembly.program
        file = self.reference[0]
        for parameter in program.function(self.reference).parameters:
            node = (file, parameter.value)
            labels = {source.label for source in self.assembly.sources.get(node, ())}
            marks = {one.rsplit(".", 1)[-1] for one in self._marks(file, parameter)}
            if "identity" in labels:
                self.injected.add(node)
            elif marks.isdisjoint(_ASKED_OF) and not marks <= _OF_FORM:
                # A dependency or a decorator of the project's own: what is named for a person comes of the login.
                if marks.isdisjoint(_INJECTS) and not self._who(parameter.name) and "user_input" in labels:
                    self.sent.add(node)
                elif any(_SAYS_WHO.fullmatch(snake(one)) for one in marks) or _is_of_login(parameter.name, marks):
                    self.injected.add(node)
            elif who := self._who(parameter.name):
                self.named[node] = who
            elif "user_input" in labels:
                self.sent.add(node)
        for node in self.values:
            value = program.value(node)
            if value.kind in ("attribute", "index", "call", "await") and value.scope == self.reference[1]:
                told = any(source.label == "user_input" for source in self.assembly.sources.get(node, ()))
                if told or (value.kind == "attribute" and value.text in _SENT):
                    self.sent.add(node)

    def _marks(self, file: int, parameter: Parameter) -> Iterator[str]:
        """What stands on a parameter besides its type: decorators, attributes, and what a default calls, with what these are given."""
        program = self.assembly.program
        for start in (parameter.annotation, parameter.default):
            for part in inside(program, (file, start), 12) if start is not None else ():
                value = program.value(part)
                if value.kind == "call":
                    yield from (
                        program.value((file, one)).text for one in value.inputs if program.value((file, one)).kind in ("name", "attribute")
                    )

    def _follow(self) -> None:
        program = self.assembly.program
        for _ in range(_MOST_ROUNDS):
            before = len(self.sent) + len(self.named)
            for node in self.values:
                value = program.value(node)
                given = [(node[0], one) for one in value.inputs]
                if value.kind == "call":
                    self._enter(node, given)
                    callee = program.value(given[0])
                    owner = (node[0], callee.inputs[0]) if callee.kind == "attribute" and callee.inputs else None
                    # A getter of the request's object, and what only writes a number in another form.
                    if owner in self.sent and len(given) == 1 and (who := self._who(re.sub(r"^get(?=[A-Z_])", "", callee.text))):
                        self.named[node] = who
                    elif _SAME.fullmatch(snake(callee.text)) and not program.targets(node):
                        taken = [*given[1:2], *([owner] if owner is not None else [])]
                        self._same(node, taken)
                    elif words_of(callee.text)[:1] in _WRITES_OTHERWISE and len(given) == 2 and given[1] in self.named:
                        self.named[node] = self.named[given[1]]
                elif value.kind in ("attribute", "index") and given:
                    if given[0] in self.sent:
                        if who := self._who(value.text):
                            self.named[node] = who
                        elif value.text in _SENT or value.text in ("data", "value"):
                            self.sent.add(node)
                    elif given[0] in self.named and value.text in ("value", "Value"):
                        self.named[node] = self.named[given[0]]
                elif value.kind == "update" and given and program.files[node[0]].language == "go":
                    if given[0] in self.sent or any(self._is_read_into(one) for one in given[1:]):
                        self.sent.add(node)
                elif value.kind in ("await", "guarded", "choice"):
                    self._same(node, given if value.kind == "choice" else given[:1])
            if len(self.sent) + len(self.named) == before:
                return

    def _is_read_into(self, node: Node) -> bool:
        """Whether something is filled from the request: `json.NewDecoder(r.Body).Decode(&wanted)`."""
        program = self.assembly.program

        def onward(one: Node) -> list[Node]:
            value = program.value(one)
            if value.kind == "call" and program.value((one[0], value.inputs[0])).text.rsplit(".", 1)[-1] not in _READERS:
                return [(one[0], value.inputs[0])]  # what a store finds by what was sent says what the store says
            return inputs_of(program, one)

        return not self.sent.isdisjoint(walk(node, onward, _MOST_READ))

    def _same(self, node: Node, given: list[Node]) -> None:
        who = next((self.named[one] for one in given if one in self.named), None)
        if who is not None:
            self.named[node] = who
        elif any(one in self.sent for one in given):
            self.sent.add(node)

    def _enter(self, call: Node, given: list[Node]) -> None:
        """Parameters of what is called take what the call gives."""
        if not any(one in self.sent or one in self.named for one in given[1:]):
            return
        program = self.assembly.program
        # What is run elsewhere, in a thread or later, takes it as well: `to_thread(service.answer, user_id=body.user_id)`.
        for function, position, handed in handed_on(program, call, program.value(call)):
            if function in self._within and position < len(program.function(function).parameters):
                self._take((function[0], program.function(function).parameters[position].value), handed)
        for target in program.targets(call):
            if target.function not in self._within or target.constructs:
                continue
            parameters = program.function(target.function).parameters
            for position, arguments in program.bind(call, target).items():
                if position >= len(parameters):
                    continue
                into = (target.function[0], parameters[position].value)
                for argument in arguments:
                    self._take(into, given[argument])

    def _take(self, into: Node, given: Node) -> None:
        if given in self.named:
            self.named[into] = self.named[given]
        elif given in self.sent:
            self.sent.add(into)

    def chosen(self) -> tuple[Node, str] | None:
        """Where a named person chooses what is read or for whom something is written."""
        program = self.assembly.program
        for node in self.values:
            value = program.value(node)
            given = [(node[0], one) for one in value.inputs]
            named = next((self.named[one] for one in given if one in self.named), None)
            if value.kind == "operation" and named and value.text in ("==", "===", "eq"):
                if any(program.value(one).kind == "attribute" and self._is_column(one, named) for one in given if one not in self.named):
                    return node, named
            elif value.kind == "call":
                if _LOGS.fullmatch(self._called_on(node)):
                    continue
                callee = snake(program.value(given[0]).text) if given else ""
                labelled = [
                    self.named[one]
                    for one, label in zip(given, value.labels, strict=False)
                    if one in self.named and OWNER.fullmatch(snake(label))
                ]
                inside_project = [target for target in program.targets(node) if not target.constructs]
                makes = program.value(given[0]).text[:1].isupper() or _STORES.fullmatch(callee)
                if labelled and makes and not any(program.function(t.function).returns for t in inside_project):
                    return node, labelled[0]
                if named and not self._is_written_here(node) and (_OF_OWNERS.fullmatch(callee) or _SETS_OWNER.fullmatch(callee)):
                    return node, named
                if (who := self._in_record(node, given)) and (_STORES.fullmatch(callee) or self._is_statement(given)):
                    return node, who
        for file in sorted({file for file, _scope in self.functions}):
            for store in program.files[file].stores:
                kept = (file, store.value) in self.named and (file, store.scope) in self._within and OWNER.fullmatch(snake(store.attribute))
                if kept and program.value((file, store.base)).text not in ("self", "this", "state"):
                    return (file, store.base), self.named[file, store.value]
        return None

    def _is_column(self, node: Node, who: str) -> bool:
        """Whether a field says whose a record is; of customers also the mail by which they are found."""
        program, value = self.assembly.program, self.assembly.program.value(node)
        if value.inputs and (node[0], value.inputs[0]) in self.sent:
            return False
        if OWNER.fullmatch(snake(value.text)) and not value.text.istitle():
            return True
        if OWNER.fullmatch(snake(value.text)) and re.search(r"(?:id|email)$", value.text, re.IGNORECASE):
            return True
        holder = program.value((node[0], value.inputs[0])).text if value.inputs else ""
        return value.text.lower() == "email" and who in words_of(holder)

    def _called_on(self, call: Node) -> str:
        program = self.assembly.program
        callee = program.value((call[0], program.value(call).inputs[0]))
        owner = program.value((call[0], callee.inputs[0])).text if callee.kind == "attribute" and callee.inputs else ""
        return owner or callee.text

    def _is_written_here(self, call: Node) -> bool:
        """Whether the project writes down what a call does; a method of a repository is often only declared."""
        program = self.assembly.program
        return any(self.assembly.calls_in(t.function) or program.function(t.function).returns for t in program.targets(call))

    def _in_record(self, call: Node, given: list[Node]) -> str | None:
        """Of whom an entry for an owner is, in an object or a list that a call is given."""
        program = self.assembly.program
        queue = [(one, 0) for one in given[1:4]]
        statement = self._is_statement(given)
        while queue:
            node, depth = queue.pop()
            value = program.value(node)
            if value.kind not in ("collection", "call") or (value.kind == "call" and not (statement and any(value.labels))):
                continue
            for one, label in zip(value.inputs, value.labels, strict=False):
                if (node[0], one) in self.named and (OWNER.fullmatch(snake(label)) or (statement and not label)):
                    return self.named[node[0], one]
                if depth < 2:
                    queue.append(((node[0], one), depth + 1))
        return None

    def _is_statement(self, given: list[Node]) -> bool:
        """Whether a call is given a statement that compares or fills in an owner."""
        texts = (self.assembly.program.constant(one) for one in given[1:3])
        return any(
            isinstance(text, str)
            and _WRITTEN.search(text[:400])
            and any(OWNER.fullmatch(word) for word in re.findall(r"\w+_(?:id|email)|\w+Id", text))
            for text in texts
        )

    def asks_who_calls(self) -> bool:
        """Whether anything on the way looks at who calls, other than to log it."""
        program = self.assembly.program
        logged = {
            (node[0], one)
            for node in self.values
            if program.value(node).kind == "call" and _LOGS.fullmatch(self._called_on(node))
            for one in program.value(node).inputs[1:]
        }
        for node in self.values:
            value = program.value(node)
            given = [(node[0], one) for one in value.inputs]
            if node in logged:
                continue
            if any(one in self.injected for one in given) and not (value.kind == "call" and _LOGS.fullmatch(self._called_on(node))):
                return True
            if node in self.sent or node in self.named:
                continue
            if any(source.label == "identity" for source in self.assembly.sources.get(node, ())) and node not in self.injected:
                return True
            if says_who(self.assembly, node, self.sent):
                return True
        return False


def says_who(assembly: Assembly, node: Node, sent: set[Node]) -> bool:
    """Whether a value is named for who calls."""
    value = assembly.program.value(node)
    if value.kind not in ("name", "attribute", "index"):
        return False
    if _SAYS_WHO.fullmatch(snake(value.text)) or value.text == "getSession":  # `get_session` of Python opens a database
        return True
    if value.kind == "name" or not value.inputs:
        return False
    base = (node[0], value.inputs[0])
    if value.text == "User" and assembly.program.value(base).text == "self":  # of a controller of ASP.NET
        return True
    if value.text in _CALLER and base not in sent:
        return assembly.program.value(base).text in _OF_REQUEST and (
            value.text != "session" or assembly.program.value(base).text in ("req", "request", "ctx")
        )
    return snake(value.text) == "get_user_id" and base not in sent


def _who(name: str) -> str:
    """Of whom a name tells: `user` of `userId`; nothing where it is somebody else than the one who asks."""
    plain = snake(name)
    said = _PERSON.fullmatch(plain)
    if said is None or _OTHERS.match(plain):
        return ""
    return said["who"] or ("uid" if said["uid"] else "mail")


def _is_of_login(name: str, marks: set[str]) -> bool:
    """Whether what is injected is named for who calls, by itself or by a decorator; a session of a database is not."""
    return bool(_who(name)) or not _INJECTED_CALLER.isdisjoint(words_of(name)) or any("user" in words_of(mark) for mark in marks)


def _tells_persons_apart(assembly: Assembly) -> bool:
    """Whether the program reads anywhere who calls: a key that all callers share says nothing of persons."""
    program = assembly.program
    if any(source.label == "identity" for sources in assembly.sources.values() for source in sources):
        return True
    return any(
        says_who(assembly, (file, number), set())
        for file, facts in enumerate(program.files)
        for number, value in enumerate(facts.values)
        if value.kind in ("name", "attribute", "index")
    )


def _is_compared_elsewhere(assembly: Assembly, who: str) -> bool:
    """Whether the program compares such a person with who calls: then callers are of their kind, and no staff that serves them."""
    for file, facts in enumerate(assembly.program.files):
        for number, value in enumerate(facts.values):
            if value.kind == "operation" and value.text in ("==", "!=", "===", "!=="):
                parts = list(_texts(assembly, (file, number)))
                if any(who in words_of(text) for text in parts) and any(_SAYS_WHO.fullmatch(snake(text)) for text in parts):
                    return True
    return False


def _texts(assembly: Assembly, node: Node) -> Iterator[str]:
    for part in inside(assembly.program, node, _MOST_INSIDE):
        value = assembly.program.value(part)
        if value.kind in ("name", "attribute", "parameter"):
            yield value.text
