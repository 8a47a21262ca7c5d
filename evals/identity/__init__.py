"""Successive releases of real packages: which findings of the one are those of the other, and whether that is right.

`PACKAGE.yaml` in this folder says for pairs of releases what was kept, lost and new, and a reader's verdict of each that changed. Nothing
of a package is kept but names, versions, ids, slugs and places. `python -m evals.identity draft` makes such a file of scans, `python -m
evals.identity` the page.
"""
