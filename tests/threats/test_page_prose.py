"""What a paired page says beside its code belongs to the case it stands before."""

from __future__ import annotations

from pipeline.threats.pages import introduction, read_cases

PAGE = """# A title

One line on what it is.

## Reported

### First
Why the first
is reported.
```python path=a.py
x = 1  # threat: s
```
Still of the first.

### Second
```python path=b.py
y = 2  # threat: s
```

## Silent
Why this is silent.
```python path=a.py
x = 3  # ok: s
```
Why the next is silent.
```python path=a.py
x = 4  # ok: s
```
"""


def test_prose_belongs_to_the_case_it_stands_before() -> None:
    told = [(case.section, case.title, case.prose) for case in read_cases("s", PAGE)]
    assert told == [
        ("Reported", "First", "Why the first\nis reported.\nStill of the first."),
        ("Reported", "Second", ""),
        ("Silent", "", "Why this is silent."),
        ("Silent", "", "Why the next is silent."),
    ]


def test_the_introduction_ends_at_the_first_section() -> None:
    assert introduction(PAGE) == "One line on what it is."
    assert introduction("") == ""
