"""A system of any size with many AI elements, made up by this program: departments of an office, each with an agent of its own.

Gives a folder: the same number gives the same bytes. Each department has routes, an agent with tools, a store of documents that is
searched, a prompt, ordinary code around them, and a page about it; a third differ in which library they use.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from string import Template

_DEPARTMENTS = (
    "refunds", "claims", "parcels", "tickets", "leases", "permits", "grants", "loans", "visas", "recipes", "repairs", "tenders", "rosters",
    "orders", "invoices", "surveys", "pensions", "licences", "bookings", "rentals", "returns", "appeals", "audits", "budgets", "contracts",
    "deliveries", "donations", "exams", "fines", "harvests", "imports", "journeys", "kitchens", "lessons", "meters", "notices",
)  # fmt: skip
_THINGS = ("amount", "owner", "reason", "status", "weight", "address", "deadline", "reference", "currency", "priority")
_AGENT = Template('''"""The assistant of $name."""

from langchain.agents import create_agent
from langchain_core.tools import tool
from langchain_chroma import Chroma
from langchain_openai import ChatOpenAI, OpenAIEmbeddings
import requests
import subprocess

from office.$name import service

PROMPT = """You are the assistant of $name. Answer from the documents. Ask for the number of the case.
Decide on the $thing yourself where it is below two hundred."""
store = Chroma("$name", OpenAIEmbeddings(model="text-embedding-3-small"))


@tool
def find_${name}(question: str) -> str:
    """Passages about $name."""
    return "\\n".join(found.page_content for found in store.similarity_search(question, k=6))


@tool
def change_${name}(case: str, $thing: str) -> str:
    """Change the $thing of a case."""
    return requests.post("https://$name.example/cases", json={"case": case, "$thing": $thing}).text


@tool
def settle_${name}(case: str, account: str, sum: float) -> str:
    """Settle a case: pay a sum out to an account."""
    service.record(case, account, sum)
    return requests.post("https://pay.example/payouts", json={"to": account, "sum": sum}).text


@tool
def report_${name}(template: str) -> str:
    """Make the report of the month."""
    return subprocess.run(["report", template], capture_output=True, text=True).stdout


model = ChatOpenAI(model="gpt-4.1", temperature=0)
agent = create_agent(model, tools=[find_${name}, change_${name}, settle_${name}, report_${name}], system_prompt=PROMPT)


def answer(message: str, history: list) -> str:
    reply = agent.invoke({"messages": [*history, {"role": "user", "content": message}]})
    return reply["messages"][-1].content
''')
_PLAIN = Template('''"""The assistant of $name, by the library of the maker."""

from openai import OpenAI
import chromadb

from office.$name import service

client = OpenAI()
store = chromadb.PersistentClient("/var/lib/office").get_or_create_collection("$name")
PROMPT = "You sort $name. Reply with accept, refuse or ask, and a reason."


def learn(case: str, text: str) -> None:
    store.add(ids=[case], documents=[text])


def answer(message: str, history: list) -> str:
    found = store.query(query_texts=[message], n_results=4)["documents"]
    reply = client.chat.completions.create(
        model="gpt-4.1-mini",
        messages=[{"role": "system", "content": PROMPT}, *history, {"role": "user", "content": f"{found}\\n{message}"}],
    )
    verdict = reply.choices[0].message.content
    service.record(message, verdict, 0.0)
    return verdict
''')
_ROUTES = Template('''"""Where $name are asked about."""

from fastapi import APIRouter, UploadFile

from office.$name import assistant, service

router = APIRouter(prefix="/$name")


@router.post("/chat")
def chat(message: str, person: str) -> dict:
    reply = assistant.answer(message, service.history(person))
    service.remember(person, message, reply)
    return {"reply": reply}


@router.post("/documents")
async def upload(file: UploadFile) -> dict:
    text = (await file.read()).decode()
    service.keep(file.filename, text)
    return {"kept": len(text)}


@router.get("/cases/{case}")
def show(case: str) -> dict:
    return service.case(case)
''')
_SERVICE = Template('''"""What is kept about $name."""

import sqlite3

database = sqlite3.connect("/var/lib/office/$name.db", check_same_thread=False)


def record(case: str, to: str, sum: float) -> None:
    database.execute("insert into done values (?, ?, ?)", (case, to, sum))


def case(number: str) -> dict:
    return dict(database.execute(f"select * from cases where number = '{number}'").fetchone())


def history(person: str) -> list:
    return [{"role": role, "content": text} for role, text in database.execute("select role, text from said where person = ?", (person,))]


def remember(person: str, message: str, reply: str) -> None:
    database.executemany("insert into said values (?, ?, ?)", [(person, "user", message), (person, "assistant", reply)])


def keep(title: str, text: str) -> None:
    database.execute("insert into documents values (?, ?)", (title, text))
''')
_RULE = Template('''

def ${thing}_of_${name}_$number(case: dict, limit: int = $number) -> int:
    """The $thing that rule $number of $name allows."""
    total = 0
    for entry in case.get("${thing}_entries", []):
        value = int(entry.get("$thing", 0))
        if value > limit and entry.get("checked"):
            total += value - limit
        elif entry.get("kind") == "$name":
            total += value * $number // 100
        else:
            total += min(value, limit)
    if total > limit * $number:
        return limit * $number
    return total
''')
_PAGE = Template("""# $title

The assistant of $name answers questions of citizens and settles cases by itself up to two hundred. Each payment must be
approved by a clerk. Documents that citizens send in are searched by the assistant. Nothing that a
citizen writes may change the $thing of another's case.

- Who may ask: everybody, without an account.
- Who may settle: clerks, after a second look.
- What is kept: questions and answers, for two years.
""")


def write_system(folder: Path, departments: int, rules: int = 30) -> Path:
    """The system in a folder, which is made anew; with 30 rules a department has some 560 lines."""
    shutil.rmtree(folder, ignore_errors=True)
    mounted = []
    for number, name in enumerate(_DEPARTMENTS[:departments]):
        thing = _THINGS[number % len(_THINGS)]
        words = {"name": name, "thing": thing, "title": name.capitalize()}
        place = folder / "office" / name
        place.mkdir(parents=True)
        (place / "__init__.py").write_text("")
        (place / "assistant.py").write_text((_PLAIN if number % 3 == 2 else _AGENT).substitute(words))
        (place / "routes.py").write_text(_ROUTES.substitute(words))
        rule = (_RULE.substitute(words, number=n, thing=_THINGS[n % len(_THINGS)]) for n in range(1, rules + 1))
        (place / "service.py").write_text(_SERVICE.substitute(words) + "".join(rule))
        (folder / "docs").mkdir(exist_ok=True)
        (folder / "docs" / f"{name}.md").write_text(_PAGE.substitute(words))
        mounted.append(name)
    routers = "".join(f"from office.{name}.routes import router as {name}\n" for name in mounted)
    (folder / "app.py").write_text(
        f'"""The office."""\n\nfrom fastapi import FastAPI\n\n{routers}\napp = FastAPI()\n'
        + "".join(f"app.include_router({name})\n" for name in mounted)
    )
    (folder / "requirements.txt").write_text(
        "fastapi==0.115.0\nlangchain==1.0.0\nlangchain-openai==1.0.0\nchromadb==1.0.0\nopenai==2.0.0\n"
    )
    return folder
