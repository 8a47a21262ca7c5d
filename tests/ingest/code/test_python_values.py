"""The value graph: what a value is made of, through every statement that moves data, and what it is not made of."""

from __future__ import annotations

import pytest

from tests.ingest.code.reading import facts_of, function_of, made_of, program_of, returned

REACHES = {
    "an assignment": "def f(tainted):\n    x = tainted\n    return x\n",
    "a branch": "def f(tainted, c):\n    x = 'safe'\n    if c:\n        x = tainted\n    return x\n",
    "an else branch": "def f(tainted, c):\n    if c:\n        x = 'safe'\n    else:\n        x = tainted\n    return x\n",
    "an elif branch": "def f(tainted, c):\n    if c == 1:\n        x = 1\n    elif c == 2:\n        x = tainted\n    else:\n        x = 2\n    return x\n",
    "an attribute by its name": "def f(tainted):\n    return getattr(tainted, 'text', None)\n",
    "a default of an attribute": "def f(tainted, c):\n    return getattr(c, 'text', tainted)\n",
    "a conditional expression": "def f(tainted, c):\n    return tainted if c else 'safe'\n",
    "an or": "def f(tainted):\n    return tainted or 'safe'\n",
    "a walrus": "def f(tainted):\n    if (x := tainted):\n        pass\n    return x\n",
    "an augmented assignment": "def f(tainted):\n    x = 'a'\n    x += tainted\n    return x\n",
    "a loop": "def f(tainted):\n    x = ''\n    for part in tainted:\n        x = x + part\n    return x\n",
    "the round before": "def f(tainted, n):\n    x = y = ''\n    for _ in n:\n        x = y\n        y = tainted\n    return x\n",
    "a while loop": "def f(tainted):\n    x = ''\n    while more():\n        x = tainted\n    return x\n",
    "a loop's else": "def f(tainted, n):\n    for i in n:\n        pass\n    else:\n        x = tainted\n    return x\n",
    "unpacking": "def f(tainted):\n    a, b = tainted\n    return b\n",
    "unpacking with a star": "def f(tainted):\n    a, *rest = tainted\n    return rest\n",
    "unpacking in a loop": "def f(tainted):\n    for key, value in tainted.items():\n        return value\n",
    "a chain of targets": "def f(tainted):\n    a = b = tainted\n    return a\n",
    "a swap": "def f(tainted):\n    a, b = 'safe', tainted\n    a, b = b, a\n    return a\n",
    "a list comprehension": "def f(tainted):\n    return [x.strip() for x in tainted]\n",
    "a dict comprehension": "def f(tainted):\n    return {k: v for k, v in tainted}\n",
    "a nested comprehension": "def f(tainted):\n    return [y for x in tainted for y in x if y]\n",
    "a generator expression": "def f(tainted):\n    return ''.join(x for x in tainted)\n",
    "a with block": "def f(tainted):\n    with open(tainted) as file:\n        x = file.read()\n    return x\n",
    "a try": "def f(tainted):\n    try:\n        x = tainted\n    except ValueError:\n        x = ''\n    return x\n",
    "an except": "def f(tainted):\n    try:\n        x = risky()\n    except ValueError:\n        x = tainted\n    return x\n",
    "a finally": "def f(tainted):\n    try:\n        x = 1\n    finally:\n        x = tainted\n    return x\n",
    "a try's else": "def f(tainted):\n    try:\n        y = 1\n    except ValueError:\n        raise\n    else:\n        x = tainted\n    return x\n",
    "a match on a sequence": "def f(tainted):\n    x = ''\n    match tainted:\n        case [first, *_]:\n            x = first\n    return x\n",
    "a match's capture": "def f(tainted):\n    match tainted:\n        case {'q': q}:\n            return q\n",
    "a match's body": "def f(tainted, c):\n    x = ''\n    match c:\n        case 1:\n            x = tainted\n    return x\n",
    "an f-string": "def f(tainted):\n    return f'a {tainted!r:>10} b'\n",
    "an f-string of f-strings": "def f(tainted):\n    return f\"a {f'{tainted}'} b\"\n",
    "percent formatting": "def f(tainted):\n    return 'a %s' % tainted\n",
    "percent formatting of a tuple": "def f(tainted):\n    return 'a %s %s' % (1, tainted)\n",
    "format": "def f(tainted):\n    return 'a {}'.format(tainted)\n",
    "adding text": "def f(tainted):\n    return 'a' + tainted + 'b'\n",
    "joined literals": "def f(tainted):\n    return ('a '\n            f'{tainted}'\n            ' b')\n",
    "a call": "def f(tainted):\n    return g(1, key=tainted)\n",
    "a splat": "def f(tainted):\n    return g(*tainted)\n",
    "a double splat": "def f(tainted):\n    return {**tainted}\n",
    "an attribute": "def f(tainted):\n    return tainted.body.text\n",
    "an index": "def f(tainted):\n    return tainted['a'][0]\n",
    "a slice": "def f(tainted):\n    return tainted[1:]\n",
    "await": "async def f(tainted):\n    return await tainted\n",
    "a method of the text": "def f(tainted):\n    return tainted.strip().lower()\n",
    "append": "def f(tainted):\n    x = []\n    x.append(tainted)\n    return x\n",
    "append in a loop": "def f(tainted):\n    x = []\n    for part in tainted:\n        x.append(part)\n    return x\n",
    "extend": "def f(tainted):\n    x = []\n    x.extend(tainted)\n    return x\n",
    "a subscript store": "def f(tainted):\n    x = {}\n    x['a'] = tainted\n    return x\n",
    "update": "def f(tainted):\n    x = {}\n    x.update(a=tainted)\n    return x\n",
    "setdefault": "def f(tainted):\n    x = {}\n    x.setdefault('a', tainted)\n    return x\n",
    "an attribute of a local": "def f(tainted):\n    x = Thing()\n    x.text = tainted\n    return x.text\n",
    "a mutated attribute": "def f(tainted, box):\n    box.parts.append(tainted)\n    return box.parts\n",
    "parentheses over lines": "def f(tainted):\n    return (\n        # why\n        tainted\n    )\n",
    "a type cast without effect": "def f(tainted):\n    x: str = tainted\n    return x\n",
}  # fmt: skip


