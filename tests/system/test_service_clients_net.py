"""What a C# client of a service answers: data of the service it was set up for, or pages of anybody."""

from __future__ import annotations

import pytest

from tests.system.small import elements, system_of

_CLIENT = """
using System.Net.Http;
using System.ComponentModel;
using Microsoft.SemanticKernel;
public class Catalogue(HttpClient client) {
  private const string BasePath = "api/v1/products";
  [KernelFunction]
  public async Task<string> Find(string id, string address) {
    var answer = await client.GetAsync(ADDRESS);
    return await answer.Content.ReadAsStringAsync();
  }
}
"""


@pytest.mark.parametrize(
    ("address", "outsiders"),
    [
        ('$"{BasePath}/{id}"', False),
        ('"api/products?all=true"', False),
        ('$"https://pages.example.com/{id}"', True),
        ("address", True),
    ],
)
def test_an_address_without_a_host_is_of_the_service_the_client_was_set_up_for(address: str, outsiders: bool) -> None:
    assert bool(elements(system_of({"Catalogue.cs": _CLIENT.replace("ADDRESS", address)}), "web_content")) is outsiders


_ASKED = """
using System.Net.Http;
using System.Net.Http.Json;
using System.ComponentModel;
using Microsoft.SemanticKernel;
public record Product(Guid Id, string Name);
public class Catalogue(HttpClient client) {
  public async Task<IReadOnlyList<Product>> Some(string ids) {
    using var answer = await client.GetAsync($"ADDRESS/by-ids?{ids}").ConfigureAwait(false);
    return await answer.Content.ReadFromJsonAsync<List<Product>>().ConfigureAwait(false);
  }
}
public class Plugin(Catalogue catalogue) {
  [KernelFunction]
  public async Task<string> Names(string ids) {
    var known = (await catalogue.Some(ids)).ToDictionary(p => p.Id);
    return known.First().Name;
  }
}
"""


@pytest.mark.parametrize(("address", "outsiders"), [("api/v1/products", False), ("https://pages.example.com", True)])
def test_what_is_done_with_an_answer_later_is_no_request_of_its_own(address: str, outsiders: bool) -> None:
    assert bool(elements(system_of({"Shop.cs": _ASKED.replace("ADDRESS", address)}), "web_content")) is outsiders
