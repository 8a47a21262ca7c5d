"""Prompts: in strings, in files, under names, and the templates that come with models."""
