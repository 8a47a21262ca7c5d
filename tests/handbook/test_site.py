"""The static site: every entry has its page, every link leads somewhere, nothing is loaded, and no text of a threat can act."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable, Mapping
from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml

from pipeline.handbook import Handbook, handbook_of
from pipeline.handbook.examples import SECTIONS, examples_of
from pipeline.handbook.site import named, pages, titled
from pipeline.interfaces.cli import run as run_cli
from pipeline.reports.escape import visible
from pipeline.threats.catalog import THREATS, load_catalog
from pipeline.threats.ledger import load_out_of_reach
from pipeline.threats.pages import read_cases
from pipeline.threats.taxonomy import load_taxonomies

HOSTILE = '</script><script>alert(1)</script><img src=x onerror="alert(2)">{{ 7 * 7 }}\u202e\x1b[2J'


class Page(HTMLParser):
    """What a page links to, loads and names."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.handlers: list[str] = []
        self.tags: list[str] = []
        self.names: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            if name == "id":
                self.names.append(value or "")
            elif name == "href" and tag == "a":
                self.links.append(value or "")
            elif name in ("src", "srcset", "href", "data", "action", "poster"):
                self.loaded.append(f"{tag} {name}={value}")
            elif name.startswith("on") or name == "style":
                self.handlers.append(f"{tag} {name}")


def book() -> Handbook:
    return handbook_of(load_catalog(), load_taxonomies(), load_out_of_reach())


@pytest.fixture(scope="module")
def files() -> Mapping[str, str]:
    return pages(book(), load_catalog())


@pytest.fixture(scope="module")
def parsed(files: Mapping[str, str]) -> dict[str, Page]:
    return {name: Page(text) for name, text in files.items() if name.endswith(".html")}


def test_every_entry_has_its_page(files: Mapping[str, str]) -> None:
    shown = book()
    wanted = {f"threats/{one.slug}.html" for one in shown.threats} | {f"controls/{one.kind}.html" for one in shown.controls}
    wanted |= {f"frameworks/{one.name}.html" for one in shown.frameworks} | {f"taxonomies/{one.key}.html" for one in shown.taxonomies}
    assert set(files) == wanted | {"index.html", "words.html", "catalog.json"}
    assert json.loads(files["catalog.json"])["knowledge"] == shown.knowledge


def test_every_link_leads_to_a_page_and_a_place_on_it(parsed: dict[str, Page], files: Mapping[str, str]) -> None:
    broken = []
    for name, page in parsed.items():
        assert len(set(page.names)) == len(page.names), name
        for link in page.links:
            if link.startswith("https://"):
                continue
            path, _, place = link.partition("#")
            parts = [*Path(name).parent.parts, *path.split("/")] if path else [name]
            target = "/".join(parts) if ".." not in parts else "/".join(parts[parts.index("..") + 1 :])
            if target not in files or (place and place not in parsed[target].names):
                broken.append((name, link))
    assert not broken


def test_a_threat_leads_to_its_controls_frameworks_and_taxonomy_items_and_they_lead_back(parsed: dict[str, Page]) -> None:
    page = parsed["threats/direct-prompt-injection.html"]
    for link in (
        "../controls/guardrail.html",
        "../frameworks/openai.html",
        "../taxonomies/owasp-top-10-for-llm-applications-2025.html#LLM01-2025",
    ):
        assert link in page.links
    back = "../threats/direct-prompt-injection.html"
    for name in ("controls/guardrail", "frameworks/openai", "taxonomies/owasp-top-10-for-llm-applications-2025"):
        assert back in parsed[f"{name}.html"].links


def test_pages_load_nothing_and_run_only_what_their_policy_names(parsed: dict[str, Page], files: Mapping[str, str]) -> None:
    for name, page in parsed.items():
        assert not page.loaded and not page.handlers, name
        policy = re.search(r'Content-Security-Policy" content="([^"]+)"', files[name])
        assert policy is not None and policy[1].startswith("default-src 'none';")
        for kind in ("style", "script"):
            for body in re.findall(rf"<{kind}>(.*?)</{kind}>", files[name], re.S):
                digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
                assert f"{kind}-src 'sha256-{digest}'" in policy[1], name
    assert [name for name, page in parsed.items() if "script" in page.tags] == ["index.html"]


@pytest.mark.parametrize("threat", load_catalog().threats, ids=lambda threat: threat.slug)
def test_examples_show_every_line_with_its_number_and_its_mark(threat: object) -> None:
    slug = getattr(threat, "slug")  # noqa: B009 - parametrised as object to keep ids readable
    page = load_catalog().page(slug)
    cases = [case for case in read_cases(slug, page) if case.section in SECTIONS]
    shown = examples_of(slug, page)
    assert [one.title for one in shown] == [case.title for case in cases]
    for one, case in zip(shown, cases, strict=True):
        for file, (path, text) in zip(one.files, case.files, strict=True):
            bare = [re.sub(r"<[^>]+>", "", str(line.code)) for line in file.lines]
            lines = text.removesuffix("\n").split("\n")
            assert [line.number for line in file.lines] == list(range(1, len(lines) + 1))
            escaped = [visible(line) for line in lines]
            assert [_unescaped(line) for line in bare] == escaped, (slug, path)
            marked = {line.number for line in file.lines if line.mark}
            assert marked == {mark.line for mark in case.marks if mark.path == path and mark.slug == slug and mark.line <= len(lines)}


