"""Output of builds: read where it is all there is, passed over where what it was built from is read, never believed by its name."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.sources import SourceList, list_sources

WRITTEN = """\
import { send } from "./mail.js";

// Sends what the model wrote.
export class Desk {
  async answer(request: Request, reply: Reply): Promise<void> {
    const text = await this.model.complete(request.body.question);
    check(text);
    await send(reply.address, text);
  }
}
"""
BUILT = """\
"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.Desk = void 0;
const mail_js_1 = require("./mail.js");
class Desk {
  answer(request, reply) {
    return __awaiter(this, void 0, void 0, function* () {
      const text = yield this.model.complete(request.body.question);
      check(text);
      yield (0, mail_js_1.send)(reply.address, text);
    });
  }
}
exports.Desk = Desk;
//# sourceMappingURL=desk.js.map
"""
PYTHON = "def answer(text):\n    return run(text)\n"


def listed(root: Path, **files: str) -> SourceList:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return list_sources(root)


def read(found: SourceList) -> list[str]:
    return [source.path for source in found.sources]


@pytest.mark.parametrize(
    ("written", "built"),
    [
        ("src/desk.ts", "dist/desk.js"),
        ("desk.ts", "desk.js"),
        ("src/desk.ts", "desk.js"),
        ("src/desk.ts", "dist/cjs/desk.js"),
        ("src/desk.ts", "dist/src/desk.js"),
        ("packages/desk/src/in/desk.tsx", "packages/desk/lib/in/desk.js"),
        ("desk.ts", "build/desk.cjs"),
    ],
)
def test_a_module_is_read_once_as_it_was_written(tmp_path: Path, written: str, built: str) -> None:
    found = listed(tmp_path, **{written: WRITTEN, built: BUILT})

    assert read(found) == [written]
    assert [(skip.path, skip.reason) for skip in found.skipped] == [(built, "built from another file of the tree, which is read")]
    assert found.built == ()


def test_what_is_all_there_is_is_read_and_told_of(tmp_path: Path) -> None:
    found = listed(tmp_path, **{"dist/desk.js": BUILT, "dist/desk.d.ts": "export {};\n", "package.json": "{}"})

    assert read(found) == ["dist/desk.js", "package.json"]
    assert found.built == ("dist/desk.js",)
    assert [(skip.path, skip.reason) for skip in found.skipped] == [("*.d.ts", "types of code that stands somewhere else")]


def test_declarations_beside_a_module_tell_that_it_was_built(tmp_path: Path) -> None:
    found = listed(tmp_path, **{"desk.js": BUILT, "desk.d.ts": "export {};\n", "mail.mjs": BUILT, "by_hand.js": WRITTEN})

    assert found.built == ("desk.js",)


def test_of_two_forms_of_a_module_the_one_with_imports_is_read(tmp_path: Path) -> None:
    esm = WRITTEN.replace(": Request", "").replace(": Reply", "").replace(": Promise<void>", "")
    found = listed(tmp_path, **{"dist/esm/desk.js": esm, "dist/cjs/desk.js": BUILT, "lib/desk.mjs": esm, "lib/desk.cjs": BUILT})

    assert read(found) == ["dist/esm/desk.js", "lib/desk.mjs"]


def test_a_build_that_does_more_than_its_source_is_read(tmp_path: Path) -> None:
    found = listed(tmp_path, **{"src/desk.ts": WRITTEN, "dist/desk.js": BUILT.replace("check(text);", "check(text); exec(text);")})

    assert read(found) == ["dist/desk.js", "src/desk.ts"]


def test_a_stale_build_that_lacks_a_check_is_read(tmp_path: Path) -> None:
    found = listed(tmp_path, **{"src/desk.ts": WRITTEN, "dist/desk.js": BUILT.replace("      check(text);\n", "")})

    assert read(found) == ["dist/desk.js", "src/desk.ts"]


def test_what_a_comment_says_makes_no_build_of_a_source(tmp_path: Path) -> None:
    found = listed(tmp_path, **{"src/desk.ts": WRITTEN + "// exec(text)\n", "dist/desk.js": BUILT + "exec(text);\n"})

    assert read(found) == ["dist/desk.js", "src/desk.ts"]


def test_modules_of_one_name_that_do_other_things_are_both_read(tmp_path: Path) -> None:
    found = listed(tmp_path, **{"src/desk.ts": WRITTEN, "lib/desk.js": "export const open = () => fetch('/desk');\n"})

    assert read(found) == ["lib/desk.js", "src/desk.ts"]


def test_what_is_built_from_a_test_is_not_passed_over_for_it(tmp_path: Path) -> None:
    found = listed(
        tmp_path, **{"tests/src/desk.ts": WRITTEN, "tests/dist/desk.js": BUILT, "src/desk.test.ts": WRITTEN, "dist/desk.js": BUILT}
    )

    assert "dist/desk.js" in read(found)


def test_the_copy_that_setuptools_leaves_is_passed_over(tmp_path: Path) -> None:
    found = listed(tmp_path, **{"src/desk/answer.py": PYTHON, "build/lib/desk/answer.py": PYTHON, "build/lib/desk/other.py": PYTHON})

    assert read(found) == ["build/lib/desk/other.py", "src/desk/answer.py"]
    assert found.built == ("build/lib/desk/other.py",)
