"""Models that are asked by a request put together by hand, in languages whose requests are records and builders."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.system.model import System
from tests.system.small import elements, flows, scan_of, system_of

_JAVA = """
    package a;
    import java.net.http.HttpClient;
    import java.net.http.HttpRequest;
    import java.net.http.HttpResponse;
    import java.util.HashMap;
    import java.util.List;
    import java.util.Map;
    import okhttp3.*;
    import org.springframework.http.HttpEntity;
    import org.springframework.web.bind.annotation.*;
    import org.springframework.web.client.RestClient;
    import org.springframework.web.client.RestTemplate;
    import org.springframework.web.reactive.function.client.WebClient;

    @RestController
    public class Ask {
        private final OkHttpClient okhttp = new OkHttpClient();
        private final HttpClient http = HttpClient.newHttpClient();
        private final RestTemplate rest = new RestTemplate();
        private final WebClient web = WebClient.create();
        private final RestClient rest2 = RestClient.create("https://models.example");

        @PostMapping("/ask")
        public String ask(@RequestBody String question) throws Exception {
            Map<String, Object> body = new HashMap<>();
            body.put("model", "gpt-5");
            body.put("messages", List.of(Map.of("role", "user", "content", question)));
            SENDS
        }
    }
    """
_GO = """
    package main

    import (
        "bytes"
        "encoding/json"
        "io"
        "log"
        "net/http"

        "github.com/go-resty/resty/v2"
    )

    type Message struct {
        Role    string `json:"role"`
        Content string `json:"content"`
    }
    type Body struct {
        Model    string    `json:"model"`
        Messages []Message `json:"messages"`
    }

    func ask(w http.ResponseWriter, r *http.Request) {
        question := r.FormValue("q")
        body := Body{Model: "gpt-5", Messages: []Message{{Role: "user", Content: question}}}
        SENDS
    }

    func main() { http.HandleFunc("/ask", ask) }
    """
REQUESTS = {
    "OkHttp": (
        "Ask.java",
        _JAVA,
        """
            RequestBody json = RequestBody.create(mapper.writeValueAsString(body), MediaType.parse("application/json"));
            Request request = new Request.Builder().url(base + "/v1/chat/completions").post(json).build();
            Response response = okhttp.newCall(request).execute();
            return response.body().string();
        """,
    ),
    "the JDK's client": (
        "Ask.java",
        _JAVA,
        """
            HttpRequest request = HttpRequest.newBuilder().uri(URI.create("https://models.example/v1/chat/completions"))
                .POST(HttpRequest.BodyPublishers.ofString(mapper.writeValueAsString(body))).build();
            return http.send(request, HttpResponse.BodyHandlers.ofString()).body();
        """,
    ),
    "RestTemplate": (
        "Ask.java",
        _JAVA,
        """
            return rest.postForObject("https://models.example/v1/chat/completions", new HttpEntity<>(body, headers), String.class);
        """,
    ),
    "WebClient": (
        "Ask.java",
        _JAVA,
        """
            return web.post().uri("https://models.example/v1/chat/completions").bodyValue(body).retrieve().bodyToMono(String.class).block();
        """,
    ),
    "RestClient": (
        "Ask.java",
        _JAVA,
        """
            Answer answer = rest2.post().uri("/v1/chat/completions").body(body).retrieve().body(Answer.class);
            return answer.choices().get(0).message().content();
        """,
    ),
    "net/http": (
        "ask.go",
        _GO,
        """
        data, _ := json.Marshal(body)
        request, _ := http.NewRequest("POST", base+"/v1/chat/completions", bytes.NewBuffer(data))
        response, _ := http.DefaultClient.Do(request)
        reply, _ := io.ReadAll(response.Body)
        log.Println(string(reply))
        """,
    ),
    "http.Post": (
        "ask.go",
        _GO,
        """
        data, _ := json.Marshal(body)
        response, _ := http.Post("https://models.example/v1/chat/completions", "application/json", bytes.NewReader(data))
        reply, _ := io.ReadAll(response.Body)
        log.Println(string(reply))
        """,
    ),
    "resty": (
        "ask.go",
        _GO,
        """
        response, _ := resty.New().R().SetBody(body).Post("https://models.example/v1/chat/completions")
        log.Println(response.String())
        """,
    ),
}


def _system(path: str, text: str, sends: str) -> System:
    return system_of({path: text.replace("SENDS", sends.strip())})


@pytest.mark.parametrize(("path", "text", "sends"), REQUESTS.values(), ids=REQUESTS.keys())
def test_a_request_that_names_a_model_and_holds_a_conversation_asks_it(path: str, text: str, sends: str) -> None:
    system = _system(path, text, sends)
    (model,) = elements(system, "hosted_llm")
    assert model.name.startswith("gpt-5") and model.attributes["recognised"] == "shape"
    asked = [flow for flow in system.flows if flow.target == model.id and "user_input" in flow.carries]
    assert asked and asked[0].role in ("prompt", "conversation")
    assert flows(system, "response" if path.endswith(".java") else "log", "model_reply")


@pytest.mark.parametrize(("path", "text", "sends"), REQUESTS.values(), ids=REQUESTS.keys())
def test_a_request_about_a_model_of_something_else_asks_none(path: str, text: str, sends: str) -> None:
    other = text.replace('"messages"', '"colours"').replace("Messages ", "Colours ").replace("Messages:", "Colours:")
    assert not elements(_system(path, other, sends.replace("/v1/chat/completions", "/cars")), "hosted_llm")


_GO_CLIENT = """
    package gemini
    import (
        "bytes"
        "io"
        "net/http"
    )
    func Answer(client http.Client, address string, payload []byte) string {
        request, _ := http.NewRequest("POST", address, bytes.NewReader(payload))
        return read(client, request)
    }
    func read(client http.Client, request *http.Request) string {
        answer, _ := client.Do(request)
        body, _ := io.ReadAll(answer.Body)
        return string(body)
    }
    """
_GO_MAIN = """
    package main
    import (
        "net/http"
        "os"
        "os/exec"
        "example.com/app/PLACE/gemini"
    )
    func run(w http.ResponseWriter, r *http.Request) {
        exec.Command("sh", "-c", gemini.Answer(http.Client{}, os.Getenv("ADDRESS"), []byte(r.FormValue("q")))).Run()
    }
    func main() {
        http.HandleFunc("/run", run)
        http.ListenAndServe(":80", nil)
    }
    """


@pytest.mark.parametrize(("place", "of_model"), [("llm", True), ("llm/tools", False), ("pages", False)])
def test_what_a_hand_written_client_of_a_provider_reads_is_the_models_reply(tmp_path: Path, place: str, of_model: bool) -> None:
    files = {"go.mod": "module example.com/app\n", f"{place}/gemini/client.go": _GO_CLIENT, "main.go": _GO_MAIN.replace("PLACE", place)}
    found = flows(scan_of(tmp_path, files).system, "shell")
    assert any("model_reply" in flow.carries for flow in found) is of_model


def test_a_token_that_such_a_client_asks_for_is_no_reply(tmp_path: Path) -> None:
    client = _GO_CLIENT.replace("read(", "exchangeToken(")
    files = {"go.mod": "module example.com/app\n", "llm/gemini/client.go": client, "main.go": _GO_MAIN.replace("PLACE", "llm")}
    assert not any("model_reply" in flow.carries for flow in flows(scan_of(tmp_path, files).system, "shell"))


_NET = """
using System.Net.Http;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
var app = WebApplication.CreateBuilder(args).Build();
app.MapPost("/ask", async (Ask ask, Chat chat) => await chat.AskAsync(ask.Style, ask.Text));
app.Run();
public record Ask(string Style, string Text);
public record Message(string Role, string Content);
public record Body(string Model, List<Message> Messages);
public record Answer(List<Message> Choices);
public class Chat(HttpClient http)
{
  public async Task<string> AskAsync(string style, string text)
  {
    var body = BODY;
    SENDS
    var answer = await response.Content.ReadFromJsonAsync<Answer>();
    return answer.Choices[0].Content;
  }
}
"""
_BODIES = [
    'new Body("gpt-5", new List<Message> { new("system", $"You are {style}"), new("user", text) })',
    'new { model = "gpt-5", messages = new[] { new { role = "system", content = $"You are {style}" }, new { role = "user", content = text } } }',
]
_SENDS = [
    'var response = await http.PostAsJsonAsync("https://models.example/v1/chat/completions", body);',
    'var response = await http.PostAsync("https://models.example/v1/chat/completions", new StringContent(JsonSerializer.Serialize(body)));',
]


@pytest.mark.parametrize("body", _BODIES, ids=["records", "anonymous"])
@pytest.mark.parametrize("sends", _SENDS, ids=["PostAsJsonAsync", "PostAsync"])
def test_what_a_csharp_client_reads_of_the_answer_is_the_models_reply_and_no_page(body: str, sends: str) -> None:
    system = system_of({"Program.cs": _NET.replace("BODY", body).replace("SENDS", sends)})
    assert elements(system, "hosted_llm") and not elements(system, "web_content")
    assert flows(system, "response", "model_reply")


_SPOKEN = {
    "Program.cs": _NET.replace("BODY", _BODIES[0]).replace("SENDS", _SENDS[0]),
    "Ask.java": """
