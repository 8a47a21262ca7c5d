"""Where a program refuses a caller it does not know: an answer 401 or 403, an exception that means one, or words that say so.

Takes an assembly, answers for a call or a function. A refusal that only hands on what another service answered is none.
"""

from __future__ import annotations

import re

from ingest.code.program import FunctionRef, Node
from ingest.facts import CodeFacts, Store
from pipeline.system.assembly import Assembly
from pipeline.system.controls.guards import parts
from pipeline.system.flows.discriminators import bare
from pipeline.system.program.walking import inside
from pipeline.system.rules.words import words_of

_REFUSAL = re.compile(
    r"(PermissionDenied|PermissionError|AccessDenied(Exception|Error)?|(Unauthori[sz]ed(Access)?|Forbidden)(Exception|Error)?|Unauthenticated|NotAuthenticated|NotAuthori[sz]ed|AuthenticationFailed|"
    r"AuthenticationRequired|LoginRequired|HTTPUnauthorized|HTTPForbidden|InvalidCredentials|"
    r"((Authentication|Authori[sz]ation|Auth)(Error|Exception))|(Unauthorized|Forbid|Challenge)(Object|Http)?Result|Forbid)$"
)
_ANSWERS = frozenset(
    [
        *("HTTPException", "abort", "WebSocketException", "make_response", "json_response", "HTTPResponse"),
        *(
            "status",
            "sendStatus",
            "code",
            "json",
            "text",
            "createError",
            "HttpException",
            "GraphQLError",
            "writeHead",
            "TRPCError",
            "ORPCError",
        ),
        *("setStatus", "sendError", "setStatusCode", "abortWith"),
        *("throw", "createHttpError", "httpError"),  # `ctx.throw(401)` of Koa
        *("AbortWithStatus", "AbortWithStatusJSON", "AbortWithError", "Error", "JSON", "String", "WriteHeader", "NewHTTPError"),
        *("Status", "SendStatus", "NewError", "NoContent", "StatusCode", "StatusCodeResult", "ObjectResult", "Problem"),
        *("ResponseEntity", "ResponseStatusException"),
    ]
)
_RESPONSE = re.compile(r"(^|[a-z0-9])Response$|^[A-Z]+Response$")  # JSONResponse, NextResponse, HttpResponse ...
_LOGS = frozenset({"log", "logger", "logging", "console"})
_CODE_OF_ANSWER = frozenset({"status_code", "statusCode", "StatusCode"})
_ANSWERED = frozenset({"ctx", "context", "res", "response", "reply", "set", "c"})  # what has a `status` that is the answer's code
_DENIED = frozenset({"401", "403", "UNAUTHORIZED", "UNAUTHENTICATED", "FORBIDDEN"})
_DENIED_NAME = re.compile(
    r"(^|\.|_)(401|403|1008)(_|$)|(^|\.)(SC_)?(UNAUTHORIZED|FORBIDDEN)$|(^|\.)Status(401|403)?(Unauthorized|Forbidden)$"
)
# A code of the project's own, which it answers or throws: `Failure(w, CodeNotLogin)`, `new BusinessException(ErrorCode.NOT_LOGIN_ERROR)`.
_OWN_CODE = re.compile(
    r"(^|\.|_)((error|err|code|msg|message|status|result)_?)?(not?_?(logged_?in|login|signed_?in|auth(enticated|ori[sz]ed)?)|need_?login"
    r"|un_?(authenticated|authori[sz]ed))(_?(error|err|code))?$",
    re.IGNORECASE,
)
_THROWS = re.compile(r"(^|_)(fail(ed|ure)?|error|throw(_if)?|abort|reject|refuse|deny|assert_?\w*)$")
# `throw new Error("Unauthorized")`, `return { error: "You must be signed in" }`
_WORDS = re.compile(
    r"^(un-?authori[sz]ed|unauthenticated|forbidden|access denied|not (authenticated|authori[sz]ed|logged[ -]?in|signed[ -]?in)"
    r"|user (is )?not (authenticated|authori[sz]ed|logged[ -]?in|signed[ -]?in)|no (active )?session"
    r"|(authentication|login|log-?in|sign-?in) (is )?required"
    r"|(please|you (must|need to|have to)|must) (be )?(log|logged|sign|signed)[ -]?in\b.{0,60})[.!]?$",
    re.IGNORECASE,
)
# `errors.error_401("who are you?")`, `reply.unauthorized()`, `next(Boom.forbidden())`
_NAMED_CODE = re.compile(
    r"^((error|http|err|response|reply|send|respond)_?(401|403)|un_?authori[sz]ed|unauthenticated|forbidden)$", re.IGNORECASE
)
_CALLERS = frozenset({"user", "session", "member", "principal", "account", "claims", "identity"})
_REDIRECTS = frozenset(
    {"redirect", "RedirectResponse", "HttpResponseRedirect", "HTTPFound", "HTTPSeeOther", "Redirect", "sendRedirect", "RedirectToAction"}
)
_LOGIN_PAGE = re.compile(r"(?<![a-z])(?:log-?_?in|sign-?_?in)(?![a-z])", re.IGNORECASE)
_OF_A_SESSION = frozenset({"session", "cookie", "cookies", "token", "jwt", "authenticated", "logged", "principal", "signed"})
_FLAGS = frozenset({"is", "has", "needs", "requires", "should", "no", "require", "skip", "allow"})
_MOST_PARTS = 30
_RAISED = re.compile(r"(Error|Exception)$")


