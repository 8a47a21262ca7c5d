"""What documents tell where nothing but they tell of a system: each fact, beside a near miss that tells nothing of the kind."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.findings.model import Finding, Scan
from pipeline.scan import ScanSettings, scan
from pipeline.system.documents.described_claims import denied_of, promised_of
from pipeline.system.documents.described_names import explained_kind, own_name
from pipeline.system.documents.told_tools import tool_named
from pipeline.system.rules.told_words import facts_in

AGENT = "The claims agent sends the message of the customer to GPT-4o at OpenAI. The claims agent can issue refunds to customers."


def described(root: Path, text: str, name: str = "design.md") -> Scan:
    target = root / name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, "utf-8")
    return scan(root, ScanSettings(jobs=1))


def threats(result: Scan) -> set[str]:
    return {finding.threat for finding in result.findings}


def found(result: Scan, threat: str) -> Finding:
    (finding,) = (finding for finding in result.findings if finding.threat == threat)
    return finding


def lines(finding: Finding) -> set[int]:
    return {evidence.start_line for evidence in finding.evidence}


def attributes(result: Scan, element: str) -> dict[str, object]:
    (one,) = (each for each in result.system.elements if each.id == element)
    return dict(one.attributes)


# Controls that are not there


@pytest.mark.parametrize(
    ("sentence", "kinds"),
    [
        ("The loop has no upper bound.", ["loop_limit"]),
        ("There is no maximum number of steps.", ["loop_limit"]),
        ("Rate limiting is not yet implemented.", ["rate_limit"]),
        ("Rate limiting is out of scope for v1.", ["rate_limit"]),
        ("Rate limiting is planned for Q3.", ["rate_limit"]),
        ("So far there is no limit per customer.", ["rate_limit"]),
        ("No authentication or rate limiting.", ["authentication", "rate_limit"]),
        ("Authentication: none", ["authentication"]),
        ("Approval of bookings by nurses is switched off since yesterday.", ["human_approval"]),
        ("Voice notes are not limited in length.", ["input_length_limit"]),
        ("Tool calls are not stored.", ["audit_log"]),
        ("All customers share the same index.", ["tenant_filter"]),
        ("Customers are not told why.", ["explanation"]),
        ("The old weights are overwritten.", ["model_lineage"]),
        ("MCP over HTTP, no login, no TLS", ["authentication", "tls"]),
        ("There is no budget alarm.", ["budget_limit"]),
    ],
)
def test_a_sentence_says_that_a_control_is_not_there(sentence: str, kinds: list[str]) -> None:
    assert sorted(denied_of(sentence)) == kinds


@pytest.mark.parametrize(
    "sentence",
    [
        "TODO: add rate limiting.",
        "Implement rate limiting.",
        "Without rate limiting, callers could run up costs.",
        "Requests without a valid token are rejected.",
        "There would be no login.",
        "Is there no rate limiting?",
        "The loop ends after six rounds.",
        "GitHub has no rate limiting for apps.",
        "Fixtures contain no API key.",
        "Should the agent work without approval?",
        "Option: the agent books without approval.",
        "The agent never acts without approval.",
    ],
)
def test_what_is_planned_conditional_asked_or_the_opposite_denies_nothing(tmp_path: Path, sentence: str) -> None:
    result = described(tmp_path, f"# Design\n\n{AGENT}\n\n{sentence}\n")
    assert [claim.text for claim in result.system.claims if claim.kind == "denial"] == []


@pytest.mark.parametrize(
    ("sentence", "kinds"),
    [
        ("The agent stops after six rounds.", ["loop_limit"]),
        ("Each patient has 40 calls a day; above that the API answers 429.", ["rate_limit"]),
        ("Voice notes are cut at 3 minutes and 8 MB.", ["input_length_limit"]),
        ("A nurse sees each result before the patient does.", ["human_approval"]),
        ("An adjuster approves every payout.", ["human_approval"]),
        ("The orchestrator approves every call.", []),
        ("It is shown as plain text.", ["output_encoding"]),
        ("Results are filtered by the tenant of the caller.", ["tenant_filter"]),
        ("Data, commit and metrics are stored with each version.", ["model_lineage"]),
        ("The service listens on localhost only.", ["network_isolation"]),
    ],
)
def test_a_sentence_says_that_a_control_is_there(sentence: str, kinds: list[str]) -> None:
    assert promised_of(sentence) == kinds


@pytest.mark.parametrize("sentence", ["1,900 conversations a day are expected.", "The default GitHub API rate limits are quite strict."])
def test_numbers_of_calls_and_limits_of_others_promise_nothing(sentence: str) -> None:
    assert promised_of(sentence) == []


def test_a_denial_is_cited_by_the_finding_it_makes_sure(tmp_path: Path) -> None:
    silent = found(described(tmp_path / "a", f"# Design\n\n{AGENT}\n"), "agent-runaway-loop")
    told = found(described(tmp_path / "b", f"# Design\n\n{AGENT}\n\nThe loop has no upper bound.\n"), "agent-runaway-loop")
    assert (silent.confidence, told.confidence != "low") == ("low", True)
    assert 5 in lines(told)


def test_a_bound_of_the_loop_closes_the_finding(tmp_path: Path) -> None:
    assert "agent-runaway-loop" not in threats(described(tmp_path, f"# Design\n\n{AGENT} The claims agent stops after six rounds.\n"))


# Tables and headings


def test_a_heading_is_the_subject_of_the_list_below_it(tmp_path: Path) -> None:
    result = described(tmp_path, "# Parts\n\n### Document crawler\n\n- fetches pages from the company wiki\n- stores pages in Pinecone\n")
    assert {(flow.source, flow.target) for flow in result.system.flows} >= {
        ("web_content:Company wiki", "component:Document crawler"),
        ("component:Document crawler", "vector_store:Pinecone"),
    }


def test_what_a_manual_tells_its_reader_below_a_heading_is_no_fact(tmp_path: Path) -> None:
    result = described(tmp_path, "# Guide\n\n### Support bot\n\n- send a test message to the customers\n- delete the account\n")
    assert [element.id for element in result.system.elements] == []


TABLE = """# Design