@pytest.mark.parametrize("text", REACHES.values(), ids=REACHES.keys())
def test_a_value_is_made_of_what_came_through(text: str) -> None:
    facts = facts_of(text)
    assert not facts.errors
    assert "tainted" in made_of(facts)


APART = {
    "an overwritten variable": "def f(tainted):\n    x = tainted\n    x = 'safe'\n    return x\n",
    "a later assignment": "def f(tainted):\n    x = 'safe'\n    y = x\n    x = tainted\n    return y\n",
    "both branches": "def f(tainted, c):\n    x = tainted\n    if c:\n        x = 'a'\n    else:\n        x = 'b'\n    return x\n",
    "a branch that leaves": "def f(tainted, c):\n    x = 'safe'\n    if c:\n        x = tainted\n        return None\n    return x\n".replace("return None", "raise E"),
    "a condition": "def f(tainted):\n    if tainted:\n        x = 'a'\n    else:\n        x = 'b'\n    return x\n",
    "a comprehension's variable": "def f(tainted):\n    x = 'safe'\n    y = [x for x in tainted]\n    return x\n",
    "an inner function's variable": "def f(tainted):\n    x = 'safe'\n    def g():\n        x = tainted\n    return x\n",
    "another part of a tuple": "def f(tainted):\n    a, b = 'safe', tainted\n    return a\n",
    "a field of another object": "def f(tainted):\n    a, b = Thing(), Thing()\n    a.text = tainted\n    return b.text\n",
    "a rebound object": "def f(tainted):\n    a = Thing()\n    a.text = tainted\n    a = 'safe'\n    return a\n",
    "a class body": "def f(tainted):\n    x = 'safe'\n    class A:\n        x = tainted\n    return x\n",
}  # fmt: skip


@pytest.mark.parametrize("text", APART.values(), ids=APART.keys())
def test_a_value_is_not_made_of_what_was_left_behind(text: str) -> None:
    assert "tainted" not in made_of(facts_of(text))


def test_branches_join_in_one_choice_of_both_sides() -> None:
    facts = facts_of("def f(c):\n    if c:\n        x = 'a'\n    else:\n        x = 'b'\n    return x\n")
    value = returned(facts)
    assert value.kind == "choice"
    assert {facts.values[given].text for given in value.inputs} == {"a", "b"}


def test_an_inner_function_sees_the_variables_around_it() -> None:
    facts = facts_of("def f(tainted):\n    x = tainted\n    def g():\n        return x\n    return g\n")
    assert made_of(facts, "g") == {"tainted"}


def test_a_lambda_sees_the_variables_around_it() -> None:
    facts = facts_of("def f(tainted):\n    return call(lambda x: tainted)\n")
    assert made_of(facts, next(function.name for function in facts.functions if "lambda" in function.name)) == {"tainted"}


def test_a_method_does_not_see_the_class_body() -> None:
    facts = facts_of("class A:\n    x = 'hidden'\n    def g(self):\n        return x\n")
    assert returned(facts, "g").kind == "name"


GUARDS = {
    "an if": ("def f(x):\n    if x in ALLOWED:\n        return x\n", "holds"),
    "an early return": ("def f(x):\n    if x not in ALLOWED:\n        return None\n    return x\n", "fails"),
    "an early raise": ("def f(x):\n    if x not in ALLOWED:\n        raise ValueError\n    return x\n", "fails"),
    "an early raise in a loop": ("def f(xs):\n    for x in xs:\n        if x not in ALLOWED:\n            continue\n        return x\n", "fails"),
    "an assert": ("def f(x):\n    assert x in ALLOWED\n    return x\n", "holds"),
    "a validating call": ("def f(x):\n    validate_path(x)\n    return x\n", "holds"),
    "a comprehension's if": ("def f(xs):\n    return [x for x in xs if x in ALLOWED]\n", "holds"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "side"), GUARDS.values(), ids=GUARDS.keys())
