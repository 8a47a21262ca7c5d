"""Schemas of replies: inside the strict subset of every provider, compiled by a grammar engine that inference servers use, and what its
grammar lets through is taken by the class."""

from __future__ import annotations

import json
import random
import re
from typing import Any

import pytest
from llguidance import LLMatcher, LLTokenizer
from pydantic import BaseModel

from pipeline.agent.schemas import SCHEMAS
from tests.agent.replies import replies, sent
from tests.agent.strictness import strict_problems

each_reply = pytest.mark.parametrize("reply", replies(), ids=lambda reply: reply.__name__)


@each_reply
def test_a_reply_keeps_to_the_strict_subset(reply: type[BaseModel]) -> None:
    assert strict_problems(sent(reply)) == []
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", reply.__name__), "what providers take as the name of a schema"


@each_reply
def test_a_grammar_engine_compiles_a_reply(reply: type[BaseModel]) -> None:
    failed, said = LLMatcher.validate_grammar_with_warnings(LLMatcher.grammar_from_json_schema(sent(reply)), LLTokenizer("byte"))
    assert not failed, said
    assert said == []


@each_reply
@pytest.mark.parametrize("seed", range(5))
def test_what_the_grammar_lets_through_is_taken(reply: type[BaseModel], seed: int) -> None:
    written = written_at_random(sent(reply), random.Random(seed))
    assert reply.model_validate_json(written, strict=False)
    assert set(json.loads(written)) == set(sent(reply)["properties"])


def written_at_random(schema: dict[str, Any], dice: random.Random, most: int = 20_000) -> bytes:
    """A document that the schema's grammar allows, one byte after the other; what closes a text or a list is taken when it may be, mostly."""
    tokenizer = LLTokenizer("byte")
    matcher = LLMatcher(tokenizer, LLMatcher.grammar_from_json_schema(schema))
    written = bytearray()
    while not matcher.is_stopped() and len(written) < most:
        mask = matcher.compute_bitmask()
        allowed = [byte for byte in range(256) if mask[byte // 8] >> byte % 8 & 1]
        if matcher.is_accepting() or not allowed:
            break
        closing = [byte for byte in allowed if byte in b'"]}']
        if closing and dice.random() < 0.4:
            allowed = closing
        byte = dice.choice([byte for byte in allowed if byte not in b" \t\r\n"] or allowed)
        written.append(byte)
        assert matcher.consume_token(byte), matcher.get_error()
    assert matcher.is_accepting(), f"not ended after {len(written)} bytes"
    return bytes(written)


STRING = {"type": "string"}


def thing(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def nested(levels: int) -> dict[str, Any]:
    return thing(inner=nested(levels - 1)) if levels > 1 else thing(end=STRING)


def listed(levels: int) -> dict[str, Any]:
    return {"type": "array", "items": listed(levels - 1)} if levels else STRING


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ({"anyOf": [thing(a=STRING)]}, "#: the root must be an object, not a union"),
        ({"type": "array", "items": STRING}, "#: the root must be an object"),
        ({**thing(a=STRING), "additionalProperties": True}, "#: `additionalProperties` must be false"),
        ({key: value for key, value in thing(a=STRING).items() if key != "additionalProperties"}, "#: `additionalProperties` must be false"),
        ({**thing(a=STRING), "required": []}, "#: all properties must be required; not so: a"),
        ({**thing(a=STRING), "required": ["a", "b"]}, "#: all properties must be required; not so: b"),
        (thing(), "#: an object without properties"),
        (thing(a={**STRING, "maxLength": 3}), "#/properties/a: `maxLength` is not in the subset that all providers take"),
        (thing(a={**STRING, "default": "x"}), "#/properties/a: `default` is not in the subset that all providers take"),
        (thing(a={**STRING, "format": "date"}), "#/properties/a: `format` is not in the subset that all providers take"),
        (thing(a={"type": "integer", "minimum": 0}), "#/properties/a: `minimum` is not in the subset that all providers take"),
        (thing(a={**listed(1), "maxItems": 3}), "#/properties/a: `maxItems` is not in the subset that all providers take"),
        (thing(a={"type": "array"}), "#/properties/a/items: must be a schema, is None"),
        (thing(a={}), "#/properties/a: `type` must be one of object, array, string, integer, number, boolean, null; is None"),
        (thing(a={"oneOf": [STRING]}), "#/properties/a: `type` must be one of object, array, string, integer, number, boolean, null; is None"),
        (thing(a={"type": ["string", "null"]}), "#/properties/a: `type` must be one of object, array, string, integer, number, boolean, null; is ['string', 'null']"),
        (thing(a={"anyOf": []}), "#/properties/a: `anyOf` must list at least one schema"),
        (thing(a={"anyOf": [STRING], "default": None}), "#/properties/a: `default` is not in the subset that all providers take"),
        (thing(a={"anyOf": [{**STRING, "pattern": "x"}]}), "#/properties/a/anyOf/0: `pattern` is not in the subset that all providers take"),
        (thing(a={**STRING, "enum": ["x", 1]}), "#/properties/a: 1 is no string"),
        (thing(a={"type": "integer", "const": True}), "#/properties/a: True is no integer"),
        (thing(a={"$ref": "https://example.com/other.json"}), "#/properties/a: `$ref` must name one of `$defs`; is 'https://example.com/other.json'"),
        ({**thing(a={"$ref": "#/$defs/A", "description": "b"}), "$defs": {"A": STRING}}, "#/properties/a: nothing may stand beside `$ref`; there is description"),
        ({**thing(a=STRING), "$defs": {"A": STRING}}, "#/$defs/A: nothing refers to it"),
        ({**thing(a={"$ref": "#/$defs/A"}), "$defs": {"A": thing(b={"$ref": "#/$defs/A"})}}, "#/$defs/A/properties/b: recursive: A holds itself"),
        (nested(6), "#/properties/inner/properties/inner/properties/inner/properties/inner/properties/inner: 6 levels of objects, at most 5"),
        (thing(a=listed(10)), f"#/properties/a{'/items' * 9}: 11 levels of objects and arrays, at most 10"),
        (thing(**{f"p{number}": STRING for number in range(101)}), "#: 101 properties, counted where they are referred to, at most 100"),
        (thing(a={**STRING, "enum": [f"v{number}" for number in range(501)]}), "#: 501 values of enumerations, at most 500"),
        (thing(**{f"p{number}": {"anyOf": [STRING, {"type": "null"}]} for number in range(17)}), "#: 17 properties that are a union, at most 16"),
        (thing(a={**STRING, "const": "x" * 15_001}), "#: 15002 characters of names and values, at most 15000"),
        (thing(a={**STRING, "enum": [f"{number:040}" for number in range(251)]}), "#/properties/a: 251 values of 10040 characters, at most 7500"),
    ],
)  # fmt: skip
def test_what_a_provider_refuses_is_said(schema: dict[str, Any], said: str) -> None:
    assert said in strict_problems(schema)


@pytest.mark.parametrize(
    "schema", [nested(5), thing(a=listed(9)), thing(a={"type": "null"}), thing(a={"type": "number", "enum": [1, 2.5]})]
)
def test_what_every_provider_takes_is_silent(schema: dict[str, Any]) -> None:
    assert strict_problems(schema) == []


@pytest.mark.parametrize("reply", SCHEMAS, ids=lambda reply: reply.__name__)
def test_no_property_repeats_its_name_as_a_title(reply: type[BaseModel]) -> None:
    schema = reply.model_json_schema()
    for of in (schema, *schema.get("$defs", {}).values()):
        assert not any("title" in one for one in of.get("properties", {}).values())