def _unescaped(text: str) -> str:
    for entity, char in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&#34;", '"'), ("&#39;", "'"), ("&amp;", "&")):
        text = text.replace(entity, char)
    return text


def test_no_text_of_a_threat_can_act(tmp_path: Path) -> None:
    """A user's own threat comes from a file that somebody else may have written."""
    source = THREATS / "tampering" / "direct-prompt-injection"
    given = yaml.safe_load(source.with_suffix(".yaml").read_text("utf-8"))
    for field in ("title", "summary", "sentence", "how_we_look", "not_a_threat_when"):
        given[field] = HOSTILE.replace("{{ 7 * 7 }}", "{{ 7 * 7 }}" if field != "sentence" else "")
    given["mitigations"] = [{"text": HOSTILE, "test": HOSTILE}]
    given["references"] = ["javascript:alert(3)", f"https://example.org/{HOSTILE}"]
    (tmp_path / "tampering").mkdir()
    (tmp_path / "tampering" / "mine.yaml").write_text(yaml.safe_dump(given))
    code = f"# {HOSTILE}\n"
    page = f"# t\n\n{HOSTILE}\n\n## Reported\n\n### {HOSTILE}\n{HOSTILE}\n```python path=a/{HOSTILE.split()[0]}.py\n{code}```\n"
    (tmp_path / "tampering" / "mine.md").write_text(page)
    catalog = load_catalog(tmp_path)
    made = pages(handbook_of(catalog, load_taxonomies(), load_out_of_reach()), catalog)
    for name in ("threats/mine.html", "index.html", "controls/guardrail.html"):
        read = Page(made[name])
        assert "img" not in read.tags and not read.handlers and not read.loaded, name
        assert read.tags.count("script") == (1 if name == "index.html" else 0)
        assert not any(link.startswith("javascript") for link in read.links)
        assert "\x1b" not in made[name] and "\u202e" not in made[name] and ">49" not in made[name]
    assert "alert(1)" in made["threats/mine.html"], "it is shown as text"


@pytest.mark.parametrize(
    ("given", "shown"), [("hosted_llm", "Hosted LLM"), ("tls", "TLS"), ("human_approval", "Human approval"), ("mcp_tool", "MCP tool")]
)
def test_words_are_titles_as_people_write_them(given: str, shown: str) -> None:
    assert titled(given) == shown


def test_names_between_backticks_are_code_and_a_lone_backtick_is_itself() -> None:
    assert str(named("use `a<b>`\nnow")) == "use <code>a&lt;b&gt;</code> now"
    assert str(named("it`s <b>")) == "it`s &lt;b&gt;"


Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def started(*arguments: object) -> tuple[int, str]:
        code = run_cli([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return code, captured.out + captured.err

    return started


def test_the_command_writes_the_same_bytes_into_a_new_folder_and_again_into_its_own(
    run: Run, files: Mapping[str, str], tmp_path: Path
) -> None:
    out = tmp_path / "deep" / "site"
    assert run("knowledge", "site", out)[0] == 0
    written = {path.relative_to(out).as_posix(): path.read_bytes().decode() for path in out.rglob("*") if path.is_file()}
    assert written.pop(".threatloom-site").split() == sorted(files)
    assert written == files  # made a second time, of the same catalog
    (out / "CNAME").write_text("threats.example.org")
    stale, precious = out / "threats" / "no-longer.html", tmp_path / "deep" / "precious.html"
    stale.write_text("old")
    precious.write_text("not ours")
    with (out / ".threatloom-site").open("a") as listed:
        listed.write("threats/no-longer.html\nthreats/../../precious.html\n../precious.html\n/etc/passwd\nCNAME\n")
    code, said = run("knowledge", "site", out)
    assert code == 0 and "index.html" in said
    assert not stale.exists() and precious.read_text() == "not ours" and (out / "CNAME").exists()


def test_a_folder_with_something_else_in_it_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    code, said = run("knowledge", "site", tmp_path)
    assert code == 2 and said.count("\n") == 1 and "holds something else" in said
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_file_in_the_way_is_refused_in_one_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    code, said = run("knowledge", "site", tmp_path / "out")
    assert code == 2 and said.count("\n") == 1
    code, said = run("knowledge", "site", tmp_path / "out" / "below")
    assert code == 2 and said.count("\n") == 1
