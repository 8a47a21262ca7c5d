"""Questions to systems, with the passages that answer them, and how well retrieval finds those.

The questions were written by reading the systems, before any result was looked at. `python -m evals.retrieval` prints the numbers;
`docs/retrieval.md` holds them.
"""