def refusal_in(assembly: Assembly, reference: FunctionRef) -> Node | None:
    """Where a function refuses, `return page, 401`, or `response.status_code = 401`."""
    program = assembly.program
    for call in assembly.calls_in(reference):
        if denies(assembly, call) and not _lacks_own_key(assembly, call) and not is_for_known_callers(assembly, call):
            return call
        if sends_to_login(assembly, call):
            return call
    facts = program.files[reference[0]]
    for store in facts.stores:
        if store.scope == reference[1] and _is_code(facts, store) and _is_denied(assembly, (reference[0], store.value)):
            return reference[0], store.value
    for identity in facts.functions[reference[1]].returns:
        value = facts.values[identity]
        if value.kind != "collection" or not value.inputs:
            continue
        said = [facts.values[given] for given in value.inputs[:6]]
        if value.text == "dictionary" and any(_says_so(given.constant_type, given.text) for given in said):
            return reference[0], identity
        if len(value.inputs) > 1 and _is_denied(assembly, (reference[0], value.inputs[1])):
            return reference[0], identity
    return None


def _is_code(facts: CodeFacts, store: Store) -> bool:
    """Whether the code of an answer is set: `response.status_code = ...`, `ctx.status = ...`."""
    base = facts.values[store.base].text
    return (store.attribute in _CODE_OF_ANSWER and base not in ("self", "this")) or (store.attribute == "status" and base in _ANSWERED)


def answers(name: str) -> bool:
    """Whether a call of this name makes an answer, or what becomes one."""
    return name in _ANSWERS or _RESPONSE.search(name) is not None


