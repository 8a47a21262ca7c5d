"""What Spring and servlets run before every route: filter chains, interceptors and filters.

Takes an assembly, gives what can say for a route's address whether a caller is asked who they are. A filter chain is read as the list of
rules it is, of which the first that fits decides; patterns and methods that are computed fit nothing. A filter or interceptor of the
project is judged by what it does, like middleware (`front_doors`); where it runs at all is told by its annotation or its construction.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ingest.code.program import FunctionRef, Node
from pipeline.system.assembly import Assembly
from pipeline.system.controls.authentication import Authenticating
from pipeline.system.controls.front_doors import FrontDoor, door_of
from pipeline.system.controls.judged_addresses import texts_in
from pipeline.system.model import Evidence

_CHAINS = frozenset(
    {
        "org.springframework.security.web.SecurityFilterChain",
        "org.springframework.security.web.server.SecurityWebFilterChain",
        "org.springframework.security.config.annotation.web.configuration.WebSecurityConfigurerAdapter",
    }
)
_MATCHERS = frozenset({"requestMatchers", "antMatchers", "mvcMatchers", "regexMatchers", "pathMatchers"})
_ANY = frozenset({"anyRequest", "anyExchange"})
_ASKS = frozenset(
    {
        *("authenticated", "fullyAuthenticated", "hasRole", "hasAnyRole", "hasAuthority", "hasAnyAuthority", "hasScope", "denyAll"),
        *("rememberMe", "access"),
    }
)
_LETS_IN = frozenset({"permitAll", "anonymous"})
_LANGUAGES = ("java", "kotlin")
_FILTERS = frozenset(
    {
        "org.springframework.web.filter.OncePerRequestFilter",
        "org.springframework.web.filter.GenericFilterBean",
        "org.springframework.web.servlet.HandlerInterceptor",
        "org.springframework.web.server.WebFilter",
        "jakarta.servlet.Filter",
        "jakarta.servlet.http.HttpFilter",
        "jakarta.ws.rs.container.ContainerRequestFilter",
    }
)
_METHODS = ("doFilterInternal", "doFilter", "preHandle", "filter")
_INSTALLED_BY = frozenset({"Component", "WebFilter", "Provider", "Service", "Bean", "ServerInterceptor", "Interceptor"})


@dataclass(frozen=True, slots=True)
class _Rule:
    patterns: tuple[str, ...]
    methods: tuple[str, ...]
    asks: bool
    evidence: Evidence | None

    def fits(self, address: str, method: str) -> bool:
        return (not self.methods or method in self.methods) and any(_ant(pattern, address) for pattern in self.patterns)


@dataclass(frozen=True, slots=True)
class FilterChain:
    """The rules of one chain, in their order."""

    folder: str  # the module it stands in
    rules: tuple[_Rule, ...]

    def before(self, file: str, address: str, method: str, _framework: str = "") -> Evidence | None:
        """Evidence that a route of the same module is only reached by callers who say who they are."""
        if not file.endswith((".java", ".kt")) or not address.startswith("/"):
            return None
        first = next((rule for rule in self.rules if rule.fits(address, method)), None)
        return first.evidence if first is not None and first.asks else None


def filter_chains(assembly: Assembly, authenticating: Authenticating) -> list[FilterChain | FrontDoor]:
    """Everything of this kind in the program."""
    chains = [*_security_chains(assembly)]
    return [*chains, *_filters(assembly, authenticating), *_interceptors(assembly, authenticating)]


# Spring Security


def _security_chains(assembly: Assembly) -> Iterator[FilterChain]:
    program = assembly.program
    for file, facts in enumerate(program.files):
        if facts.language not in _LANGUAGES:
            continue
        for number, function in enumerate(facts.functions):
            made = program.annotated((file, function.result)) if function.result is not None else ()
            adapts = function.name == "configure" and function.owner is not None and _CHAINS & set(program.outside_bases(function.owner))
            if adapts or _CHAINS & {assembly.index.canonical(name) for name in made}:
                rules = tuple(_rules(assembly, (file, number)))
                if rules:
                    yield FilterChain(facts.path.partition("src/main/")[0], rules)


def _rules(assembly: Assembly, reference: FunctionRef) -> Iterator[_Rule]:
    program = assembly.program
    for call in sorted(_calls_within(assembly, reference)):
        said = _said_in_kotlin(assembly, call)
        if said is not None:
            yield said
            continue
        decided = _method(assembly, call)
        if decided not in _ASKS | _LETS_IN:
            continue
        matcher = _receiver(assembly, call)
        matched = _method(assembly, matcher)
        if matched in _ANY:
            yield _Rule(("/**",), (), decided in _ASKS, assembly.cite(call))
        elif matched in _MATCHERS:
            given = [(matcher[0], argument) for argument in program.value(matcher).inputs[1:]]
            patterns = tuple(text for node in given for text in texts_in(assembly, node) if text.startswith("/"))
            methods = tuple(
                name.rpartition(".")[2] for node in given for name in (*program.names(node), program.value(node).text) if _is_verb(name)
            )
            yield _Rule(patterns or (("/**",) if methods and len(given) == 1 else ()), methods, decided in _ASKS, assembly.cite(call))


def _said_in_kotlin(assembly: Assembly, call: Node) -> _Rule | None:
    """`authorize("/desk/**", hasRole("DESK"))`, `authorize(anyRequest, authenticated)`: a rule of Spring's own language in Kotlin."""
    given = [(call[0], argument) for argument in assembly.program.value(call).inputs]
    if len(given) < 3 or assembly.program.files[call[0]].language != "kotlin" or "authorize" not in _called(assembly, given[0]):
        return None
    decided = _called(assembly, given[-1])
    if decided.isdisjoint(_ASKS | _LETS_IN):
        return None
    asks, evidence = decided.isdisjoint(_LETS_IN), assembly.cite(call)
    if any(not _ANY.isdisjoint(_called(assembly, one)) for one in given[1:-1]):
        return _Rule(("/**",), (), asks, evidence)
    patterns = tuple(text for one in given[1:-1] for text in texts_in(assembly, one) if text.startswith("/"))
    methods = tuple(text for one in given[1:-1] for text in sorted(_called(assembly, one)) if _is_verb(text))
    return _Rule(patterns, methods, asks, evidence)


