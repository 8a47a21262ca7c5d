"""Tables that statements name: what one library or language writes into them, another reads there."""

from __future__ import annotations

import pytest

from pipeline.system.program.statement_tables import tables_given, tables_in
from tests.system.small import elements, flows, system_of

_KEEPS = """
import asyncpg
from fastapi import FastAPI

app = FastAPI()

class Events:
    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def add(self, who: str, item: str) -> None:
        await self._pool.execute("insert into events (who, item) values ($1, $2)", who, item)

events = Events(asyncpg.create_pool("postgres://x"))

@app.post("/events")
async def add(body: dict):
    await events.add(body["who"], body["item"])
"""
_KEEPS_IN_GO = """
package main

import (
	"encoding/json"
	"net/http"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

type Intake struct{ db *pgxpool.Pool }

func (in *Intake) Serve(w http.ResponseWriter, r *http.Request) {
	var events []struct{ Who, Item string }
	_ = json.NewDecoder(r.Body).Decode(&events)
	rows := make([][]any, 0, len(events))
	for _, e := range events {
		rows = append(rows, []any{e.Who, e.Item})
	}
	_, _ = in.db.CopyFrom(r.Context(), pgx.Identifier{"events"}, []string{"who", "item"}, pgx.CopyFromRows(rows))
}

func main() {
	in := &Intake{}
	http.HandleFunc("POST /events", in.Serve)
}
"""
_LEARNS = '''
import psycopg
import pandas as pd
from sklearn.linear_model import LogisticRegression

ROWS = """
STATEMENT
"""

def load(db: psycopg.Connection) -> pd.DataFrame:
    with db.cursor() as cursor:
        cursor.execute(ROWS)
        return pd.DataFrame(cursor.fetchall(), columns=["a", "b", "label"])

def main() -> None:
    with psycopg.connect("postgres://x") as db:
        frame = load(db)
        LogisticRegression().fit(frame[["a", "b"]], frame["label"])

main()
'''
_OF_EVENTS = "SELECT e.who, e.item, s.label FROM shows s JOIN events e ON e.show = s.id"


@pytest.mark.parametrize("keeps", [{"app.py": _KEEPS}, {"main.go": _KEEPS_IN_GO}], ids=["python", "go"])
@pytest.mark.parametrize(
    ("statement", "learned"),
    [
        (_OF_EVENTS, True),
        ("SELECT who, item, label FROM events WHERE label IS NOT NULL", True),
        ("SELECT s.name, s.kind, s.label FROM shows s JOIN events e ON e.show = s.id", False),  # joined for the sake of the condition
        ("SELECT name, kind, label FROM shows", False),
    ],
)
def test_what_is_written_into_a_table_is_learned_by_who_selects_it(keeps: dict[str, str], statement: str, learned: bool) -> None:
    system = system_of({**keeps, "train.py": _LEARNS.replace("STATEMENT", statement)})
    written = {flow.target for flow in flows(system, "query_parameters", "user_input")}
    assert len(written) == 1
    assert bool(written & {flow.source for flow in flows(system, "training_data")}) is learned


def test_a_class_that_names_its_table_is_that_table() -> None:
    system = system_of({
        "tables.py": """
            from sqlalchemy.orm import DeclarativeBase, Session
            class Base(DeclarativeBase): ...
            class Label(Base):
                __tablename__ = "labels"
            def keep(session: Session, label: str) -> None:
                session.add(Label(text=label))
        """,
        "read.py": """
            import sqlite3
            rows = sqlite3.connect("x.db").execute("select text from labels").fetchall()
        """,
    })  # fmt: skip
    assert len([store for store in elements(system, "data_store") if "label" in store.name.lower()]) == 1


@pytest.mark.parametrize(
    ("statement", "tables"),
    [
        ("SELECT a FROM t", ["t"]),
        ('select a from only "t" join s using (id)', ["t", "s"]),
        ("with recent as (select * from t) select * from recent", ["t"]),
        ("select extract(epoch from created) from t for update", ["t"]),
        ("insert into t (a) values (1) on conflict (a) do update set a = 2", ["t"]),
        ("select name from sqlite_master", []),
    ],
)
def test_tables_of_a_statement(statement: str, tables: list[str]) -> None:
    assert tables_in(statement) == tables


@pytest.mark.parametrize(
    ("statement", "tables"),
    [
        ("select f.*, l.weight from mart.facts f join labels l using (id)", ["mart.facts", "labels"]),
        ("select * from facts join labels using (id)", ["facts", "labels"]),
        ("select labels.a from facts join labels using (id)", ["facts", "labels"]),
        ("select a from facts join labels using (id)", ["facts"]),
        ("select count(*), f.a from facts f join labels l on l.id = f.id group by f.a", ["facts"]),
    ],
)
def test_tables_whose_records_a_statement_gives(statement: str, tables: list[str]) -> None:
    assert tables_given(statement) == tables
