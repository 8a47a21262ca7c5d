"""Which version this is: the installed distribution's, or `0+source` in a tree that was never installed."""

from __future__ import annotations


def version() -> str:
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed

    try:
        return installed("threatloom")
    except PackageNotFoundError:
        return "0+source"
