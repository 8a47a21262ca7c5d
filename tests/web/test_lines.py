"""The lines of a cited file: quotes as they were kept, and around them only what the scanner would open itself."""

from __future__ import annotations

import shutil

import pytest

from tests.web.world import World, text_of

TOOLS = "/lines?path=src/agent/tools.py&line=88"


def test_lines_around_a_quote_come_from_the_file_with_secrets_masked(world: World) -> None:
    page = world.client().get(world.at(TOOLS)).text
    assert 'id="L88"' in page and 'id="L86" class="around"' in page and "# line 86" in text_of(page)
    assert 'id="L60"' not in page  # far from every quote
    assert "9f8e7d6c5b4a39281706f5e4d3c2b1a0f9e8d7c6b5a4" not in page and "API_KEY" in page
    assert "Findings that cite it 2" in text_of(page)


def test_where_files_are_not_to_be_opened_only_quotes_are_shown(world: World) -> None:
    page = world.client(files=False).get(world.at(TOOLS)).text
    assert "exec" in page and "# line 86" not in text_of(page)


@pytest.mark.parametrize("change", ["edited", "gone", "folder gone", "file is a link", "folder is a link", "folder is one of the parents"])
def test_a_file_that_is_not_what_it_was_is_not_shown(own_tree: World, change: str) -> None:
    file, folder = own_tree.root / "src/agent/tools.py", own_tree.root / "src/agent"
    elsewhere = own_tree.root.parent / "elsewhere"
    shutil.copytree(folder, elsewhere)
    (elsewhere / "tools.py").write_text(
        (elsewhere / "tools.py").read_text(encoding="utf-8").replace("# line 86", "# secret of another folder"), "utf-8"
    )
    match change:
        case "edited":
            file.write_text("\n".join(f"# other {number}" for number in range(200)), encoding="utf-8")
        case "gone":
            file.unlink()
        case "folder gone":
            shutil.rmtree(own_tree.root)
        case "file is a link":
            file.unlink()
            file.symlink_to(elsewhere / "tools.py")
        case "folder is a link":
            shutil.rmtree(folder)
            folder.symlink_to(elsewhere)
        case _:
            real = own_tree.root.rename(own_tree.root.with_name("real"))
            own_tree.root.symlink_to(real)
    page = own_tree.client().get(own_tree.at(TOOLS)).text
    said = text_of(page)
    assert "exec" in said and "Only the cited lines are shown" in said
    assert "# line 86" not in said and "secret of another folder" not in said and "# other 86" not in said


@pytest.mark.parametrize(
    "path",
    ["../record.sqlite", "/etc/passwd", "src/agent/../agent/tools.py", "src/agent/tools.py%00", "src/agent", "", "src\\agent\\tools.py"],
)
def test_no_other_file_can_be_asked_for(world: World, path: str) -> None:
    assert world.client().get(world.at(f"/lines?path={path}")).status_code == 404


def test_places_of_documents_without_lines_are_quoted(world: World) -> None:
    said = text_of(world.client().get(world.at("/lines?path=docs/risks.xlsx")).text)
    assert "sheet Register, C4" in said and "Every refund is confirmed by a human." in said
