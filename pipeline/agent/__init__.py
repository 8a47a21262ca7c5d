"""The LLM analyst: what rules cannot know, asked of a model and believed only where the files say it."""