def denies(assembly: Assembly, call: Node) -> bool:
    """A refusal of unknown callers: an answer 401 or 403, or an exception that says so."""
    program, value = assembly.program, assembly.program.value(call)
    last = [name.rsplit(".", 1)[-1] for name in program.names((call[0], value.inputs[0]))]
    if any(_REFUSAL.search(name) for name in last):
        return True
    if any(_NAMED_CODE.search(name.lstrip("_")) for name in last):  # errors.error_401("who are you?"), self._unauthorized()
        return True
    given = [program.value((call[0], identity)) for identity in value.inputs[1:3]]
    if any(_RAISED.search(name) for name in last) and any(_says_so(one.constant_type, one.text) for one in given):
        return not _hands_on(assembly, call)
    if any(_RAISED.search(name) or _THROWS.search("_".join(words_of(name))) for name in last) and _has_own_code(assembly, call):
        return not _hands_on(assembly, call) and not _writes_log(assembly, call)
    if any(_RAISED.search(name) for name in last) and _has_denied_code(assembly, call):  # `next(new ApiError(401, "Missing token"))`
        return not _hands_on(assembly, call) and not _writes_log(assembly, call)
    if "setResponseStatus" in last:  # of h3; with 403 it mostly says that something is turned off, for everybody
        return any(one.kind == "constant" and one.text == "401" for one in given)
    return any(answers(name) for name in last) and any(_is_denied(assembly, (call[0], given)) for given in value.inputs[1:])


def _has_denied_code(assembly: Assembly, call: Node) -> bool:
    """Whether an error is made with the number or the name of an answer to unknown callers: first or second, as errors of programs are."""
    return any(_is_denied(assembly, (call[0], given)) for given in assembly.program.value(call).inputs[1:4])


def _has_own_code(assembly: Assembly, call: Node) -> bool:
    """Whether a constant that the project names for unknown callers is given."""
    given = [assembly.program.value((call[0], identity)) for identity in assembly.program.value(call).inputs[1:]]
    return any(one.kind in ("attribute", "name") and _OWN_CODE.search(one.text) for one in given)


def _writes_log(assembly: Assembly, call: Node) -> bool:
    callee = assembly.program.value((call[0], assembly.program.value(call).inputs[0]))
    owner = assembly.program.value((call[0], callee.inputs[0])).text if callee.kind == "attribute" and callee.inputs else ""
    return not _LOGS.isdisjoint(words_of(owner))


def sends_to_login(assembly: Assembly, call: Node) -> bool:
    """A caller without a session is sent to where people sign in: `if "user" not in session: return redirect(url_for("login"))`."""
    program, value, facts = assembly.program, assembly.program.value(call), assembly.program.files[call[0]]
    if program.value((call[0], value.inputs[0])).text.rsplit(".", 1)[-1] not in _REDIRECTS:
        return False
    tested = facts.conditions.get(call[1], ())
    said = (program.value(part) for part in inside(program, call, _MOST_PARTS))
    if not tested or not any(one.kind == "constant" and _LOGIN_PAGE.search(one.text[:200]) for one in said):
        return False
    asked = inside(program, (call[0], facts.branches[tested[-1]].condition), _MOST_PARTS)
    return any(not _OF_A_SESSION.isdisjoint(words_of(program.value(part).text[:200])) for part in asked)


def _says_so(kind: str, text: str) -> bool:
    return kind == "string" and len(text) < 100 and _WORDS.match(text.strip()) is not None


def _hands_on(assembly: Assembly, call: Node) -> bool:
    """Whether a refusal depends on another one: `if (response.status === 401) throw ...`."""
    facts = assembly.program.files[call[0]]
    conditions = [(call[0], facts.branches[branch].condition) for branch in facts.conditions.get(call[1], ())]
    return any(assembly.program.value(part).text in ("401", "403") for condition in conditions[-1:] for part in parts(assembly, condition))


def is_for_known_callers(assembly: Assembly, call: Node) -> bool:
    """Whether a refusal stands inside a test that somebody is signed in: `if (session.user && !isMember(session.user)) return 403`.

    Who is not gets past it.
    """
    facts = assembly.program.files[call[0]]
    for number in facts.conditions.get(call[1], ()):
        branch = facts.branches[number]
        side = branch.side(call[1])
        held = _that_hold(assembly, (call[0], branch.condition), side) if side is not None else []
        if any(_is_caller(assembly, part) for part in held):
            return True
    return False