| Component | Technology | Exposed to | Authentication |
|---|---|---|---|
| Claims chat | widget on the website | internet | none |
| Claims agent | GPT-4o | internal | service token |
| Policy index | Weaviate | office network | {index} |
| Fraud scorer | XGBoost classifier | internal | mTLS |
"""


def test_a_table_of_components_defines_parts_with_what_they_are_and_who_reaches_them(tmp_path: Path) -> None:
    result = described(tmp_path, TABLE.format(index="none"))
    assert {element.id for element in result.system.elements} >= {
        "chat_ui:Claims chat", "agent:Claims agent", "vector_store:Policy index", "ml_model:Fraud scorer",
    }  # fmt: skip
    exposed = found(result, "exposed-vector-store")
    assert (exposed.element, lines(exposed)) == ("vector_store:Policy index", {7})


def test_a_part_that_asks_for_a_key_is_not_open(tmp_path: Path) -> None:
    assert "exposed-vector-store" not in threats(described(tmp_path, TABLE.format(index="API key")))


TOOLS = """# Claims agent

{agent}

| Tool | What it does | Approval |
|---|---|---|
| `issue_refund(customer_id, amount)` | pays money back | {approval} |
| `lookup_policy` | reads the policy | - |
"""


def test_a_table_of_tools_gives_the_agent_tools_with_effects_and_arguments_that_say_who(tmp_path: Path) -> None:
    result = described(tmp_path, TOOLS.format(agent="The claims agent asks GPT-4o.", approval="none"))
    tool = attributes(result, "tool:issue_refund")
    assert (tool["side_effect"], tool["identity_parameter"]) == (True, "customer_id")
    assert {"tool-without-approval", "model-chosen-identity"} <= threats(result)
    assert "side_effect" not in attributes(result, "tool:lookup_policy")


def test_a_tool_that_a_person_approves_is_no_finding(tmp_path: Path) -> None:
    result = described(
        tmp_path, TOOLS.format(agent="The claims agent asks GPT-4o. Every refund is approved by an adjuster.", approval="adjuster")
    )
    assert "tool-without-approval" not in threats(result)


def test_a_cell_says_where_data_is_kept(tmp_path: Path) -> None:
    table = "| Data | Stored in |\n|---|---|\n| Chat transcripts | Elasticsearch logs |\n"
    result = described(tmp_path, f"# Design\n\nThe claims chat calls the claims agent. The claims agent asks GPT-4o.\n\n{table}")
    assert "sensitive-text-in-logs" in threats(result)


@pytest.mark.parametrize(
    ("cell", "kind"),
    [
        ("our own classifier: red, orange, green", "ml_model"),
        ("Qdrant, 61,000 chunks", "vector_store"),
        ("open 7B model, tuned on our notes", "local_llm"),
        ("Runs the claims agent", None),
        ("FastAPI service that calls GPT-4", None),
    ],
)
def test_a_few_words_say_what_a_part_is(cell: str, kind: str | None) -> None:
    assert explained_kind(cell) == kind


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("Guideline index (Qdrant 6333, no key)", "Guideline index"),
        ("Log store, Loki", "Log store"),
        ("Kiosk in the waiting room", "Kiosk"),
        ("API", "API"),
    ],
)
def test_a_label_ends_where_it_begins_to_explain_itself(label: str, name: str) -> None:
    assert own_name(label) == name


@pytest.mark.parametrize(
    ("text", "effect", "identity"),
    [
        ("book(patient_no, practice, slot)", "store", "patient_no"),
        ("cancel order", "deletion", None),
        ("issue_refund(order_id)", "payment", None),
        ("no bookings", None, None),
    ],
)
def test_a_tool_is_named_by_what_it_does(text: str, effect: str | None, identity: str | None) -> None:
    tool = tool_named(text)
    assert (None if tool is None else tool.effect, None if tool is None else tool.identity) == (effect, identity)


@pytest.mark.parametrize(("node", "kind"), [("AgentService", "component"), ("Agent service", "agent"), ("AgentMapper", "component")])
def test_a_class_that_handles_agents_is_no_agent(tmp_path: Path, node: str, kind: str) -> None:
    drawn = f"flowchart LR\n  ui([Users]) --> a[{node}]\n  a -->|prompt| llm[GPT-4o]\n"
    result = described(tmp_path, f"# Design\n\n```mermaid\n{drawn}```\n")
    assert [element.kind for element in result.system.elements if element.name == node] == [kind]


def test_a_table_about_how_things_are_shown_lists_no_parts(tmp_path: Path) -> None:
    table = "| Component | Color | Description |\n|---|---|---|\n| Agent | cyan | what the agent says |\n"
    assert described(tmp_path, f"# Colours\n\n{table}").system.elements == ()


# Drawings


DRAWN = """# Design

