"""Real public packages with labels, written from reading them before any scan. `python -m evals.packages bring DIR` brings them.

A package is the source archive of its index, by version and hash; it never lies in this tree. What was brought is a folder of labelled
systems, so that `threatloom eval --systems DIR` measures it; `labelled` gives it to Python.
"""

from evals.packages.bringing import NotBrought, bring, labelled
from evals.packages.model import PackageLabels, Source, read_packages

__all__ = ["NotBrought", "PackageLabels", "Source", "bring", "labelled", "read_packages"]
