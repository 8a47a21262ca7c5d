"""What the Word add-in calls: clause in, suggestion out."""
import os
import re

from openai import OpenAI

from contract_tuner.prompts import decision, messages

client = OpenAI(base_url=os.environ.get("REVIEW_URL", "http://llm.brandt.local:8000/v1"), api_key="unused", timeout=60)
MAX_CLAUSE = 8000


def review(side: str, clause: str, group: str = "clauses") -> dict[str, str]:
    """The suggestion for one clause. The lawyer accepts or refuses it in Word."""
    clause = re.sub(r"</?clause>", "", clause[:MAX_CLAUSE])
    answer = client.chat.completions.create(model=group, messages=messages(side, clause), max_tokens=900, temperature=0)
    text = answer.choices[0].message.content or ""
    kind = decision(text)
    return {"decision": kind, "text": "" if kind == "keep" else text.partition("\n")[2]}


def review_contract(side: str, clauses: list[str], group: str = "clauses") -> list[dict[str, str]]:
    return [review(side, clause, group) for clause in clauses[:400]]
