"""How fast threatloom is, how much memory it takes, and how that grows: against a raw parse, bandit and semgrep.

`make bench` makes an environment of its own from `benchmarks/requirements.lock` and runs `python -m benchmarks` in it.
The product runs as a user would run it, in its own environment; nothing here is imported by it.
"""
