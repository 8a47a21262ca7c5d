"""What the table of languages says works is found where it is marked; what it says is missed is missed, until it is mended."""

from __future__ import annotations

import pytest

from tests.languages.features import GROUPS, LANGUAGES, Feature, Part, features
from tests.languages.table import PATH, ROOT, languages_page
from tests.threats.pages import run

FEATURES = [feature for group in GROUPS for feature in features(group)]
PARTS = [(feature, part) for feature in FEATURES for part in feature.parts]
IDS = [f"{feature.path.stem}-{part.language}" for feature, part in PARTS]


@pytest.mark.parametrize(("feature", "part"), PARTS, ids=IDS)
def test_a_feature_is_followed_as_its_page_says(feature: Feature, part: Part) -> None:
    if part.case is None:
        assert part.absent, "a part without files says why"
        return
    ran = run(part.case)
    assert ran.state == "as_written", f"{feature.title} in {part.language}: {ran.differs}; found {sorted(ran.hits)}"


@pytest.mark.parametrize(("feature", "part"), PARTS, ids=IDS)
def test_a_part_marks_what_must_be_found_and_says_what_is_missed(feature: Feature, part: Part) -> None:
    assert part.language in LANGUAGES, feature.title
    if part.case is not None:
        assert {mark.expectation for mark in part.case.marks} & {"threat", "todo"}
        assert bool(part.missed) == (part.state != "works"), f"{part.language}: marks and the sentence after `Not yet:` disagree"


def test_the_table_of_languages_is_up_to_date() -> None:
    assert (ROOT / PATH).read_text("utf-8") == languages_page(), "run make docs"
