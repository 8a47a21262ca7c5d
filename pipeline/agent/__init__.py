"""The LLM analyst: what rules cannot know, grounded in evidence, bounded in what it spends and in what it may say."""
