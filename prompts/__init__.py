"""The words that models are given: one Markdown file per prompt, and the loader of them.

Nothing of the product is imported here; who loads a prompt hands its text on as a value.
"""

from prompts.loading import Prompt, load_prompt

__all__ = ["Prompt", "load_prompt"]