def _called(assembly: Assembly, node: Node) -> set[str]:
    """What a name, a call or any of its readings is called: what belongs to nothing in sight may be of any receiver around."""
    value = assembly.program.value(node)
    if value.kind == "call":
        node = (node[0], value.inputs[0])
        value = assembly.program.value(node)
    inner = [assembly.program.value((node[0], one)) for one in value.inputs] if value.kind == "choice" else [value]
    return {one.text for one in inner if one.kind in ("name", "attribute")}


def _is_verb(name: str) -> bool:
    return name.rpartition(".")[2] in ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")


def _calls_within(assembly: Assembly, reference: FunctionRef) -> Iterator[Node]:
    """Calls of a function and of the functions written inside it."""
    facts = assembly.program.files[reference[0]]
    inside = {reference[1]}
    for number, function in enumerate(facts.functions):
        if function.parent in inside:
            inside.add(number)
    for number in inside:
        yield from assembly.calls_in((reference[0], number))


def _method(assembly: Assembly, call: Node) -> str:
    value = assembly.program.value(call)
    callee = assembly.program.value((call[0], value.inputs[0])) if value.kind == "call" else value
    return callee.text if callee.kind == "attribute" else ""


def _receiver(assembly: Assembly, call: Node) -> Node:
    callee = assembly.program.value((call[0], assembly.program.value(call).inputs[0]))
    return (call[0], callee.inputs[0]) if callee.inputs else call


