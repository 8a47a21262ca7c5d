"""Which argument of a call arrives at which parameter.

Takes a call's value and the parameters of the function it reaches; which function that is, `program` finds.
"""

from __future__ import annotations

from collections.abc import Sequence

from ingest.facts import Parameter, Value


def arguments_by_parameter(
    value: Value, parameters: Sequence[Parameter], bound_receiver: bool, options_are_calls: bool = False
) -> dict[int, list[int]]:
    """Parameter position -> positions in the call's inputs that arrive there; a bound receiver takes the first parameter.

    With `options_are_calls` a name no parameter has is that of the call that stands there (`languages.Language`).
    """
    offset = 1 if bound_receiver else 0
    bound: dict[int, list[int]] = {}
    names = {parameter.name: position for position, parameter in enumerate(parameters)}
    position = offset
    for argument in range(1, len(value.inputs)):
        label = value.labels[argument]
        if label == "":
            if position < len(parameters) and parameters[position].splat == "":
                bound.setdefault(position, []).append(argument)
                position += 1
            else:
                rest = next((i for i, parameter in enumerate(parameters) if parameter.splat == "*"), None)
                if rest is not None:
                    bound.setdefault(rest, []).append(argument)
        elif label in ("*", "**"):
            for i in range(position, len(parameters)):
                bound.setdefault(i, []).append(argument)
        elif label in names:
            bound.setdefault(names[label], []).append(argument)
        else:
            rest = next((i for i, parameter in enumerate(parameters) if parameter.splat == "**"), None)
            if rest is None and options_are_calls:
                rest = next((i for i, parameter in enumerate(parameters) if parameter.splat == "*"), position)
                position += 1
            if rest is not None and rest < len(parameters):
                bound.setdefault(rest, []).append(argument)
    return bound