def test_what_passed_a_test_is_known_to_have_passed_it(text: str, side: str) -> None:
    facts = facts_of(text)
    last = facts.values[function_of(facts, "f").returns[-1]]
    value = facts.values[last.inputs[0]] if last.kind == "collection" else last
    assert (value.kind, value.text) == ("guarded", side)


UNGUARDED = {
    "behind the if": "def f(x):\n    if x in ALLOWED:\n        log()\n    return x\n",
    "before the test": "def f(x):\n    y = x\n    if x not in ALLOWED:\n        return None\n    return y\n",
    "another variable": "def f(x, y):\n    if y not in ALLOWED:\n        return None\n    return x\n",
    "assigned afterwards": "def f(x):\n    if x not in ALLOWED:\n        return None\n    x = other()\n    return x\n",
}  # fmt: skip


@pytest.mark.parametrize("text", UNGUARDED.values(), ids=UNGUARDED.keys())
def test_what_did_not_pass_the_test_is_not_guarded(text: str) -> None:
    facts = facts_of(text)
    value = facts.values[function_of(facts, "f").returns[-1]]
    kinds = {value.kind} | {facts.values[given].kind for given in value.inputs if value.kind == "choice" and len(set(value.inputs)) == 1}
    assert "guarded" not in kinds


def test_calls_say_which_conditions_decide_whether_they_run() -> None:
    facts = facts_of("def f(x):\n    if approved(x):\n        pay(x)\n    log(x)\n")
    calls = {facts.values[value.inputs[0]].text: identity for identity, value in enumerate(facts.values) if value.kind == "call"}
    lines = {name: [facts.branches[branch].line for branch in facts.conditions.get(identity, ())] for name, identity in calls.items()}
    assert lines == {"approved": [], "pay": [2], "log": []}


def test_an_early_exit_decides_over_what_follows() -> None:
    facts = facts_of("def f(x):\n    if not approved(x):\n        return\n    pay(x)\n")
    pay = next(
        identity for identity, value in enumerate(facts.values) if value.kind == "call" and facts.values[value.inputs[0]].text == "pay"
    )
    (branch,) = facts.conditions[pay]
    assert (facts.branches[branch].line, facts.branches[branch].exits_when) == (2, "holds")


def test_keys_of_a_display_are_labels() -> None:
    facts = facts_of("def f(a, b):\n    return {'role': 'user', 'content': a, b: 1, **b}\n")
    assert returned(facts).labels == ("role", "content", "?", "**")


@pytest.mark.parametrize(
    ("literal", "text", "kind"),
    [
        ("'a'", "a", "string"), ("b'a'", "a", "bytes"), ("1", "1", "integer"), ("-1", "-1", "integer"), ("1.5", "1.5", "float"), ("True", "True", "boolean"),
        ("None", "None", "none"), ("'a' 'b'", "ab", "string"), ("r'\\n'", "\\n", "string"), ("'a\\tb'", "a\tb", "string"), ("'''x\ny'''", "x\ny", "string"),
        ("f'plain'", "plain", "string"), ("''", "", "string"),
    ],
)  # fmt: skip
def test_literals_keep_their_value_and_type(literal: str, text: str, kind: str) -> None:
    value = returned(facts_of(f"def f():\n    return {literal}\n"))
    assert (value.kind, value.text, value.constant_type) == ("constant", text, kind)


def test_text_around_a_hole_of_an_f_string_is_kept_in_order() -> None:
    facts = facts_of("def f(a):\n    return f'x {a} y'\n")
    assert [facts.values[given].text for given in returned(facts).inputs] == ["x ", "a", " y"]


def test_functions_know_their_parameters_decorators_and_documentation() -> None:
    facts = facts_of('@route("/x")\nasync def f(a: int, b="1", *c, d=None, **e) -> str:\n    """What it does."""\n    return a\n')
    function = function_of(facts, "f")
    assert [(p.name, p.splat, p.annotation is not None, p.default is not None) for p in function.parameters] == [
        ("a", "", True, False), ("b", "", False, True), ("c", "*", False, False), ("d", "", False, True), ("e", "**", False, False),
    ]  # fmt: skip
    assert (function.is_async, function.docstring, function.line, function.end_line, len(function.decorators)) == (
        True,
        "What it does.",
        1,
        4,
        1,
    )


def test_a_yielded_value_is_an_element_of_what_the_function_gives() -> None:
    assert "tainted" in made_of(facts_of("def f(tainted):\n    for x in tainted:\n        yield x\n"))


def test_members_of_a_list_are_found_through_splices_and_additions() -> None:
    program = program_of("a = [one]\nb = [*a, two]\nb.append(three)\nuse(b)\n")
    file = program.files[0]
    call = next(identity for identity, value in enumerate(file.values) if value.kind == "call" and value.line == 4)
    assert {program.value(node).text for node in program.elements((0, file.values[call].inputs[1]))} >= {"one", "two", "three"}
