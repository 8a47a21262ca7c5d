import pytest
from triage.mask import mask


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("write to lena.brandt@klinik.example", "lena.brandt"),
        ("call +43 1 555 01 99", "555"),
        ("Pat.-Nr. 88-1207 is in the wrong room", "88-1207"),
        ("my password is Sommer2026!", "Sommer2026"),
    ],
)
def test_gone(text, gone):
    assert gone not in mask(text)


def test_rooms_stay():
    assert mask("Raum Hubertus, 3rd floor") == "Raum Hubertus, 3rd floor"
