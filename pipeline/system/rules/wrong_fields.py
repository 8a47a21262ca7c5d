"""What is wrong with a knowledge file, each with its place and with what to write instead.

Takes a file that was read with the places of its parts, the model it was held against and what that said; gives problems.
Several complaints about one place are one problem: a value that may be of two kinds is refused once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from pipeline.system.rules.marked_yaml import MOST_PROBLEMS, Marked, Problem, shown

MOST_NAMED = 12  # of the words that could stand there
_Place = tuple[int | str, ...]


def problems_of(marked: Marked, failure: ValidationError, model: type[BaseModel]) -> list[Problem]:
    """The problems of a file, in the order of their places."""
    if not isinstance(marked.value, dict):
        return [marked.problem((), "no mapping", f"write `field: value` lines; {_fields(model)}")]
    at: dict[_Place, list[ErrorDetails]] = {}
    for error in failure.errors(include_url=False):
        at.setdefault(_in_file(marked.value, error), []).append(error)
    told = [(place, errors) for place, errors in at.items() if not _follows(place, errors, at)]
    return [_problem(marked, place, errors, model) for place, errors in told[:MOST_PROBLEMS]]


def _follows(place: _Place, errors: Sequence[ErrorDetails], at: Mapping[_Place, object]) -> bool:
    """Whether a list is only too short because what stands in it is wrong."""
    inside = any(len(other) > len(place) and other[: len(place)] == place for other in at)
    return inside and all(error["type"] == "too_short" for error in errors)


def instead_of(said: object, words: Sequence[str]) -> str:
    """What to write instead of a word that is not known: what looks like it, else what there is."""
    near = get_close_matches(str(said), words, n=3, cutoff=0.6)
    if near:
        return f"did you mean {' or '.join(near)}?"
    rest = f" and {len(words) - MOST_NAMED} more" if len(words) > MOST_NAMED else ""
    return f"one of {', '.join(words[:MOST_NAMED])}{rest}"


def _in_file(value: object, error: ErrorDetails) -> _Place:
    """The place of an error in the file: what a validator adds to it (the member of a union) stands in no file."""
    place: list[int | str] = []
    for number, part in enumerate(error["loc"]):
        last = number == len(error["loc"]) - 1
        if isinstance(value, dict) and (part in value or (last and error["type"] == "missing")):
            place.append(part)
            value = value.get(part)
        elif isinstance(value, list | tuple) and isinstance(part, int) and part < len(value):
            place.append(part)
            value = value[part]
    return tuple(place)


def _problem(marked: Marked, place: _Place, errors: Sequence[ErrorDetails], model: type[BaseModel]) -> Problem:
    first = errors[0]
    name = next((part for part in reversed(place or first["loc"][:1]) if isinstance(part, str)), "")
    if first["type"] == "missing":
        known = _model_at(model, place[:-1])
        description = known.model_fields[name].description if known is not None and name in known.model_fields else None
        return marked.problem(place[:-1], f"`{shown(name)}` is missing", description or "write it", key=True)
    if first["type"] == "extra_forbidden":
        known = _model_at(model, place[:-1])
        fields = list(known.model_fields) if known is not None else []
        return marked.problem(place, f"no field `{shown(name)}` here", instead_of(name, fields) if fields else "remove it", key=True)
    if first["type"] == "value_error":
        return marked.problem(place, str(first["msg"]).removeprefix("Value error, "), "see docs/extending.md", key=True)
    given = first["input"]
    said = f"`{shown(given)}`" if isinstance(given, str | int | float | bool) else "nothing" if given is None else "this"
    names = ".".join(part for part in place or first["loc"][:1] if isinstance(part, str))
    where = f" as {shown(names)}" if names else ""
    words = [word for error in errors for word in _expected(error)]
    if words:
        return marked.problem(place, f"{said} is not known{where}", instead_of(given, words))
    wanted = " or ".join(dict.fromkeys(_wanted(error) for error in errors))
    return marked.problem(place, f"{said} cannot stand{where}", f"it should be {wanted}")


def _wanted(error: ErrorDetails) -> str:
    given = error.get("ctx", {})
    if error["type"] == "too_short":
        return f"a list of {given['min_length']} or more"
    if error["type"] == "string_too_short":
        return f"at least {given['min_length']} characters long"
    if error["type"] == "tuple_type":
        return "a list"
    return error["msg"].removeprefix("Input should be ")


def _expected(error: ErrorDetails) -> Iterator[str]:
    """The words that may stand there, of a closed list."""
    if error["type"] == "literal_error":
        yield from (word.strip("'") for word in str(error.get("ctx", {}).get("expected", "")).replace(" or ", ", ").split(", "))


def _fields(model: type[BaseModel]) -> str:
    needed = [name for name, field in model.model_fields.items() if field.is_required()]
    return f"needed are {', '.join(needed)}" if needed else f"fields are {', '.join(model.model_fields)}"


def _model_at(model: type[BaseModel], place: _Place) -> type[BaseModel] | None:
    """The model that holds what stands at a place."""
    current: Any = model  # Any: annotations are of every shape
    for part in place:
        current = _step(current, part)
    return next(iter(_models(current)), None)


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    for kind in _members(annotation):
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield kind


def _step(annotation: Any, part: int | str) -> Any:
    for kind in _members(annotation):
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            if part in kind.model_fields:
                return kind.model_fields[str(part)].annotation
        elif get_origin(kind) in (tuple, list) and isinstance(part, int):
            return get_args(kind)[0]
        elif get_origin(kind) in (dict, Mapping) and isinstance(part, str):
            return get_args(kind)[1]
    return None


def _members(annotation: Any) -> Iterator[Any]:
    """What an annotation may be: of a union each member, without what is only said about it."""
    if get_origin(annotation) is Annotated:
        yield from _members(get_args(annotation)[0])
    elif get_origin(annotation) in (Union, UnionType):
        for member in get_args(annotation):
            yield from _members(member)
    else:
        yield annotation
