"""Encoded text is one component of an address: it asks for something, and does not choose who is asked."""

from __future__ import annotations

import pytest

from tests.system.small import flows, system_of

JAVA = """
package a;
import org.springframework.web.bind.annotation.*;
import org.springframework.web.client.RestTemplate;
import org.springframework.web.util.UriUtils;
import org.springframework.ai.chat.client.ChatClient;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
@RestController
class Search {
  private RestTemplate rest;
  private String base;
  private ChatClient chat;
  @GetMapping("/x")
  public String search(@RequestParam String q) {
    String url = base + TEXT;
    return rest.getForObject(url, String.class);
  }
}
"""
CSHARP = """
using System;
using System.Net.Http;
using Microsoft.AspNetCore.Mvc;
using OpenAI.Chat;
[ApiController][Route("x")]
public class Search : ControllerBase {
  private readonly HttpClient _http;
  private readonly string _base;
  [HttpGet] public async Task<string> Find(string q) {
    var url = _base + TEXT;
    return await _http.GetStringAsync(url);
  }
}
"""


@pytest.mark.parametrize(
    ("path", "page", "text", "chooses"),
    [
        ("Search.java", JAVA, "q", True),
        ("Search.java", JAVA, "q.trim()", True),
        ("Search.java", JAVA, "URLEncoder.encode(q, StandardCharsets.UTF_8)", False),
        ("Search.java", JAVA, "UriUtils.encodePathSegment(q, StandardCharsets.UTF_8)", False),
        ("Search.cs", CSHARP, "q", True),
        ("Search.cs", CSHARP, "Uri.EscapeDataString(q)", False),
    ],
)
def test_encoded_text_chooses_no_address(path: str, page: str, text: str, chooses: bool) -> None:
    assert bool(flows(system_of({path: page.replace("TEXT", text)}), "url", "user_input")) is chooses
