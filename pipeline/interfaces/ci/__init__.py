"""Runs in CI: which change a job is about and what it is compared with, and how the host is told what came of it."""

from pipeline.interfaces.ci.change import Change, change_of, merge_base

__all__ = ["Change", "change_of", "merge_base"]
