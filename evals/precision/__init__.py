"""How often what is said is right, and how much is found: the figures of `docs/precision.md`, poor ones included.

Takes the catalog's paired cases, the labels of the reference systems as last measured (`evals/systems/results.json`) and the judged
findings of real packages (`evals/judged/`); gives one page. It scans nothing.
"""