```mermaid
flowchart LR
  app([Customer app]) -->|questions| api[Claims API]
  api --> agent[Claims agent]
  agent -->|issue refund, cancel contract| crm[Contract service]
  agent -->|{link}| post[Post MCP server]
```
"""


def test_what_stands_at_an_arrow_of_an_agent_are_its_tools_and_what_protects_them(tmp_path: Path) -> None:
    result = described(tmp_path, DRAWN.format(link="MCP over HTTP, no login, no TLS"))
    assert {element.id for element in result.system.elements if element.kind == "tool"} == {"tool:issue refund", "tool:cancel contract"}
    assert {"direct-prompt-injection", "mcp-server-without-auth", "spoofed-agent-or-server"} <= threats(result)


def test_a_protected_arrow_is_no_finding(tmp_path: Path) -> None:
    assert not {"mcp-server-without-auth", "spoofed-agent-or-server"} & threats(
        described(tmp_path, DRAWN.format(link="MCP over mutual TLS"))
    )


def test_verbs_that_stand_together_share_what_is_done_to(tmp_path: Path) -> None:
    text = "The booking agent books, moves and cancels appointments. The booking agent can inspect slots, close cases and delete notes."
    result = described(tmp_path, f"# Design\n\n{text}\n")
    assert {element.name for element in result.system.elements if element.kind == "tool"} == {
        "book appointments", "move appointments", "cancel appointments", "close cases", "delete notes",
    }  # fmt: skip


@pytest.mark.parametrize(
    "sentence", ["The agent will not delete claims.", "The agent must not delete claims.", "TODO: the agent deletes claims."]
)
def test_what_an_agent_will_not_do_is_no_tool(tmp_path: Path, sentence: str) -> None:
    assert [element.id for element in described(tmp_path, f"# Design\n\n{sentence}\n").system.elements if element.kind == "tool"] == []


def test_a_store_is_what_a_sentence_says_it_runs_on(tmp_path: Path) -> None:
    drawn = "```mermaid\nflowchart LR\n  agent[Claims agent] -->|search| notes[(Case notes)]\n```\n"
    said = described(tmp_path / "a", f"# Design\n\n{drawn}\nThe case notes is a Chroma collection.\n")
    silent = described(tmp_path / "b", f"# Design\n\n{drawn}\nThe case notes is a long list.\n")
    assert [element.kind for element in said.system.elements if element.name == "Case notes"] == ["vector_store"]
    assert [element.kind for element in silent.system.elements if element.name == "Case notes"] == ["data_store"]


def test_a_site_that_people_use_is_an_entry_and_one_that_is_read_a_source(tmp_path: Path) -> None:
    drawn = "flowchart LR\n  a([Customers]) --> site[Company website]\n  site --> agent[Claims agent]\n  news[News website] --> agent\n"
    result = described(tmp_path, f"# Design\n\n```mermaid\n{drawn}```\n")
    assert {"chat_ui:Company website", "web_content:News website"} <= {element.id for element in result.system.elements}


def test_what_speakers_note_may_deny_but_closes_nothing(tmp_path: Path) -> None:
    from pptx import Presentation

    (tmp_path / "design.md").write_text(f"# Design\n\n{AGENT}\n", "utf-8")
    slides = Presentation()
    slide = slides.slides.add_slide(slides.slide_layouts[1])
    slide.shapes.title.text = "Claims agent"
    slide.notes_slide.notes_text_frame.text = "Every refund is approved by an adjuster. The loop has no upper bound."
    slides.save(str(tmp_path / "talk.pptx"))
    result = scan(tmp_path, ScanSettings(jobs=1))
    assert "tool-without-approval" in threats(result)
    assert "talk.pptx" in {evidence.path for evidence in found(result, "agent-runaway-loop").evidence}


# Habits


@pytest.mark.parametrize(
    ("sentence", "fact"),
    [
        ("The summary is turned into HTML and shown in the portal.", "rendered"),
        ("All prompts and replies are written to the application log in full.", "logged"),
        ("The API logs transcript and answer of each conversation.", "logged"),
        ("The model fills in the patient number from the conversation.", "identity_from_model"),
        ("The user id is passed in the prompt.", "identity_from_model"),
        ("The system prompt contains the override code that adjusters use.", "secret_in_prompt"),
        ("The memory is shared between all customers.", "shared_memory"),
        ("Applications below the cut-off are rejected automatically.", "decides"),
        ("Notes of all insurers are kept in one index.", "holds_of_many"),
        ("The wiki can be edited by everybody.", "open_to_writers"),
        ("The agent uses a third-party MCP server.", "third_party_tools"),
        ("It is downloaded from the Hugging Face hub at start.", "fetched_model"),
    ],
)
def test_a_sentence_tells_of_a_habit(sentence: str, fact: str) -> None:
    assert fact in facts_in(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "The summary is sanitised and turned into HTML.",
        "Prompts and replies are never written to the log.",
        "Prompts are redacted before they are logged.",
        "Check the logs for messages of the server.",
        "Each reply is written to the audit log.",
        "The patient number is taken from the session, never from the conversation.",
        "The system prompt contains no passwords.",
        "The prompt has 6000 tokens.",
        "The memory is not shared between users.",
        "Requests that are too long are rejected automatically.",
        "A nurse decides; nobody is sent home by the model alone.",
        "The wiki can only be edited by the editors.",
        "TODO: log all prompts.",
    ],
)
def test_a_near_miss_tells_of_no_habit(sentence: str) -> None:
    assert facts_in(sentence) == []


def test_a_model_out_of_a_hub_is_unpinned_only_where_that_is_said(tmp_path: Path) -> None:
    newest = "# Ops\n\n## Embedder\n\nIt downloads BAAI/bge-m3 from the Hugging Face hub at each start, latest revision.\n"
    pinned = "# Ops\n\n## Embedder\n\nIt downloads BAAI/bge-m3 from the Hugging Face hub, pinned to commit 5617a9f.\n"
    assert lines(found(described(tmp_path / "a", newest), "unpinned-remote-model")) == {5}
    assert "unpinned-remote-model" not in threats(described(tmp_path / "b", pinned))


@pytest.mark.parametrize(("data", "is_reported"), [("notes of real patients", True), ("synthetic notes written for the purpose", False)])
def test_a_model_tuned_on_records_of_people_remembers_them(tmp_path: Path, data: str, is_reported: bool) -> None:
    result = described(tmp_path, f"# Design\n\nThe summary model is tuned on 41,000 {data}.\n")
    assert ("memorised-training-data" in threats(result)) is is_reported


# Which documents and sections tell of the system


@pytest.mark.parametrize(
    "text",
    [
        "# ADR 1\n\nStatus: superseded by ADR 4\n\n## Decision\n\nThe agent deletes claims without approval.\n",
        "# Design\n\n## Alternatives considered\n\nThe agent deletes claims without approval.\n",
        "# Design\n\n## Future\n\nThe agent deletes claims without approval.\n",
        "# Design\n\nAn attacker sends instructions to the agent.\n",
    ],
)
def test_what_was_not_chosen_is_yet_to_come_or_is_an_attack_makes_nothing(tmp_path: Path, text: str) -> None:
    assert [element.id for element in described(tmp_path, text).system.elements] == []


@pytest.mark.parametrize("name", ["prompts/agent.md", "data/articles.md", "test_plan.md", "CHANGELOG.md"])
def test_documents_that_are_asked_for_or_worked_on_tell_nothing(tmp_path: Path, name: str) -> None:
    assert described(tmp_path, f"# Agent\n\n{AGENT}\n", name).system.elements == ()


def test_what_a_mail_quotes_is_not_what_it_says(tmp_path: Path) -> None:
    mail = "From: a@b.example\nTo: c@b.example\nSubject: approval\nMIME-Version: 1.0\nContent-Type: text/plain\n\n{}\n"
    (tmp_path / "design.md").write_text(f"# Design\n\n{AGENT}\n", "utf-8")
    quoted = "It stays.\n\nOn Wed, Ada wrote:\n> The loop has no upper bound.\n"
    assert not any(claim.kind == "denial" for claim in described(tmp_path, mail.format(quoted), "re.eml").system.claims)
    assert any(claim.kind == "denial" for claim in described(tmp_path, mail.format("The loop has no upper bound."), "re.eml").system.claims)


def test_a_sign_of_comparison_quotes_nothing(tmp_path: Path) -> None:
    result = described(tmp_path, f"# Design\n\n{AGENT} With a score > 0.9 it goes on. The loop has no upper bound.\n")
    assert any(claim.kind == "denial" for claim in result.system.claims)


# Registers and credentials


def test_rows_of_a_register_are_stated_threats_and_closed_ones_tell_nothing_of_now(tmp_path: Path) -> None:
    rows = "| Risk | Impact | Mitigation | Status |\n|---|---|---|---|\n| Calls without end | high | none yet | open |\n| Weaviate answers without key | high | API key | closed |\n"
    result = described(tmp_path, f"# Risks\n\nThe agent reads chunks from the Weaviate index.\n\n{rows}")
    stated = {claim.text: (claim.state, claim.severity, claim.mitigations) for claim in result.system.claims if claim.kind == "threat"}
    assert stated == {
        "Calls without end": ("open", "high", ("none yet",)),
        "Weaviate answers without key": ("mitigated", "high", ("API key",)),
    }
    assert "exposed-vector-store" not in threats(result)


def test_a_key_in_a_table_of_access_is_found_and_shown_nowhere(tmp_path: Path) -> None:
    key = "clm_live_8fK2pQ7xVw3nRt6yZb1mDs9hJc4gLa5e"
    table = f"| What | How |\n|---|---|\n| Model key | {key} (test and production) |\n"
    result = described(tmp_path, f"# Access\n\nThe assistant asks a chat model of Clarimed.\n\n{table}")
    secret = found(result, "secret-in-code-or-config")
    assert (secret.element, lines(secret)) == ("secret:Model key in design.md", {7})
    assert key not in result.model_dump_json()


@pytest.mark.parametrize(
    "row",
    [
        "Model key | in the vault under claims/openai",
        "Password | <ask Jonas>",
        "API key | your-api-key-here",
        "Token | expires-after-30-days",
        "Key | see the vault",
    ],
)
def test_a_place_of_a_secret_or_a_placeholder_is_none(tmp_path: Path, row: str) -> None:
    assert "secret-in-code-or-config" not in threats(described(tmp_path, f"# Access\n\n| What | How |\n|---|---|\n| {row} |\n"))


def test_a_password_of_a_sample_call_is_none(tmp_path: Path) -> None:
    call = '```bash\ncurl -d \'{"email": "demo@example.com", "password": "Passw0rd99"}\' http://localhost:3000/login\n```\n'
    assert "secret-in-code-or-config" not in threats(described(tmp_path, f"# Use\n\n{call}"))


@given(st.text(max_size=300))
def test_any_text_can_be_asked_what_it_tells(text: str) -> None:
    assert isinstance(denied_of(text), list)
    assert isinstance(promised_of(text), list)
    assert isinstance(facts_in(text), list)


PROMISE = "Every request is limited to 10 per minute."


@pytest.mark.parametrize(("other", "closed"), [("The team meets on Mondays.", False), ("The claims agent runs in Frankfurt.", True)])
def test_a_document_that_speaks_of_no_part_of_the_system_closes_nothing(tmp_path: Path, other: str, closed: bool) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "rooms.md").write_text(f"# Booking of rooms\n\n{PROMISE}\n\n{other}\n", "utf-8")
    result = described(tmp_path, f"# Claims\n\n{AGENT}\n")
    assert bool([control for control in result.system.controls if control.kind == "rate_limit" and control.protects]) is closed


# Told in pieces


CLAIMS = """# Claims desk

