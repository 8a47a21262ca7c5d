"""Agents and tool servers: their ties, where they listen, and what bounds their steps."""