package a;
import java.util.List;
import java.net.URI;
import java.net.http.*;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.springframework.web.bind.annotation.*;
record Ask(String style, String text) {}
record Message(String role, String content) {}
record Body(String model, List<Message> messages) {}
@RestController
class Controller {
  private final HttpClient http = HttpClient.newHttpClient();
  private final ObjectMapper mapper = new ObjectMapper();
  @PostMapping("/ask")
  String ask(@RequestBody Ask ask) throws Exception {
    var body = new Body("gpt-5", List.of(new Message("system", "You are " + ask.style()), new Message("user", ask.text())));
    var request = HttpRequest.newBuilder(URI.create("https://models.example/v1/chat/completions"))
        .POST(HttpRequest.BodyPublishers.ofString(mapper.writeValueAsString(body))).build();
    return http.send(request, HttpResponse.BodyHandlers.ofString()).body();
  }
}
""",
    "ask.go": _GO.replace("SENDS", REQUESTS["net/http"][2]).replace(
        '{Role: "user", Content: question}', '{Role: "system", Content: "You are " + question}, {Role: "user", Content: question}'
    ),
}


@pytest.mark.parametrize("path", _SPOKEN)
def test_whose_words_a_text_is_stays_known_where_the_conversation_is_written_down(path: str) -> None:
    asked = [flow.role for flow in system_of({path: _SPOKEN[path]}).flows if flow.target.startswith("hosted_llm:")]
    assert sorted(set(filter(None, asked))) == ["prompt", "system_prompt"]
