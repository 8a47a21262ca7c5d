"""Routes that make somebody signed in without a proof, that let callers choose their own role, or that believe a message nobody signed.

Takes an assembly whose entries and ties are known. Marked are
- `signs_for_anyone`: a login whose code, with all that it runs, signs a token and nowhere names a password, a code, another service's
  word or anything else that proves who somebody is; a test that leaves it out in production alone is none,
- `role_as_sent`: a registration that stores the role or the flag of an administrator which the request brings, untested,
- `unsigned`: a route that other services call (a webhook, a payment's notification, also known by the event that it tests for), which
  changes something and nowhere names a signature; also one that reads what a telephone network posts of a call or a message, and one
  that compares a signature only where a secret is set, which is empty by default.
What is proven, tested or signed is not judged: a word of it is enough for silence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.code.program import FunctionRef, Node
from pipeline.system.assembly import Assembly
from pipeline.system.draft import Draft
from pipeline.system.flows.line_of_log import is_only_a_line
from pipeline.system.flows.switches import asked_only_if_set, never_asked
from pipeline.system.model import Evidence
from pipeline.system.program.enclosing import around
from pipeline.system.program.marks import marks_on
from pipeline.system.program.walking import inside, walk
from pipeline.system.rules.believed_messages import load_believed_messages
from pipeline.system.rules.signing import load_signing
from pipeline.system.rules.words import words_of

_LOGINS = frozenset({"login", "signin", "token", "impersonate", "authenticate"})
_NO_LOGINS = frozenset({
    "refresh", "logout", "signout", "register", "signup", "callback", "oauth", "oauth2", "google", "github", "sso", "guest", "anonymous",
    "revoke",
    "verify", "validate", "me", "csrf", "count", "tokens", "usage", "page",
})  # fmt: skip
_SIGNS = frozenset({
    "encode", "sign", "signAsync", "SignJWT", "NewWithClaims", "WriteToken", "CreateToken", "create_access_token", "createAccessToken",
    "SignedString", "compact",
})  # fmt: skip
_OF_TOKENS = re.compile(r"jwt|jws|jose|token|claims", re.IGNORECASE)
_PROOF = re.compile(
    r"pass(?!ed|ing|es|port$)|pwd|otp|(^|(?<!status)(?<!error)_)code$|credential|bcrypt|argon|scrypt|compare|verif|challenge|nonce|oauth|id_?token|google"
    r"|ldap|saml|signature|refresh|web_?authn|magic|invite|authenticat(e|ion_?manager)|api_?key|init_?data|hmac|telegram|wallet|secret_?(answer|word)",
    re.IGNORECASE,
)
_SIGNING = re.compile(r"(?:sign|create|generate|issue|make|encode|build|mint)_(?:\w+_)?(?:tokens?|jwt)")
_BESIDE = re.compile(r"(?:create|insert|save|add|to|map|from|normali[sz]e|log|emit|send)(?:_|$)|__init__$")  # functions that prove nothing
_BEFORE = re.compile(r"guard|passport|local_?(auth|strategy)|require_?(auth|login|user)|login_required", re.IGNORECASE)
_SUBJECT = re.compile(r"(?:user|customer|account|member|client|person|employee)(?:_?(?:id|name))?|e?_?mail|phone\w*", re.IGNORECASE)
_ONLY_THERE = frozenset({"development", "dev", "test", "testing", "local"})
_REGISTERS = frozenset({"register", "registration", "signup", "user", "users", "account", "accounts"})
_ROLE = re.compile(r"(?:user_?)?roles?|is_?(?:admin|superuser|staff|owner)|admin|permissions|authorities|privileges", re.IGNORECASE)
_KEEPS = frozenset({"save", "create", "insert", "add", "insertOne", "persist"})
_REQUEST = frozenset({"body", "json", "get_json", "data", "form", "parse", "validated", "safeParse", "BindJSON", "ShouldBindJSON"})
_COMPARED = frozenset({"==", "!=", "===", "!==", "in", "not in"})
_CALLED = frozenset({"webhook", "webhooks", "hook", "hooks", "ipn"})
_PAID = frozenset(
    {"payment", "payments", "pay", "stripe", "paypal", "xendit", "midtrans", "razorpay", "order", "billing", "subscription", "checkout"}
)
_TOLD = frozenset({"notify", "notification", "notifications", "callback", "ipn", "webhook"})
SIGNED = re.compile(
    r"sign(?!up|in|al)|hmac|verif|secret|construct_?event|digest|sha_?\d|timing_?safe|token(?!s|i)|auth(?!or)|hash|allow(ed)?_?ips?",
    re.IGNORECASE,
)
_OF_CALLS = frozenset({"CallSid", "MessageSid", "SmsSid", "SmsMessageSid"})  # fields by which Twilio names a call or a message
_STORES = frozenset({"data_store", "memory", "queue", "file_store", "vector_store"})
_WRITES = re.compile(
    r"(?i:save|insert|update|commit|create|upsert|delete|publish|enqueue|delay|release|refund|settle|confirm|approve|activate|credit|record|mark)"
    r"(?:_\w+|[A-Z]\w*)?"
)
_MOST, _MOST_VALUES = 60, 60


def mark_open_logins(assembly: Assembly) -> None:
    """Marks routes, each with the line that shows it."""
    for reference, identity in sorted(assembly.entry_of_function.items()):
        draft = assembly.draft(identity)
        if draft.kind not in ("http_route", "webhook"):
            continue
        path = [word for part in str(draft.attributes.get("path") or "").split("/") if part[:1] not in ":{<[" for word in words_of(part)]
        done = words_of(assembly.program.function(reference).name)
        if draft.kind == "http_route":
            said = {*path[-3:], *done, "".join(path[-2:])}
            if not _LOGINS.isdisjoint(said) and _NO_LOGINS.isdisjoint(said):
                _mark(
                    assembly, draft, "signs_for_anyone", _unproven(assembly, reference), "a token is signed, and nothing proves whose it is"
                )
            if asks_to_change(draft) and not _REGISTERS.isdisjoint({*path[-2:], "".join(path[-2:]), *done}):
                _mark(assembly, draft, "role_as_sent", _role_as_sent(assembly, reference), "the caller says which rights they have")
        if not asks_to_change(draft):
            continue
        functions = functions_behind(assembly, reference)
        told = not _CALLED.isdisjoint({*path, *done}) or (not _TOLD.isdisjoint({*path, *done}) and not _PAID.isdisjoint({*path, *done}))
        believes = _believes_payment(assembly, functions) or (told and changes_something(assembly, functions, identity))
        if (believes and not _names_signature(assembly, functions)) or _is_a_call_unsigned(assembly, functions):
            draft.attributes["unsigned"] = True
        elif told and changes_something(assembly, functions, identity) and (off := _signature_left_out(assembly, functions)) is not None:
            draft.attributes["unsigned"] = True
            draft.show(off)


def _mark(assembly: Assembly, draft: Draft, attribute: str, node: Node | None, note: str) -> None:
    if node is None:
        return
    draft.attributes[attribute] = True
    cited: Evidence | None = assembly.cite(node, "sink", note)
    draft.show(cited)


def asks_to_change(draft: Draft) -> bool:
    return str(draft.attributes.get("method") or "") in ("POST", "PUT", "PATCH", "")


def functions_behind(assembly: Assembly, reference: FunctionRef) -> list[FunctionRef]:
    """Functions that a route runs, and those inside them: what a transaction is handed runs as well."""
    found = {reference, *sorted(assembly.reach(reference))[:_MOST]}
    inner = ((file, number) for file in {f for f, _n in found} for number in range(len(assembly.program.files[file].functions)))
    return sorted({*found, *(one for one in inner if _is_inside(assembly, one, found))})


def _is_inside(assembly: Assembly, function: FunctionRef, outer: set[FunctionRef]) -> bool:
    program = assembly.program
    return any(one in outer and program.function(one).name != "<module>" for one in around(program, function) if one != function)


def names_in(assembly: Assembly, function: FunctionRef) -> Iterator[str]:
    """Names of everything that a function is made of."""
    facts = assembly.program.files[function[0]]
    yield facts.functions[function[1]].name
    yield from (parameter.name for parameter in facts.functions[function[1]].parameters)
    for value in facts.values:
        if value.scope == function[1] and value.kind in ("name", "attribute", "index", "parameter"):
            yield value.text


# Logins


def _unproven(assembly: Assembly, reference: FunctionRef) -> Node | None:
    """The call that signs a token for whoever is named."""
    program, found, subject = assembly.program, None, False
    if _is_let_in_before(assembly, reference):
        return None
    functions = functions_behind(assembly, reference)
    signing = {one for one in functions if _SIGNING.fullmatch("_".join(words_of(program.function(one).name)))}
    below = {inner for one in signing for inner in assembly.reach(one)}
    for function in functions:
        called = "_".join(words_of(program.function(function).name)) or program.function(function).name
        beside = function in below or (
            function != reference and _BESIDE.match(program.function(function).name.removeprefix("get_")) is not None
        )
        for name in names_in(assembly, function) if not beside and not _BESIDE.match(called) else ():
            if _PROOF.search("_".join(words_of(name))):
                return None
            subject = subject or _SUBJECT.fullmatch("_".join(words_of(name))) is not None
        for call in assembly.calls_in(function) if function not in below else ():
            if any(target.function in signing for target in program.targets(call)) or _signs(assembly, call):
                found = found or call
    if found is None or not subject or _is_for_few_places(assembly, reference):
        return None
    return found


def _is_let_in_before(assembly: Assembly, reference: FunctionRef) -> bool:
    """Whether a guard asks before the route runs (`@UseGuards(LocalAuthGuard)`), or the token is for who was signed in (`req.user`)."""
    program, (file, scope) = assembly.program, reference
    marks = [*marks_on(assembly, reference), *(entry.marker for entry in assembly.sites.entries if entry.function == reference)]
    said = [
        program.value(part).text for mark in marks for part in inside(program, mark, _MOST_VALUES) if program.value(part).kind != "constant"
    ]
    if any(_BEFORE.search(text) or _PROOF.search("_".join(words_of(text))) for text in said if len(text) < 60):
        return True
    facts = program.files[file]
    known = (value for value in facts.values if value.scope == scope and value.kind == "attribute" and value.text == "user")
    return any(facts.values[value.inputs[0]].text in ("req", "request", "ctx", "context") for value in known if value.inputs)


def _signs(assembly: Assembly, call: Node) -> bool:
    """Whether a package signs a token."""
    program = assembly.program
    callee = program.value((call[0], program.value(call).inputs[0]))
    of = program.value((call[0], callee.inputs[0])).text if callee.kind == "attribute" and callee.inputs else ""
    names = f"{callee.text} {of} {' '.join(program.callee_names(call))}"
    return callee.text in _SIGNS and not program.targets(call) and _OF_TOKENS.search(names) is not None


def _is_for_few_places(assembly: Assembly, reference: FunctionRef) -> bool:
    """Whether the route is there in development alone: it tests for that, and not only that this is no production."""
    facts = assembly.program.files[reference[0]]
    tests = [branch.condition for branch in facts.branches if branch.scope == reference[1]]
    said = {facts.values[one].text for test in tests for one in facts.values[test].inputs}
    return not _ONLY_THERE.isdisjoint(said)


# Roles


def _role_as_sent(assembly: Assembly, reference: FunctionRef) -> Node | None:
    """What stores the role that a request brings."""
    functions = functions_behind(assembly, reference)
    if any(_tests_role(assembly, function) for function in functions):
        return None
    for function in functions:
        for call in assembly.calls_in(function):
            if _signs(assembly, call):
                continue  # a token says the role that was stored: `jwt.sign({ id: user.id, role: user.role }, key)`
            value = assembly.program.value(call)
            for label, given in zip(value.labels, value.inputs, strict=False):
                if label and _ROLE.fullmatch(label) and _is_sent(assembly, (call[0], given)):
                    return call[0], given
            for given in value.inputs[1:]:
                found = _role_in(assembly, (call[0], given), 0)
                if found is not None:
                    return found
    return None


def _role_in(assembly: Assembly, node: Node, depth: int) -> Node | None:
    """The entry of an object that is the role of a request: `create({ data: { role: body.role } })`."""
    value = assembly.program.value(node)
    if value.kind != "collection" or value.text not in ("dictionary", "object", "") or depth > 3:
        return None
    for label, given in zip(value.labels, value.inputs, strict=False):
        inner = (node[0], given)
        if label and _ROLE.fullmatch(label) and _is_sent(assembly, inner):
            return inner
        found = _role_in(assembly, inner, depth + 1) if label == "data" else None
        if found is not None:
            return found
    return None


def _is_sent(assembly: Assembly, node: Node) -> bool:
    """Whether a value is a role out of a request, itself or unless it is missing."""
    program = assembly.program

    def onward(current: Node) -> list[Node]:
        value = program.value(current)
        if value.kind == "choice":
            return [(current[0], one) for one in value.inputs]
        if (
            value.kind == "guarded"
        ):  # what is known to be one word is nobody's choice: `if (body.role === "guest") create({ role: body.role })`
            one_word = value.text == "holds" and program.value((current[0], value.inputs[1])).text in ("==", "===", "in")
            return [] if one_word else [(current[0], value.inputs[0])]
        return [one for one in program.origins(current) if one != current] if value.kind == "name" else []

    for current in walk(node, onward, _MOST_VALUES):
        value = program.value(current)
        if value.kind in ("attribute", "index") and value.inputs and _ROLE.fullmatch(value.text.strip("[]'\"")):
            base = (current[0], value.inputs[0])
            if any(_is_request(assembly, one) for one in (base, *program.origins(base))):
                return True
    return False


def _is_request(assembly: Assembly, node: Node) -> bool:
    """What a framework hands over, or a part of it: a parameter, `req.body`, `await request.json()`."""
    program = assembly.program
    for current in walk(node, lambda one: [(one[0], program.value(one).inputs[0])] if program.value(one).inputs else [], 6):
        value = program.value(current)
        if value.kind == "parameter":
            return current == node and value.text not in ("self", "this")
        if value.kind == "attribute" and value.text in _REQUEST:
            return True
        if value.kind not in ("call", "await", "guarded", "attribute"):
            return False
    return False


def _tests_role(assembly: Assembly, function: FunctionRef) -> bool:
    """Whether a function leaves because of the role it was given: one of a list, or no administrator."""
    facts = assembly.program.files[function[0]]
    for branch in facts.branches:
        test = facts.values[branch.condition]
        compares = branch.scope == function[1] and branch.exits_when and test.kind == "operation" and test.text in _COMPARED
        if compares and any(_is_sent(assembly, (function[0], one)) for one in test.inputs):
            return True
    return False


# Messages of other services


def _names_signature(assembly: Assembly, functions: list[FunctionRef]) -> bool:
    return any(SIGNED.search("_".join(words_of(name))) for function in functions for name in names_in(assembly, function))


def _signature_left_out(assembly: Assembly, functions: list[FunctionRef]) -> Evidence | None:
    """The test by which no signature is compared while the secret is not set, as it is by default: `if secret == "" { return nil }`."""
    program, compares = assembly.program, load_signing().compares
    known = [
        (function, call)
        for function in functions
        for call in assembly.calls_in(function)
        if program.value((call[0], program.value(call).inputs[0])).text in compares
    ]
    found = [asked_only_if_set(assembly, call) or never_asked(assembly, function, functions) for function, call in known]
    return found[0] if found and all(off is not None for off in found) else None


def changes_something(assembly: Assembly, functions: list[FunctionRef], identity: str) -> bool:
    """Whether a route uses a store, or what it runs is named for writing."""
    if any(assembly.draft(t).kind in _STORES for (s, kind, t) in assembly.relations if s == identity and kind == "calls"):
        return True
    for function in functions:
        for call in assembly.calls_in(function):
            callee = assembly.program.value((call[0], assembly.program.value(call).inputs[0]))
            if callee.kind == "attribute" and _WRITES.fullmatch(callee.text) is not None:
                return True
    return False


def _believes_payment(assembly: Assembly, functions: list[FunctionRef]) -> bool:
    """Whether a route tests for what a provider of payments calls that somebody has paid, and asks no provider whether they have."""
    known, program = load_believed_messages(), assembly.program
    said = {program.constant(one) for function in functions for one in _compared_in(assembly, function)}
    if known.paid.isdisjoint(text for text in said if isinstance(text, str)):
        return False
    outside = (call for one in functions for call in assembly.calls_in(one) if not program.targets(call))
    if any(program.value((call[0], program.value(call).inputs[0])).text in known.asked_again for call in outside):
        return False
    return not any(known.is_of_provider(text) for one in functions for text in _texts_in(assembly, one))


def _texts_in(assembly: Assembly, function: FunctionRef) -> Iterator[str]:
    facts = assembly.program.files[function[0]]
    yield from (value.text for value in facts.values if value.scope == function[1] and value.kind == "constant")


def _compared_in(assembly: Assembly, function: FunctionRef) -> Iterator[Node]:
    """What a function compares, or tells cases apart by."""
    file, facts = function[0], assembly.program.files[function[0]]
    for value in facts.values:
        if value.scope == function[1] and value.kind == "operation" and value.text in _COMPARED:
            for given in value.inputs:
                yield file, given
                yield from ((file, one) for one in facts.values[given].inputs if facts.values[given].kind == "collection")
    for branch in facts.branches:
        if branch.scope == function[1] and facts.values[branch.condition].kind == "constant":
            yield file, branch.condition


def _is_a_call_unsigned(assembly: Assembly, functions: list[FunctionRef]) -> bool:
    """Whether a route reads what a telephone network posts of a call or a message, and nowhere names the signature that comes with it."""
    if not any(_reads_call(assembly, function) for function in functions):
        return False
    return not _names_signature(assembly, functions)


def _reads_call(assembly: Assembly, function: FunctionRef) -> bool:
    facts = assembly.program.files[function[0]]
    if any(parameter.name in _OF_CALLS for parameter in facts.functions[function[1]].parameters):
        return True
    named = [
        number
        for number, value in enumerate(facts.values)
        if value.scope == function[1] and value.kind in ("constant", "attribute", "index") and value.text in _OF_CALLS
    ]
    return any(not is_only_a_line(facts, number) for number in named)
