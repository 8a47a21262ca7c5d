"""Which way a finding tells of first: text of outsiders before a key of their things, the short before the long."""

from __future__ import annotations

from pipeline.system.model import Flow, Label
from pipeline.threats.telling import says_little, telling
from tests.factories import evidence, flow

AGENT = "agent:assistant"


def way(source: str, *quotes: str, carries: tuple[Label, ...] = ("web_content",)) -> tuple[Flow, ...]:
    return (flow(source, AGENT, carries, steps=tuple(evidence(f"a.py:{number}", quote) for number, quote in enumerate(quotes, 1))),)


def first(*ways: tuple[Flow, ...]) -> str:
    return min(ways, key=telling)[0].source


def test_a_page_is_told_before_the_key_of_a_ticket() -> None:
    key = way("web_content:EditIssue (tickets)", "issues = jira.search_issues(key)", "return f'{issues[0].key} was edited'")
    page = way("web_content:docs.example", "answer = requests.get(url)", "return answer.text", "use(answer)")
    assert first(key, page) == "web_content:docs.example"


def test_the_text_of_a_ticket_beside_its_key_is_text() -> None:
    both = way(
        "web_content:Issues (tickets)", "issues = jira.search_issues(query)", "return [(i.key, i.fields.description) for i in issues]"
    )
    page = way("web_content:docs.example", "answer = requests.get(url)", "return answer.text", "use(answer)")
    assert first(both, page) == "web_content:Issues (tickets)"


def test_code_named_for_an_identifier_comes_last_of_its_kind() -> None:
    named = way("web_content:Gallery.get_account_id (http_clients)", "answer = requests.get(url)")
    assert first(named, way("web_content:news.example", "answer = requests.get(url)", "keep(answer)")) == "web_content:news.example"
    assert first(named, way("http_route:POST /ask", "text", carries=("user_input",))) == named[0].source


def test_an_address_that_ends_in_a_key_is_told_like_any_other() -> None:
    said = way("http_route:POST /chat/:botId", "message", carries=("user_input",))
    kept = (*way("http_route:POST bots", "name", carries=("user_input",)), *way("data_store:bots", "read"))
    assert min([kept, said], key=telling) == said


def logged(line: str) -> tuple[Flow, ...]:
    return (
        flow(
            "hosted_llm:gpt", "log:app", ("model_reply",), role="log", steps=(evidence("a.py:1", "reply = ask()"), evidence("b.py:2", line))
        ),
    )


def test_the_line_that_says_what_was_answered_is_told_before_a_line_about_it() -> None:
    about, said = logged('logger.info(f"Detected change in {changed}")'), logged('logger.info(f"it said: {reply}")')
    assert min([about, said], key=telling) == said


def test_a_word_in_a_constant_text_names_nothing() -> None:
    about, said = logged('logger.info("the message has %s", parts)'), logged('logger.info("%s", message)')
    assert min([about, said], key=telling) == said


def test_a_line_for_debugging_is_told_last() -> None:
    debugging, about = logged('logger.debug(f"prompt: {prompt}")'), logged('logger.info(f"kept {found}")')
    assert min([debugging, about], key=telling) == about


def test_a_way_through_what_measures_the_program_is_told_last_of_all() -> None:
    def of(path: str, source: str, *more: str) -> tuple[Flow, ...]:
        return (flow(source, AGENT, ("web_content",), steps=tuple(evidence(f"{at}:1", "use(answer)") for at in (path, *more))),)

    measured = of("src/evals/batch.py", "web_content:a.example")
    assert first(measured, of("src/app.py", "web_content:b.example", "src/ask.py")) == "web_content:b.example"
    assert (
        first(of("src/evaluate.py", "web_content:a.example"), of("src/app.py", "web_content:b.example", "src/ask.py"))
        == "web_content:a.example"
    )


def handed_on(line: str, function: str) -> tuple[Flow, ...]:
    steps = (evidence("a.py:1", "reply = ask()"), evidence("a.py:2", line), evidence("log.py:9", "console.log(stamp(message, context))"))
    return (flow("hosted_llm:gpt", f"log:logging.{function} (console)", ("model_reply",), role="log", steps=steps),)


def test_of_a_function_that_hands_on_to_a_log_the_line_that_calls_it_is_judged() -> None:
    about, said = handed_on('logInfo("kept", { found })', "logInfo"), handed_on('logInfo("Final:", { answer })', "logInfo")
    debugging = handed_on('logDebug("Final:", { answer })', "logDebug")
    assert sorted([debugging, about, said], key=telling) == [said, about, debugging]


def test_a_line_about_trouble_is_told_last() -> None:
    trouble, debugging = logged('logError("Invalid part:", message)'), logged('logger.debug(f"prompt: {prompt}")')
    assert min([trouble, debugging], key=telling) == debugging


def test_a_picture_is_told_after_a_text() -> None:
    picture = way("web_content:bot", "answer = fetch(attachment.url)", "const data = buffer.toString('base64')")
    mail = way("web_content:mails", "mail = box.messages.get(id)", "return mail.body", "use(body)")
    assert first(picture, mail) == "web_content:mails"


def test_a_name_of_several_words_says_what_it_ends_in() -> None:
    asked = (flow("http_route:POST /ask", "log:a (log)", ("user_input",), "log", steps=(evidence("a.java:1", "log.info(userPrompt)"),)),)
    other = (flow("http_route:POST /ask", "log:b (log)", ("user_input",), "log", steps=(evidence("b.java:1", "log.info(found)"),)),)
    assert says_little(asked) < says_little(other)


def kept(table: str, length: int = 1) -> tuple[Flow, ...]:
    return way(f"data_store:{table} (Prisma)", *("read()",) * length, carries=("stored_data",))


def test_what_people_said_is_told_before_what_a_program_is_set_up_with() -> None:
    said, other, rules = kept("chat_messages", 4), kept("shop", 2), kept("rule")
    assert min([rules, other, said], key=telling) == said
    assert min([rules, other], key=telling) == other
    assert min([kept("chat_messages", 4), kept("notes", 2)], key=telling) == kept("notes", 2)


def test_the_name_of_a_table_says_nothing_of_what_outsiders_write() -> None:
    page = way("web_content:product page", "answer = requests.get(url)", "return answer.text")
    assert min([page, kept("messages")], key=telling) == page
