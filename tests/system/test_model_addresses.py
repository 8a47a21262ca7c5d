"""Where models are asked: addresses in clear, unchecked certificates, and addresses that come with the request."""

from __future__ import annotations

import pytest

from tests.system.small import elements, flows, system_of

ASK = "\ndef ask(text):\n    return client.chat.completions.create(model='gpt-5', messages=[{'role': 'user', 'content': text}])\n"
TS_ASK = "\nexport const ask = (text: string) => client.chat.completions.create({ model: 'gpt-5', messages: [{ role: 'user', content: text }] });\n"


def marks(files: dict[str, str] | str) -> tuple[object, object]:
    model = elements(system_of(files), "hosted_llm")[0]
    return model.attributes.get("asked_in_clear", False), model.attributes.get("tls_verification", True)


@pytest.mark.parametrize(
    ("address", "plain"),
    [
        ("http://models.example-cloud.net/v1", True),
        ("http://203.0.113.9:8000/v1", True),
        ("https://models.example-cloud.net/v1", False),
        ("http://localhost:11434/v1", False),
        ("http://127.0.0.1:1234/v1", False),
        ("http://vllm:8000/v1", False),
        ("http://10.1.2.3:8000/v1", False),
        ("http://172.20.0.4:8000/v1", False),
        ("http://192.168.1.20:11434", False),
        ("http://host.docker.internal:11434/v1", False),
        ("http://models.ml.svc.cluster.local/v1", False),
        ("http://models.ml.svc:8080/v1", False),
        ("http://box.local/v1", False),
        ("http://[::1]:8000/v1", False),
    ],
)
def test_only_a_public_address_without_tls_is_one_that_strangers_read(address: str, plain: bool) -> None:
    assert marks(f"from openai import OpenAI\nclient = OpenAI(base_url='{address}')" + ASK)[0] is plain


def test_an_address_with_a_choice_of_tls_is_not_told() -> None:
    text = "from openai import OpenAI\nimport sys\nbase = 'http://a.example.com/v1' if sys.argv[1:] else 'https://a.example.com/v1'\n"
    assert marks(text + "client = OpenAI(base_url=base)" + ASK) == (False, True)


@pytest.mark.parametrize(
    "client",
    [
        "import httpx\nfrom openai import OpenAI\nclient = OpenAI(http_client=httpx.Client(verify=False))",
        "import httpx\nfrom openai import OpenAI\nhttp = httpx.Client(verify=False)\nclient = OpenAI(http_client=http).with_options(timeout=3)",
    ],
)
def test_a_client_with_unchecked_certificates_is_seen_through_its_transport(client: str) -> None:
    assert marks(client + ASK)[1] is False


def test_the_options_of_a_transport_are_looked_at_where_they_are_a_table() -> None:
    text = "from langchain_ollama import ChatOllama\nllm = ChatOllama(model='m', base_url='https://a.example.com', client_kwargs={'verify': False})\n"
    models = elements(system_of(text + "def ask(text):\n    return llm.invoke(text)\n"), "local_llm")
    assert [model.attributes.get("tls_verification") for model in models] == [False]


def test_an_agent_of_node_that_accepts_any_certificate_is_seen() -> None:
    text = (
        "import https from 'node:https';\nimport OpenAI from 'openai';\n"
        "const client = new OpenAI({ httpAgent: new https.Agent({ rejectUnauthorized: false }) });"
    )
    assert marks({"src/a.ts": text + TS_ASK})[1] is False


@pytest.mark.parametrize("transport", ["httpx.Client(verify=True)", "httpx.Client(verify='/etc/ca.pem')", "httpx.Client(timeout=30)"])
def test_checked_certificates_are_no_mark(transport: str) -> None:
    assert marks(f"import httpx\nfrom openai import OpenAI\nclient = OpenAI(http_client={transport})" + ASK) == (False, True)


def test_unchecked_certificates_of_this_machine_are_no_mark() -> None:
    client = "import httpx\nfrom openai import OpenAI\nclient = OpenAI(base_url='https://localhost:8443/v1', http_client=httpx.Client(verify=False))"
    assert marks(client + ASK) == (False, True)


ROUTE = "from fastapi import FastAPI\nfrom pydantic import BaseModel\nfrom openai import OpenAI\napp = FastAPI()\nclass Ask(BaseModel):\n    text: str\n    url: str\n"


@pytest.mark.parametrize(
    ("given", "told"),
    [("body.url", True), ("'https://x.example.com/v1'", False), ("ENDPOINTS[body.url]", False), ("None", False)],
)
def test_an_address_of_the_request_flows_to_the_model(given: str, told: bool) -> None:
    text = ROUTE + (
        "ENDPOINTS = {'a': 'https://a.example.com/v1'}\n@app.post('/x')\ndef ask(body: Ask):\n"
        f"    client = OpenAI(base_url={given})\n"
        "    return client.responses.create(model='gpt-5', input=body.text).output_text\n"
    )
    assert bool([flow for flow in flows(system_of(text), "url", "user_input") if flow.target.startswith("hosted_llm:")]) is told


GO_CLIENT = """package llm
import ("bytes"; "encoding/json"; "io"; "net/http")
type Chat struct { baseURL, model string; client *http.Client }
func (c *Chat) answer(messages []string) string {
  body, _ := json.Marshal(map[string]any{"model": c.model, "messages": messages})
  request, _ := http.NewRequest("POST", ADDRESS, bytes.NewReader(body))
  c.mark(request)
  reply, err := c.client.Do(request)
  if err != nil { return "" }
  raw, _ := io.ReadAll(reply.Body)
  return string(raw)
}
func (c *Chat) mark(request *http.Request) { request.Header.Set("Authorization", "Bearer "+c.model) }
func handle(w http.ResponseWriter, r *http.Request) {
  c := &Chat{baseURL: "https://models.example.com", client: http.DefaultClient}
  io.WriteString(w, c.answer([]string{r.FormValue("text"), r.FormValue("address")}))
}
func main() { http.HandleFunc("/ask", handle); http.ListenAndServe(":80", nil) }
"""


def test_what_a_request_of_go_carries_does_not_choose_where_it_goes() -> None:
    def asked_at(address: str) -> bool:
        return bool(flows(system_of({"llm/chat.go": GO_CLIENT.replace("ADDRESS", address)}), "url", "user_input"))

    assert not asked_at('c.baseURL+"/chat/completions"')
    assert asked_at('messages[1]+"/chat/completions"')