def _ant(pattern: str, address: str) -> bool:
    """Whether an address fits a pattern of Ant's kind; a variable part of either side fits anything."""
    wanted, given = pattern.strip("/").split("/"), address.strip("/").split("/")
    fits = {0}  # how many parts of the address the pattern has used up
    for part in wanted[:40]:
        if part == "**":
            fits = set(range(min(fits, default=len(given) + 1), len(given) + 1))
        else:
            any_part = "*" in part or part.startswith("{")
            fits = {used + 1 for used in fits if used < len(given) and (any_part or part == given[used] or given[used].startswith("{"))}
    return len(given) in fits


# Filters and interceptors of the project


def _filters(assembly: Assembly, authenticating: Authenticating) -> Iterator[FrontDoor]:
    program = assembly.program
    for name in sorted(program.classes):
        file, cls = program.classes[name]
        bases = {assembly.index.canonical(one) for one in program.outside_bases(name)}
        if program.files[file].language not in _LANGUAGES or not _FILTERS & bases:
            continue
        marks = {program.value(_callee(assembly, (file, mark))).text for mark in cls.decorators}
        if not marks & _INSTALLED_BY and not _is_made(assembly, name):
            continue
        for method in _METHODS:
            for reference in program.functions.get(f"{name}.{method}", ()):
                yield from door_of(assembly, authenticating, reference)


def _callee(assembly: Assembly, mark: Node) -> Node:
    value = assembly.program.value(mark)
    return (mark[0], value.inputs[0]) if value.kind == "call" else mark


def _is_made(assembly: Assembly, name: str) -> bool:
    """Whether the class is constructed, or taken as a parameter, anywhere: by a registration, or by the chain it is put into."""
    program = assembly.program
    for file, facts in enumerate(program.files):
        if facts.language not in _LANGUAGES:
            continue
        if any(value.kind == "name" and value.text == name.rpartition(".")[2] and name in program.names((file, identity))
               for identity, value in enumerate(facts.values)):  # fmt: skip
            return True
    return False


def _interceptors(assembly: Assembly, authenticating: Authenticating) -> Iterator[FrontDoor]:
    """`registry.addInterceptor(new Checks(...)).addPathPatterns("/**").excludePathPatterns(...)` with a function that asks."""
    program = assembly.program
    for file, facts in enumerate(program.files):
        for number, function in enumerate(facts.functions):
            if function.name != "addInterceptors" or facts.language not in _LANGUAGES:
                continue
            calls = sorted(_calls_within(assembly, (file, number)))
            for call in calls:
                if _method(assembly, call) != "addInterceptor":
                    continue
                asked = next((found for inner in _handed(assembly, call) if (found := authenticating.function(inner, 0)) is not None), None)
                if asked is not None:
                    at, left_out = _patterns(assembly, call, calls)
                    yield FrontDoor("", at, (), left_out, asked)


def _handed(assembly: Assembly, call: Node) -> Iterator[FunctionRef]:
    """Functions written into what is added, and what those reach."""
    program = assembly.program
    queue, seen = [(call[0], given) for given in program.value(call).inputs[1:]], 0
    while queue and seen < 40:
        node, seen = queue.pop(0), seen + 1
        value = program.value(node)
        for name in program.names(node) if value.kind in ("function", "name", "attribute") else ():
            for reference in program.functions.get(name, ()):
                file, inside = reference[0], {reference[1]}
                for number, function in enumerate(program.files[file].functions):
                    if function.parent in inside:
                        inside.add(number)
                yield from ((file, number) for number in sorted(inside))
        if value.kind in ("call", "collection", "choice"):
            queue += [(node[0], given) for given in value.inputs]


def _patterns(assembly: Assembly, call: Node, calls: list[Node]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    at: list[str] = []
    left_out: list[str] = []
    chain = {call}
    for later in calls:
        if _receiver(assembly, later) in chain and later != call:
            chain.add(later)
            texts = [text for given in assembly.program.value(later).inputs[1:] for text in texts_in(assembly, (later[0], given))]
            patterns = [text for text in texts if text.startswith("/")]
            if _method(assembly, later) == "addPathPatterns":
                at += [pattern for pattern in patterns if pattern.strip("/*")]
            elif _method(assembly, later) == "excludePathPatterns":
                left_out += patterns
    return tuple(at), tuple(left_out)
