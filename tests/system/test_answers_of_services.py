"""What a service answers when something is left with it: how that went, and no text of outsiders nor a record that was kept."""

from __future__ import annotations

import pytest

from pipeline.system.model import System
from tests.system.small import system_of

_PYTHON = """
import requests
from fastapi import FastAPI
from openai import OpenAI

app = FastAPI()


def NAME(title: str) -> str:
    answer = requests.METHOD("https://tracker.example.com/rest/things", json={"title": title})
    return answer.json()["message"]


@app.post("/go")
def go(title: str) -> str:
    return OpenAI().responses.create(model="gpt-5", input="Sum up: " + NAME(title)).output_text
"""
_CSHARP = """
using System.Net.Http;
using System.Text.Json;
using Microsoft.SemanticKernel;
using Microsoft.AspNetCore.Builder;
namespace Desk;
public class Tracker
{
    private readonly HttpClient _client = new HttpClient();
    public async Task<string> NAME(string title)
    {
        var answer = await _client.METHOD;
        var said = await answer.Content.ReadAsStringAsync();
        return READ;
    }
}
public static class Api
{
    public static void Map(this WebApplication app) { app.MapPost("/go", Go); }
    private static async Task<string> Go(string title, Kernel kernel, Tracker tracker)
    {
        var said = await tracker.NAME(title);
        var result = await kernel.InvokePromptAsync($"Sum up: {said}");
        return result.ToString();
    }
}
"""


def kinds_that_reach_a_model(system: System) -> set[tuple[str, str]]:
    kinds: dict[str, str] = {element.id: element.kind for element in system.elements}
    return {(kinds[flow.source], label) for flow in system.flows if flow.role == "prompt" for label in map(str, flow.carries)} - {
        ("http_route", "user_input")
    }


@pytest.mark.parametrize(
    ("name", "method", "found"),
    [
        ("create_thing", "post", {("external_service", "stored_data")}),
        ("list_things", "get", {("web_content", "stored_data")}),  # where it was asked, and not what was asked for
        ("search_pages", "get", {("web_content", "web_content")}),
    ],
)
def test_an_answer_to_what_was_left_is_no_record(name: str, method: str, found: set[tuple[str, str]]) -> None:
    assert kinds_that_reach_a_model(system_of(_PYTHON.replace("NAME", name).replace("METHOD", method))) == found


@pytest.mark.parametrize(
    ("name", "method", "read", "found"),
    [
        ("CreateThing", 'PostAsync("https://tracker.example.com/things", new StringContent(title))', "said", "external_service"),
        ("Upload", 'PutAsync("https://tracker.example.com/things", new StringContent(title))', "said", "external_service"),
        ("Fetch", 'GetAsync("https://tracker.example.com/things")', "said", "web_content"),
        ("Fetch", 'GetAsync("https://tracker.example.com/things")', "JsonSerializer.Deserialize<Thing>(said).Name", "external_service"),
        ("Fetch", 'GetAsync("/things")', "JsonSerializer.Deserialize<Thing>(said).Name", "data_store"),  # of a service of one's own
        ("Upload", 'PutAsync("/things", new StringContent(title))', "said", "external_service"),
        ("FetchPage", 'GetAsync("https://tracker.example.com/pages")', "JsonSerializer.Deserialize<Thing>(said).Body", "web_content"),
    ],
)
def test_an_answer_is_known_by_the_request_in_csharp(name: str, method: str, read: str, found: str) -> None:
    text = _CSHARP.replace("NAME", name).replace("METHOD", method).replace("READ", read)
    assert {kind for kind, _label in kinds_that_reach_a_model(system_of({"Tracker.cs": text}))} == {found}


@pytest.mark.parametrize(
    ("refused", "found"),
    [
        ('raise ValueError(f"refused: {answer.text}")', "stored_data"),
        ('raise ValueError(f"refused: {answer.text[:200]}")', "stored_data"),
        ("return answer.text", "web_content"),
    ],
)
def test_the_text_of_an_answer_counts_where_something_is_made_of_it(refused: str, found: str) -> None:
    text = (
        _PYTHON.replace("NAME", "things")
        .replace("METHOD", "get")
        .replace("    return answer.json", f"    if not title:\n        {refused}\n    return answer.json")
    )
    assert {label for _kind, label in kinds_that_reach_a_model(system_of(text))} == {found}