Policyholders take photographs of the damage and transmit them to the intake service. {login}

## Damage model

The photographs are evaluated by the damage model. {decision}
"""


def test_what_people_send_and_what_a_model_takes_are_one_path(tmp_path: Path) -> None:
    text = CLAIMS.format(
        login="A login is not required at this stage.", decision="Claims below 1,500 EUR are settled on the strength of its estimate alone."
    )
    assert {"unauthenticated-inference-endpoint", "adversarial-evasion"} <= threats(described(tmp_path, text))


def test_a_path_with_a_login_and_a_clerk_is_none(tmp_path: Path) -> None:
    text = CLAIMS.format(login="A login is required.", decision="An adjuster approves each payment before it is settled.")
    assert not {"unauthenticated-inference-endpoint", "adversarial-evasion"} & threats(described(tmp_path, text))


FEEDBACK = """# Helper

Pupils type a question and the assistant answers. The assistant is built on Claude.

## Training

The intent classifier is retrained every Friday. The labels are the thumbs of the pupils. {review}
"""


def test_thumbs_that_train_are_a_loop(tmp_path: Path) -> None:
    result = described(tmp_path, FEEDBACK.format(review="No one looks at them before."))
    assert "feedback-loop-poisoning" in threats(result)


def test_reviewed_thumbs_are_no_loop(tmp_path: Path) -> None:
    result = described(tmp_path, FEEDBACK.format(review="A teacher checks every label before the training."))
    assert "feedback-loop-poisoning" not in threats(result)


def test_a_supplier_is_known_by_what_it_is_said_to_be(tmp_path: Path) -> None:
    text = "# Line\n\nCallers ring the hotline. The audio goes to Sonara (our speech-to-text vendor). Names and addresses go to Sonara as well.\n"
    assert "data-to-third-party-model" in threats(described(tmp_path, text))


def test_a_supplier_that_is_only_weighed_gets_nothing(tmp_path: Path) -> None:
    text = "# Line\n\nCallers ring the hotline. We considered Sonara (a speech-to-text vendor). Names and addresses stay in the register.\n"
    assert "data-to-third-party-model" not in threats(described(tmp_path, text))


def test_words_that_only_qualify_another_name_no_assistant_and_no_model(tmp_path: Path) -> None:
    text = (
        "The claims agent asks Claude. It uses the calendar to boost chatbot sales. We check the form to ensure chatbot users are of age. "
        "The portal offers flexible chatbot configurations. The user supplied prompt, LLM response and log are stored. "
        "The claims agent uses a large language model (LLM). An overprivileged LLM plugin was removed. Bedrock Guardrails checks its answers."
    )
    named = {each.name for each in described(tmp_path, text).system.elements if each.kind in ("agent", "hosted_llm")}
    assert named - {"Language model", "Large language model"} == {"Claims agent", "Claude"}
    beside = described(tmp_path / "more", "Letters go to the travel chatbot. The travel chatbot asks Claude.")
    assert {each.name for each in beside.system.elements if each.kind == "agent"} == {"Travel chatbot"}


def test_a_textbook_names_no_model_of_ours(tmp_path: Path) -> None:
    text = "# Detectors\n\n" + "A detector predicts boxes, and a ranker sorts them. Such a threat model helps teams.\n\n" * 160
    kinds = {element.kind for element in described(tmp_path, text).system.elements}
    assert "ml_model" not in kinds


def test_the_answer_to_a_question_is_about_what_was_asked(tmp_path: Path) -> None:
    text = (
        "# Quill\n\n**Which model answers?** Pupils type a question, and Claude answers.\n\n"
        "**What is in the system prompt?** The rubric, and the override code teachers can type.\n"
    )
    assert "secret-in-prompt" in threats(described(tmp_path, text))


def test_a_matcher_of_faces_at_a_door_without_liveness(tmp_path: Path) -> None:
    text = "# Gate\n\nThe camera takes a picture of whoever stands before it. The face matcher compares the picture with enrolled employees. {}\n"
    assert "identity-check-without-liveness" in threats(described(tmp_path / "a", text.format("Liveness is not examined.")))
    assert "identity-check-without-liveness" not in threats(described(tmp_path / "b", text.format("A liveness check is made first.")))
