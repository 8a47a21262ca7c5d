"""What the surroundings of a call say of it: vectors are no text, coefficients no model, a tested entry no other entry."""

from __future__ import annotations

from tests.system.small import elements, flows, only, system_of, ties

BEDROCK = """
import json
import boto3
from fastapi import FastAPI

app = FastAPI()


class {name}:
    def __init__(self, model: str) -> None:
        self.model, self.client = model, boto3.client("bedrock-runtime")

    def ask(self, text: str):
        answer = self.client.invoke_model(modelId=self.model, body=json.dumps({body}))
        return json.loads(answer["body"].read()){part}


@app.post("/ask")
def ask(text: str):
    return {name}("model").ask(text)
"""


class TestRawInvocation:
    def test_of_a_class_named_for_embedding_is_an_embedding_model_whose_reply_is_no_text(self) -> None:
        system = system_of(BEDROCK.format(name="TitanEmbeddings", body='{"inputText": text}', part='["embedding"]'))
        model = only(system, "embedding_model")
        assert not elements(system, "hosted_llm")
        assert not flows(system, None, "model_reply") and not flows(system, "response", "model_reply")
        assert [flow.target for flow in flows(system, "request_body", "user_input")] == [model.id]

    def test_whose_answer_is_asked_for_an_embedding_is_one_too(self) -> None:
        system = system_of(BEDROCK.format(name="Vectors", body='{"inputText": text}', part='["embedding"]'))
        assert only(system, "embedding_model")

    def test_that_asks_for_text_is_a_language_model_whatever_its_class_is_called(self) -> None:
        system = system_of(
            BEDROCK.format(name="EmbeddingChat", body='{"messages": [{"role": "user", "content": text}]}', part='["content"][0]["text"]')
        )
        assert only(system, "hosted_llm")
        assert not elements(system, "embedding_model")
        assert flows(system, "response", "model_reply")


ESTIMATOR = """
import joblib
import pandas as pd
from sklearn.linear_model import LogisticRegression


def rate(path: str):
    games = pd.read_csv(path)
    model = LogisticRegression()
    model.fit(games.drop(columns=["won"]), games["won"])
    {use}
"""


class TestEstimator:
    def test_that_is_fitted_to_be_read_is_no_training(self) -> None:
        assert not elements(system_of(ESTIMATOR.format(use="return model.coef_[0]")), "training_job")

    def test_that_is_given_away_saved_or_asked_is_one(self) -> None:
        for use in ("return model", "joblib.dump(model, 'ratings')", "return model.predict(games)", "print(model.coef_); return [model]"):
            assert only(system_of(ESTIMATOR.format(use=use)), "training_job"), use

    def test_that_was_loaded_and_is_fitted_again_does_not_produce_the_file_it_came_from(self) -> None:
        system = system_of(ESTIMATOR.replace("LogisticRegression()", 'joblib.load("head.joblib")').format(use="return model"))
        assert only(system, "model_file")
        assert not [tie for tie in ties(system) if tie[1] == "produces" and tie[2].startswith("model_file:")]
