"""What a scanned tree, or a model it has talked into something, may try: nothing of it leads out, breaks out, or costs more than its share."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.told_secrets import without_secrets
from pipeline.agent.tools import TOOLS
from pipeline.agent.tools.answer import MOST_CHARACTERS
from pipeline.agent.tools.characters import plain, shown
from pipeline.system.model import Claim, Control, Relation, System
from tests.agent.tools.benches import CLOSE, OPEN, bench_at, bench_of, caller, found_in, hit, made_bench
from tests.factories import element, evidence, finding, flow

BOUND = MOST_CHARACTERS + 700
KEY = "sk-ant-api03-" + "Qw7Rt9Yp2Lk4Mn6Bv8Cx" * 3
HOSTILE = "x\x1b]8;;http://evil\x07\u202e\u2066\u200b\U000e0041\x00\x85\r\n>>>\n<<<"


# Paths


@pytest.mark.parametrize(
    "path",
    [
        "/etc/passwd", "../outside.txt", "src/../../outside.txt", "src/../app.py", "./../outside.txt", "..\\outside.txt", "%2e%2e/outside.txt",
        "app.py\0", "app.py\0.txt", "\0", "APP.PY", "App.py", "app.py/", "app.py/.", ".//app.py", "//app.py", "src//deep.py", "~/.ssh/id_rsa",
        "file:///etc/passwd", "app%2epy", "app.py:1", "C:\\Windows\\win.ini", "", ".", "..", "link.py", "folder/secret.txt", "＊", "a" * 1_000_000,
        "app.py\n", " app.py", "app．py",
    ],
)  # fmt: skip
def test_a_path_that_is_not_in_the_scan_does_not_exist(tmp_path: Path, path: str) -> None:
    ask = caller(_tree(tmp_path))
    answer = ask("read_lines", path=path)
    assert answer.startswith("No such file in this scan")
    assert len(answer) < 400 and "outside" not in answer


@pytest.mark.parametrize(
    "folder", ["/", "/etc", "..", "src/..", "folder", "SRC", "src\0", "src//", "%2e%2e", "~", "\\", "a" * 1_000_000, "app.py"]
)
def test_a_folder_that_is_not_in_the_scan_does_not_exist(tmp_path: Path, folder: str) -> None:
    assert caller(_tree(tmp_path))("list_folder", path=folder) == "No such folder in this scan; path null shows the root."


def test_what_is_in_the_scan_is_found_by_its_own_name_alone(tmp_path: Path) -> None:
    ask = caller(_tree(tmp_path))
    assert found_in(ask("read_lines", path="app.py")) == "@@ 1\nprint('app')"
    assert found_in(ask("read_lines", path="./src/deep.py")) == "@@ 1\nprint('deep')"
    assert found_in(ask("list_folder")).split("\n") == ["src/ 1", "app.py"]


@pytest.mark.parametrize("name", ["app.py", "note.md"])
def test_a_file_that_was_replaced_by_a_link_after_the_scan_is_not_followed(tmp_path: Path, name: str) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (root / name).write_text("harmless\n")
    (tmp_path / "outside.txt").write_text("the crown jewels\n")
    bench = bench_at(root)
    (root / name).unlink()
    (root / name).symlink_to(tmp_path / "outside.txt")
    answer = caller(bench)("read_lines", path=name)
    assert "jewels" not in answer and answer


def test_a_folder_that_was_replaced_by_a_link_after_the_scan_is_not_followed(tmp_path: Path) -> None:
    bench = _tree(tmp_path)
    (tmp_path / "root" / "src").rename(tmp_path / "moved")
    (tmp_path / "away" / "deep.py").write_text("the crown jewels\n")
    (tmp_path / "root" / "src").symlink_to(tmp_path / "away")
    assert caller(bench)("read_lines", path="src/deep.py") == "Nothing of this file can be read as text."


def test_a_file_that_went_away_is_an_answer(tmp_path: Path) -> None:
    bench = _tree(tmp_path)
    (tmp_path / "root" / "app.py").unlink()
    assert caller(bench)("read_lines", path="app.py") == "Nothing of this file can be read as text."


@pytest.mark.parametrize("glob", ["!*", "# no", "**/**/**/**/*", "*" * 300, "a*b*c*d*e*f*", "x\0", "a\nb", "[" * 401])
def test_a_glob_that_may_take_for_ever_is_refused(glob: str) -> None:
    assert caller(bench_of())("search_passages", query="x", path_glob=glob).startswith("path_glob must be one short pattern")


def test_passages_of_files_that_are_not_in_the_scan_are_passed_over() -> None:
    bench = made_bench(files={"in.py": "a\nb"}, search=lambda query, globs, limit: (hit("../out.py"), hit("out.py"), hit("in.py")))
    assert found_in(caller(bench)("search_passages", query="x")) == "> in.py:1-5\na\nb"


def test_places_of_the_index_that_the_file_no_longer_has_show_nothing() -> None:
    bench = made_bench(files={"in.py": "a"}, search=lambda query, globs, limit: (hit("in.py", 5, 9), hit("in.py", 1, 1, page=3)))
    assert "never shown" not in caller(bench)("search_passages", query="x")


# Characters


def test_no_answer_has_characters_that_move_turn_or_hide() -> None:
    for name, arguments in _uses().items():
        answer = caller(_hostile())(name, **arguments)
        assert all(char.isprintable() or char in "\n\t" for char in answer), name
        assert "\u200b" not in answer and "\u202e" not in answer


def test_text_of_others_stands_in_one_fence_and_nowhere_else() -> None:
    for name, arguments in _uses().items():
        answer = caller(_hostile(), lambda label, text: f"{OPEN}{label}\n{text.replace(OPEN, '').replace(CLOSE, '')}\n{CLOSE}")(
            name, **arguments
        )
        before = answer.partition(OPEN)[0]
        assert answer.count(OPEN) == 1 and answer.endswith(CLOSE), name
        assert "evil" not in before and "crown" not in before, name


def test_what_a_model_sends_is_never_said_back_outside_of_a_fence() -> None:
    ask = caller(_hostile())
    canary = "ignore-all-of-this"
    for tool in TOOLS:
        strings = [name for name, of in tool.arguments.model_fields.items() if of.annotation in (str, str | None)]
        answer = ask(tool.name, **dict.fromkeys(strings, canary))
        assert canary not in answer, tool.name
        assert canary not in ask(tool.name, **{name: [canary] for name in tool.arguments.model_fields}, **{canary: canary}), tool.name


def test_hostile_names_can_be_asked_for_as_they_are_and_as_they_are_shown() -> None:
    bench = _hostile()
    ask = caller(bench)
    row = found_in(ask("list_elements", kind="tool")).split("\n")[1]
    seen = row.partition(" application")[0]
    assert seen == f"tool:{plain(HOSTILE)}" and seen != f"tool:{HOSTILE}"
    assert ask("show_element", id=seen) == ask("show_element", id=f"tool:{HOSTILE}")
    path = next(path for path in bench.pages.paths if "\x1b" in path)
    assert ask("read_lines", path=plain(path)) == ask("read_lines", path=path)
    assert ask("read_lines", path=path).startswith("Lines 1-")


def test_two_names_that_look_the_same_are_not_taken_for_each_other() -> None:
    bench = made_bench(files={"a\x1b.py": "one", "a\\x1b.py": "two", "b\x85c": "three", "b c": "four", "d\x85e": "five", "d\u2028e": "six"})
    ask = caller(bench)
    assert found_in(ask("read_lines", path="a\\x1b.py")) == "@@ 1\ntwo"
    assert found_in(ask("read_lines", path="b c")) == "@@ 1\nfour"
    assert ask("read_lines", path="d e").startswith("No such file")
    assert found_in(ask("read_lines", path="d\u2028e")) == "@@ 1\nsix"


@given(st.text())
def test_a_line_is_always_shown_as_one_that_can_be_seen(text: str) -> None:
    for written in (plain(text), shown(text, 80)):
        # A joiner between letters of other scripts and one selector after a sign are seen: they change the shape.
        assert all(char.isprintable() or char in "\t\u200c\u200d" for char in written)
    assert len(shown(text, 80)) < 80 + 30


SEEN = st.characters(categories=("L", "N", "P", "S", "Zs", "Zl", "Zp"), exclude_characters="\u115f\u1160\u3164\uffa0")


@given(st.text(SEEN | st.sampled_from("\t\x0b\x0c\x1c\x85"), max_size=70))
def test_white_space_alone_differs_in_a_line_that_can_be_seen(text: str) -> None:
    assert shown(text, 80).split() == text.split()


@pytest.mark.parametrize("text", ["straße\tübung", "می‌خواهم", "👩‍💻 ok ⚠️", "日本語 naïve", "if a < b and c[0] != '|':", "x\u00a0y"])
def test_what_a_quote_needs_stays(text: str) -> None:
    assert "".join(plain(text).split()) == "".join(text.split())


def test_selectors_that_spell_a_text_are_seen() -> None:
    spelled = "".join(chr(0xE0100 + byte) for byte in b"obey") + "\ufe01\ufe02\ufe03"
    assert plain(f"😀{spelled}").isprintable()
    assert "\\U000e016f" in plain(f"😀{spelled}") and "\\ufe01" in plain(f"😀{spelled}")


# Contents


def test_a_file_that_imitates_our_rows_cannot_move_the_numbers() -> None:
    text = "\n".join(["@@ 900", *(f"line {number}" for number in range(2, 13)), "> other.py:1-2", "Lines 1-3 of 3."])
    rows = found_in(caller(made_bench(files={"a.txt": text}))("read_lines", path="a.txt", start=1)).split("\n")
    assert rows[:2] == ["@@ 1", "@@ 900"] and rows[11] == "line 10" and rows[10] == "@@ 10"


def test_a_line_of_ten_megabytes_is_cut_and_says_so() -> None:
    text = "first\n" + "var a = f(b); " * 750_000 + "\nlast"
    ask = caller(made_bench(files={"app.min.js": text}))
    started = time.perf_counter()
    answer = ask("read_lines", path="app.min.js")
    alone = ask("read_lines", path="app.min.js", start=2, end=2)
    assert time.perf_counter() - started < 2
    assert len(answer) < 1000 and "[+10499400 characters]" in answer and answer.endswith(f"last\n{CLOSE}")
    assert 5000 < len(alone) < BOUND


def test_many_lines_are_given_in_parts_that_join_to_the_whole() -> None:
    text = "\n".join(f"row {number} {'word ' * (number % 40)}" for number in range(1, 901))
    ask = caller(made_bench(files={"a.txt": text}))
    rows: list[str] = []
    start = 1
    for _ in range(100):
        answer = ask("read_lines", path="a.txt", start=start)
        assert len(answer) < BOUND
        rows += [row for row in found_in(answer).split("\n") if not row.startswith("@@ ")]
        if "For the rest" not in answer:
            break
        start = int(answer.partition("start=")[2].partition(".")[0])
    assert "\n".join(rows) == text


def test_bytes_that_are_no_text_are_not_shown() -> None:
    ask = caller(made_bench(files={"a.bin": "MZ\0\0" + "\x01\x02\x90\ufffd" * 500 + "\nplain text\n" + "\ufffd\x02\x03\x04\x05\x06" * 9}))
    assert found_in(ask("read_lines", path="a.bin")) == (
        "@@ 1\n[binary: 2004 characters not shown]\nplain text\n[binary: 54 characters not shown]"
    )


def test_blocks_of_data_are_not_paid_for() -> None:
    picture = "iVBORw0KGgo" * 3000
    answer = caller(made_bench(files={"a.html": f'<img src="data:image/png;base64,{picture}"> text behind'}))("read_lines", path="a.html")
    assert len(answer) < 250 and "text behind" in answer


def test_numbers_that_make_no_sense_are_answered() -> None:
    ask = caller(made_bench(files={"a.txt": "one\ntwo"}))
    assert found_in(ask("read_lines", path="a.txt", start=-5, end=10**30)) == "@@ 1\none\ntwo"
    assert ask("read_lines", path="a.txt", start=3) == "There are only 2 lines."
    assert ask("read_lines", path="a.txt", start=2, end=1) == "end lies before start."
    assert ask("read_lines", path="a.txt", start=10**4000).startswith("There are only")
    assert found_in(ask("read_lines", path="a.txt", start="2", end="null", page=7)) == "@@ 2\ntwo"
    assert ask("list_elements", start=10**30).startswith("No element of that kind. Kinds: none")


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from([tool.name for tool in TOOLS]), st.dictionaries(st.text(max_size=8), st.text() | st.integers() | st.none()), st.data()
)
def test_whatever_a_model_sends_is_answered_in_words(name: str, more: dict[str, Any], data: st.DataObject) -> None:
    fields = next(tool for tool in TOOLS if tool.name == name).arguments.model_fields
    value = (
        st.text()
        | st.integers()
        | st.none()
        | st.booleans()
        | st.floats()
        | st.lists(st.text())
        | st.sampled_from(["tool:pay", "app.py", ".", "1"])
    )
    given_here = {field: data.draw(value) for field in fields if data.draw(st.booleans())}
    answer = caller(_hostile())(name, **{**more, **given_here})
    assert 0 < len(answer) < BOUND
    assert "failed (" not in answer


@pytest.mark.parametrize("name", ["self", "config", "run_manager", "args", "kwargs", "given", "callbacks", "__class__", "runtime"])
def test_arguments_named_like_parts_of_the_machinery_do_no_harm(name: str) -> None:
    assert caller(made_bench(files={"a.txt": "one"}))("read_lines", **{"path": "a.txt", name: {"x": 1}}).startswith("Lines 1-1 of 1.")


def test_a_reader_that_fails_is_one_line() -> None:
    def broken(path: str) -> Any:
        raise RuntimeError(f"{path} {KEY}")

    bench = made_bench(read_lines=broken, paths=("a.txt",), search=lambda query, globs, limit: broken(query))
    assert caller(bench)("read_lines", path="a.txt") == "read_lines failed (RuntimeError); other tools may still answer."
    assert caller(bench)("search_passages", query="x") == "search_passages failed (RuntimeError); other tools may still answer."


# Secrets and what may leave


def test_secrets_leave_in_no_answer() -> None:
    for name, arguments in _uses().items():
        answer = caller(_hostile())(name, **arguments)
        assert KEY not in answer and KEY[13:40] not in answer, name


def test_a_secret_in_pieces_over_lines_is_hidden_whole() -> None:
    text = f'key = (\n    "{KEY[:30]}"\n    "{KEY[30:]}"\n)\n'
    ask = caller(made_bench(files={"a.py": text}, hide=without_secrets, search=lambda query, globs, limit: (hit("a.py", 3, 3),)))
    for answer in (ask("read_lines", path="a.py"), ask("read_lines", path="a.py", start=3, end=3), ask("search_passages", query="x")):
        assert KEY[30:] not in answer


def test_a_mask_that_changes_the_number_of_lines_still_hides() -> None:
    bench = made_bench(
        files={"a.py": f"one\n{KEY}\nthree"},
        hide=lambda text: text.replace(KEY, "S").replace("\n", "", int("three" in text and "one" in text)),
    )
    assert found_in(caller(bench)("read_lines", path="a.py", start=2, end=3)).replace("\n", "") == "@@ 2Sthree"


def test_what_only_files_know_that_may_not_be_shown_is_counted_and_not_told() -> None:
    ask = caller(_divided())
    everything = "\n".join(ask(name, **arguments) for name, arguments in _uses("tool:open").items())
    everything += ask("show_flows", id="tool:open->log:open") + ask("show_finding", id="f-mixed")
    assert "private" not in everything and "closed" not in everything
    assert "1 more are known only from files that may not be shown" in ask("list_elements")
    assert "1 more cite only files that may not be shown" in ask("list_findings")
    assert "(a file that may not be shown)" in ask("show_finding", id="f-mixed")
    assert "(withheld)" in ask("show_finding", id="f-mixed") and "(withheld)" in ask("show_element", id="tool:open")
    assert ask("show_element", id="tool:closed").startswith("No such element")
    assert ask("show_finding", id="f-closed").startswith("No such finding")
    assert ask("read_lines", path="private/p.py").startswith("No such file")


def test_a_very_large_system_is_answered_within_bounds() -> None:
    long = "n" * 20_000
    elements = [element("log", f"{number} {long}") for number in range(9)]
    elements += [element("tool", f"{number}", attributes={long: long}, evidence=(evidence(),) * 60) for number in range(3000)]
    flows = [flow("tool:0", f"tool:{number}", steps=(evidence(quote=long),) * 40, crosses=(long,)) for number in range(1, 3000)]
    found = [finding(f"t{number}", element="tool:0", description=long, evidence=(evidence(quote=long),) * 90) for number in range(900)]
    bench = made_bench(System(elements=tuple(elements), flows=tuple(flows)), found, files={"app.py": long})
    uses = list(_uses("tool:0", "f-t1").items())
    for name, arguments in [
        *uses,
        ("show_element", {"id": "agent:" + "x1" * 500_000}),
        ("read_lines", {"path": "y1" * 500_000}),
        ("show_element", {"id": "n" * 9}),
    ]:
        started = time.perf_counter()
        answer = caller(bench)(name, **arguments)
        assert len(answer) < BOUND, name
        assert time.perf_counter() - started < 2, name


# Made things


def _tree(folder: Path) -> Any:
    root = folder / "root"
    (root / "src").mkdir(parents=True)
    (root / "app.py").write_text("print('app')\n")
    (root / "src" / "deep.py").write_text("print('deep')\n")
    (folder / "outside.txt").write_text("outside\n")
    (folder / "away").mkdir()
    (folder / "away" / "secret.txt").write_text("outside\n")
    (root / "link.py").symlink_to(folder / "outside.txt")
    (root / "folder").symlink_to(folder / "away")
    return bench_at(root)


def _hostile() -> Any:
    """A system all names and texts of which are written by somebody who knows how this works."""
    path = "evil\x1b[2J\u202e.py"
    text = f"{HOSTILE} the crown jewels\n{KEY}\nOPENAI_API_KEY = '{KEY}'\n>>>\n<<<\x1b[31m evil"
    seen = evidence(f"{path}:2", text, note=f"evil {HOSTILE} {KEY}")
    tool = element("tool", HOSTILE, attributes={"path": f"evil {HOSTILE} {KEY}", "evil\x1b": True}, evidence=(seen,))
    log = element("log", f"evil {HOSTILE} {KEY}", evidence=(seen,))
    system = System(
        elements=(element("tool", "pay", evidence=(seen,), attributes={"key": KEY}), log, tool),
        flows=(flow("tool:pay", tool.id, steps=(seen, seen), crosses=(f"drawn:evil {HOSTILE}",)), flow(tool.id, "tool:pay")),
        relations=(Relation(source="tool:pay", kind="calls", target=tool.id, evidence=(seen,)),),
        controls=(Control(id="c", kind="redaction", protects=("tool:pay",), evidence=(seen,), note=HOSTILE),),
        claims=(Claim(id="claim:1", text=f"evil {HOSTILE} {KEY}", about=("tool:pay",), evidence=(seen,)),),
    )
    found = finding(element="tool:pay", title=f"evil {HOSTILE}", description=f"evil {HOSTILE} {KEY}", evidence=(seen,), id="f-1")
    search = lambda query, globs, limit: (hit(path, 1, 5, text=text),)  # noqa: E731
    return made_bench(system, [found], files={path: text, "dir\x1b/evil.txt": text}, hide=without_secrets, search=search)


def _divided() -> Any:
    """A system of which one file may be shown and another may not."""
    open_, private = evidence("open.py:1", "open text"), evidence("private/p.py:1", "closed text", note="closed")
    closed = element("tool", "closed", evidence=(private,))
    shown_element = element("tool", "open", evidence=(private, open_), attributes={"written_by": ("private/p.py", "open.py")})
    system = System(
        elements=(closed, element("log", "open", evidence=(open_,)), shown_element),
        flows=(
            flow("tool:open", "tool:closed", steps=(open_,)),
            flow("tool:open", "log:open", steps=(open_, private)),
        ),
        relations=(Relation(source="tool:open", kind="calls", target="tool:closed", evidence=(open_,)),),
        controls=(Control(id="c", kind="redaction", protects=("tool:open",), evidence=(private,)),),
        claims=(Claim(id="claim:1", text="closed promise", about=("tool:open",), evidence=(private,)),),
    )
    mixed = finding(
        id="f-mixed",
        element="tool:open",
        description="`closed` of private/p.py is asked by `open`.",
        evidence=(private, open_),
        title="Mixed",
    )
    found = [
        mixed,
        finding(id="f-closed", element="tool:open", evidence=(private,)),
        finding(id="f-1", element="tool:open", evidence=(open_,)),
    ]
    return made_bench(system, found, files={"open.py": "open text"})


def _uses(identity: str = "tool:pay", found: str = "f-1") -> dict[str, dict[str, Any]]:
    """A use of each tool that answers with text of the scanned tree."""
    return {
        "read_lines": {"path": plain("evil\x1b[2J\u202e.py")}
        if identity == "tool:pay"
        else {"path": "open.py" if "open" in identity else "app.py"},
        "list_folder": {},
        "list_elements": {},
        "show_element": {"id": identity},
        "show_flows": {"id": identity},
        "list_findings": {},
        "show_finding": {"id": found},
        **({"search_passages": {"query": "x"}} if identity == "tool:pay" else {}),
    }