def _that_hold(assembly: Assembly, condition: Node, side: bool) -> list[Node]:
    """The parts of a condition that are true where it comes out as said."""
    found: list[Node] = []
    queue, seen = [(condition, side)], set[tuple[Node, bool]]()
    while queue and len(found) < _MOST_PARTS:
        node, holds = queue.pop()
        if (node, holds) in seen:
            continue  # a choice may be made of itself in a loop
        seen.add((node, holds))
        value = assembly.program.value(node)
        if value.kind == "operation" and value.text in ("not", "!") and value.inputs:
            queue.append(((node[0], value.inputs[0]), not holds))
        elif value.kind == "choice":
            queue += [((node[0], given), holds) for given in value.inputs]
        elif value.kind == "guarded":
            queue.append(((node[0], value.inputs[0]), holds))
        elif holds:
            found.append(node)
    return found


def _is_caller(assembly: Assembly, node: Node) -> bool:
    """A value that is named for who is signed in, by itself: a flag (`isUserRoute`) is none; or the answer of what says who that is."""
    program, value = assembly.program, assembly.program.value(node)
    for _ in range(6):
        if value.kind in ("await", "guarded"):
            node = (node[0], value.inputs[0])
            value = program.value(node)
    text = value.text if value.kind in ("name", "attribute", "parameter") else ""
    if value.kind == "call":
        known = (known.rule for known in assembly.index.for_call(program.callee_names(node)))
        if any(rule.control in ("authentication", "session_identity") and rule.result == "identity" for rule in known):
            return True
        text = program.value((node[0], value.inputs[0])).text
    words = words_of(text)
    return bool(words) and words[-1] in _CALLERS and words[0] not in _FLAGS


def _lacks_own_key(assembly: Assembly, call: Node) -> bool:
    """Whether a refusal only says that the program has no key: `key = header || process.env.OPENAI_API_KEY; if (!key) return 401`.

    Whoever brings nothing is let in with the program's own key.
    """
    program, facts = assembly.program, assembly.program.files[call[0]]
    known = facts.conditions.get(call[1], ())
    test = facts.values[facts.branches[known[-1]].condition] if known else None
    if test is None or test.kind != "operation" or test.text not in ("not", "!"):
        return False
    parts_of = [bare(assembly, (call[0], test.inputs[0]))]
    for origin in (*parts_of, *program.origins(parts_of[0])):
        value = program.value(origin)
        parts_of += [(origin[0], given) for given in value.inputs] if value.kind == "choice" else [origin]
    return any(_is_variable(assembly, origin) for part in parts_of for origin in program.origins(part))


def _is_variable(assembly: Assembly, node: Node) -> bool:
    """A variable of the environment: `process.env.KEY`, `os.getenv("KEY")`."""
    program, value = assembly.program, assembly.program.value(node)
    if value.kind == "attribute":
        return value.text.isupper() and program.value((node[0], value.inputs[0])).text == "env"
    return value.kind == "call" and any(name.endswith(("getenv", "environ.get")) for name in program.callee_names(node))


def _is_denied(assembly: Assembly, node: Node) -> bool:
    program, value = assembly.program, assembly.program.value(node)
    if value.kind == "constant":
        return value.text in _DENIED
    for label in ("status", "statusCode", "code", "extensions") if value.kind == "collection" else ():  # new Response(text, {status: 401})
        if label in value.labels:
            return _is_denied(assembly, (node[0], value.inputs[value.labels.index(label)]))
    if value.kind == "collection" and value.text in ("tuple", "expression_list"):  # make_response((page, 401))
        return any(_is_denied(assembly, (node[0], given)) for given in value.inputs[1:])
    if value.kind == "call":  # HttpStatus.UNAUTHORIZED.value()
        callee = program.value((node[0], value.inputs[0]))
        return callee.kind == "attribute" and callee.text in ("value", "code") and _is_denied(assembly, (node[0], callee.inputs[0]))
    return value.kind in ("attribute", "name") and any(
        _DENIED_NAME.search(text) for text in (value.text, *program.names(node)) if "1008" not in text
    )
