"""The LLM analyst: what rules cannot know, from the same evidence.

`examine` takes a system and what the rules said of it, and gives proposals whose quotes were located, opinions about rule findings, a
completed system model, and an account of what was asked. It decides nothing about rule findings.
"""
