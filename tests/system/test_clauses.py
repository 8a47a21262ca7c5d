"""Sentences read as clauses: who does what with which thing, in whatever voice; and what such clauses tell, beside near misses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.system.rules.clauses import Clause, read_clauses
from pipeline.system.rules.deeds import denied_by_deeds, facts_by_deeds, load_deeds, promised_by_deeds
from pipeline.system.rules.lexicon import load_lexicon, verb_forms


def only(sentence: str) -> Clause:
    (clause,) = read_clauses(sentence)
    return clause


@pytest.mark.parametrize(
    "sentence",
    [
        "The damage model evaluates the photographs.",
        "The photographs are evaluated by the damage model.",
        "Photographs evaluated by the damage model are kept.",
    ],
)
def test_active_passive_and_shortened_clauses_say_the_same(sentence: str) -> None:
    clause = read_clauses(sentence)[0]
    assert (clause.verb, "model" in clause.doer.classes, "image" in clause.thing.classes) == ("evaluate", True, True)


def test_a_clause_without_a_subject_goes_on_with_the_one_before_it() -> None:
    first, second = read_clauses("The gateway streams the audio to Sonara and stores the transcript in S3.")
    assert first.doer == second.doer
    assert second.thing.text == "transcript"


def test_what_stands_for_something_is_that_thing() -> None:
    first, second = read_clauses("Policyholders take photographs, and they transmit them to the intake service.")
    assert second.doer == first.doer
    assert second.thing == first.thing


def test_a_name_in_a_list_is_no_verb() -> None:
    (clause,) = read_clauses("The model is trained on claims, including photographs, plates and names.")
    assert clause.verb == "train"
    assert "personal" in clause.place


def test_a_reduced_clause_describes_what_stands_before_it() -> None:
    _first, second = read_clauses("Descriptions are condensed by a language model, hosted by Brightwell AI.")
    assert (second.verb, second.doer.text, second.thing.text) == ("host", "Brightwell AI", "language model")


def test_the_month_of_may_allows_nothing() -> None:
    assert all(clause.modal != "may" for clause in read_clauses("A pupil posted the code on Discord in May."))


def test_a_fragment_names_what_there_is_none_of() -> None:
    clauses = read_clauses("No PIN, no caller ID check.")
    assert all(clause.thing.none for clause in clauses)
    assert "credential" in clauses[0].absent


def test_a_cell_of_nothing_says_so_of_its_row() -> None:
    assert any("review" in clause.absent for clause in read_clauses("Checks before training: none"))


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    for clause in read_clauses(text):
        assert clause.absent is not None


def test_every_class_of_a_deed_is_one_of_the_lexicon() -> None:
    lexicon, deeds = load_lexicon(), load_deeds()
    bases = {form.base for forms in verb_forms().values() for form in forms}
    listed = [deed for group in (deeds.denied, deeds.promised, deeds.facts) for found in group.values() for deed in found]
    nouns = {name for deed in listed for field in (deed.doer, deed.thing, deed.place, deed.any, deed.topic, deed.unless) for name in field}
    verbs = {name for deed in listed for name in deed.verb}
    assert {part for name in nouns for part in name.split("+")} <= {*lexicon.nouns, "nothing", *lexicon.verbs}
    assert verbs <= {*lexicon.verbs, *bases, "be", "have", ""}


# Controls that are not there


@pytest.mark.parametrize(
    ("sentence", "kind"),
    [
        ("Nothing stops a caller from ringing again.", "rate_limit"),
        ("There's no quota per pupil or per school.", "rate_limit"),
        ("Limits on the number of submissions have not been established.", "rate_limit"),
        ("Utterances may be as long as the visitor likes.", "input_length_limit"),
        ("Limits on file size have not been established.", "input_length_limit"),
        ("There is no cap on the turns.", "loop_limit"),
        ("A login is not required at this stage.", "authentication"),
        ("No sign-in.", "authentication"),
        ("The server accepts any connection from the building network.", "authentication"),
        ("The service trusts every machine in the office LAN.", "authentication"),
        ("The assistant may cancel fines without a clerk.", "human_approval"),
        ("Nobody has to confirm.", "human_approval"),
        ("Claims below 1,500 EUR are settled on the strength of this estimate alone.", "human_approval"),
        ("The considerations on which it is based are not disclosed.", "explanation"),
        ("Pupils cannot see how it came about.", "explanation"),
        ("What the assistant cancelled, and why, is not written anywhere.", "audit_log"),
        ("Which version refused whom cannot be reconstructed.", "audit_log"),
        ("Which snapshot trained which model: not tracked", "model_lineage"),
        ("Queries aren't scoped to a school.", "tenant_filter"),
        ("Names and home addresses go to the vendor in plain form.", "redaction"),
        ("The inference servers load the most recent file.", "pinned_revision"),
        ("Labels of the contractor are taken over as delivered.", "review_before_use"),
        ("Differences between men and women were never measured.", "group_evaluation"),
        ("The new model goes straight into production.", "evaluation_gate"),
    ],
)
def test_a_clause_denies_a_control_in_other_words(sentence: str, kind: str) -> None:
    assert kind in denied_by_deeds(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "Callers are limited to ten questions a day.",
        "There is a cap of six turns.",
        "A login is required at every stage.",
        "A clerk confirms each cancellation before it is sent.",
        "Nobody is refused by the machine alone.",
        "Nothing is booked without a clerk.",
        "The reasons are shown to the applicant.",
        "Every cancellation is written to the audit log.",
        "Should there be no limit, callers could ring again and again.",
        "An attacker might find that no login is required.",
        "Is a login not required?",
        "We plan to have no login at the kiosk.",
        "Do not write passwords on this page.",
        "An earlier draft wanted to drop the approval.",
        "Queries are scoped to the school of the pupil.",
        "Names are replaced before text goes to the vendor.",
        "The version of the model is fixed by its hash.",
        "The log cannot be changed by the team.",
        "There are no limits to what we can learn.",
    ],
)
def test_what_is_there_or_only_thought_of_denies_nothing(sentence: str) -> None:
    assert denied_by_deeds(sentence) == []


@pytest.mark.parametrize(
    ("sentence", "kind"),
    [
        ("A clerk reads each answer before it is sent.", "human_approval"),
        ("Nobody is refused by the machine alone.", "human_approval"),
        ("Applicants can object to the decision.", "explanation"),
        ("An editor checks every page before it is indexed.", "review_before_use"),
    ],
)
def test_a_clause_promises_a_control(sentence: str, kind: str) -> None:
    assert kind in promised_by_deeds(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "A clerk reads some answers afterwards.",
        "No clerk reads the answers before they are sent.",
        "Applicants cannot object to the decision.",
        "An editor should check every page before it is indexed.",
    ],
)
def test_a_look_afterwards_and_a_wish_promise_nothing(sentence: str) -> None:
    assert promised_by_deeds(sentence) == []


# Facts


@pytest.mark.parametrize(
    ("sentence", "fact"),
    [
        ("Full transcripts land in Kibana.", "logged"),
        ("Each conversation is appended to a log file for later analysis.", "logged"),
        ("The logs contain the questions of all visitors.", "logged"),
        ("The paragraph is embedded in the adjuster's workplace as formatted HTML.", "rendered"),
        ("Volunteers write the wiki.", "open_to_writers"),
        ("The agent remembers facts in one notebook and offers them to the next visitor.", "shared_memory"),
        ("Essays of all schools sit in one Weaviate collection.", "holds_of_many"),
        ("Trained models are stored as pickle files on the share.", "pickled"),
        ("The training environment obtains a backbone from Hugging Face.", "fetched_model"),
        ("Confidence values are returned to the caller.", "scores_returned"),
    ],
)
def test_a_clause_tells_a_fact_in_other_words(sentence: str, fact: str) -> None:
    assert fact in facts_by_deeds(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "No transcripts land in Kibana.",
        "Transcripts would land in Kibana.",
        "The paragraph is shown as plain text.",
        "The agent remembers facts for its own visitor.",
        "Trained models are stored with their version.",
        "Confidence values are not returned to the caller.",
        "The editors write the handbook.",
    ],
)
def test_what_does_not_happen_tells_no_fact(sentence: str) -> None:
    assert facts_by_deeds(sentence) == []


def test_a_question_says_what_its_answer_is_about() -> None:
    answer = "The rubric, and the override code teachers can type."
    assert "secret_in_prompt" in facts_by_deeds(answer, "What is in the system prompt?")
    assert "secret_in_prompt" not in facts_by_deeds(answer, "What is on the wall?")
