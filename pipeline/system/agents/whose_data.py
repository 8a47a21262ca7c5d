"""The parameter of a tool by which a model says whose data is meant: `customer_id`, `account`, `tenant`.

Takes an assembly whose flows are known, a tool and what it reaches; gives `identity_parameter`. A name alone says nothing: an account
that is one of the operator's own sessions, who signs in on another machine with what is given beside it, one filter of a listing among
others, and whatever a server that one person started for themselves is told, name nobody else.
"""

from __future__ import annotations

from collections.abc import Collection

from ingest.code.program import FunctionRef
from ingest.facts import Parameter
from pipeline.system.assembly import Assembly
from pipeline.system.draft import Draft
from pipeline.system.elements.chosen_clients import chooses_own_client, is_used
from pipeline.system.elements.session_clients import session_client
from pipeline.system.rules.words import load_words, mentions, words_of

# Whom an action is done to, and what stands before a name by which somebody signs in here.
_OTHERS = frozenset(
    {"target", "recipient", "receiver", "to", "other", "contact", "profile", "friend", "invitee", "assignee", "peer", "mentioned"}
)
_OWN_NAMES = frozenset(
    {"my", "own", "current", "login", "auth", "session", "customer", "account", "member", "employee", "patient", "client"}
)
# By what somebody signs in, and what is given beside it where that is another machine.
_SIGNS_IN = ("username", "user_name", "account", "account_name")
_MACHINE = ("host", "hostname", "server_host", "host_name", "ip", "ip_address", "dsn")
_PROVES = ("port", "password", "passwd", "passphrase", "private_key", "privatekey", "key_file", "key_filename", "identity_file", "key_path")
_LISTED_BY = ("username", "user_name")
_FEWEST_FILTERS = 2  # that may be left out, beside the one who is listed
_RECORDS = frozenset({"query", "query_parameters", "store_write", "deletion"})


def add_whose_data(
    assembly: Assembly, reference: FunctionRef, identity: str, reached: Collection[FunctionRef], given: Collection[int], one_person: bool
) -> None:
    """Gives a tool the parameter that names a person; `given` are the positions that a model fills, all where there are none."""
    draft = assembly.draft(identity)
    own_session = _name_somebody(assembly, reference, draft, given)
    if "identity_parameter" not in draft.attributes:
        return
    # Whoever is meant is met through a session of the operator's own; or whoever started the server acts, by their own key.
    if (own_session or (draft.kind == "mcp_tool" and one_person)) and not _asks_own_database(assembly, reached):
        del draft.attributes["identity_parameter"]
    elif (client := session_client(assembly, reference)) is not None:
        assembly.control("session_identity", identity, assembly.cite(client))


def _name_somebody(assembly: Assembly, reference: FunctionRef, draft: Draft, given: Collection[int]) -> bool:
    """Sets the parameter; whether another one chooses among the operator's own sessions."""
    program, words, own_session = assembly.program, load_words(), False
    parameters = program.function(reference).parameters if reference not in assembly.parts else ()
    beside = [name for parameter in parameters for name in program.parts_read(reference[0], parameter)]
    for position, parameter in enumerate(parameters):
        node = (reference[0], parameter.value)
        if given and position not in given:
            continue  # the program itself hands it over
        if any(source.label == "identity" for source in assembly.sources.get(node, ())):
            continue
        for name in program.parts_read(reference[0], parameter):
            if not mentions([name], words.identity_parameter) or not words_of(name) or _is_another(name):
                continue
            if _signs_in_elsewhere(name, beside) or _is_a_filter(assembly, reference, draft, parameter, name):
                continue
            if chooses_own_client(assembly, reference, node, name):
                own_session = True
            elif name != parameter.name or is_used(assembly, reference, node):
                draft.attributes["identity_parameter"] = name
    return own_session


def _is_another(name: str) -> bool:
    """Whether a name says that somebody else is meant than who acts: `recipient_id`, or who somebody is elsewhere, `github_username`."""
    said = words_of(name)
    elsewhere = said[-1] == "username" or said[-2:] == ["user", "name"]
    return said[0] in _OTHERS or (elsewhere and len(said) > (1 if said[-1] == "username" else 2) and said[0] not in _OWN_NAMES)


def _signs_in_elsewhere(name: str, beside: Collection[str]) -> bool:
    """Whether a name is an account on a machine that is named beside it, with its port or what proves the account."""
    return bool(mentions([name], _SIGNS_IN) and mentions(beside, _MACHINE) and mentions(beside, _PROVES))


def _is_a_filter(assembly: Assembly, reference: FunctionRef, draft: Draft, parameter: Parameter, name: str) -> bool:
    """Whether a tool that only tells lists everybody unless it is told a name, as it may be told other things to narrow the list by."""
    if draft.attributes.get("side_effect") is True or name != parameter.name or not mentions([name], _LISTED_BY):
        return False
    others = [
        one
        for one in assembly.program.function(reference).parameters
        if one is not parameter and _may_be_left_out(assembly, reference, one)
    ]
    return _may_be_left_out(assembly, reference, parameter) and len(others) >= _FEWEST_FILTERS


def _may_be_left_out(assembly: Assembly, reference: FunctionRef, parameter: Parameter) -> bool:
    if parameter.default is None:
        return False
    value = assembly.program.value((reference[0], parameter.default))
    return value.kind == "constant" and (value.constant_type == "none" or value.text == "")


def _asks_own_database(assembly: Assembly, reached: Collection[FunctionRef]) -> bool:
    """Whether functions read or write a database of the system, where records of several people may lie.

    What a service is asked lies behind the key it is asked with; files that one person's program keeps, its log among them, are theirs.
    """
    sinks = (sink for function in reached for call in assembly.calls_in(function) for sink in assembly.sinks.get(call, ()))
    return any(sink.role in _RECORDS and assembly.draft(sink.element).kind not in ("external_service", "file_store") for sink in sinks)
