"""What a scan with a model takes: calls, tokens, and the time that is ours, against a model that answers in one second.

`python -m benchmarks --only llm` runs it. The model is a script behind the real HTTP server of the tests, in a process of its own; the
product runs as a user would run it.
"""
