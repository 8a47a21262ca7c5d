"""The words that models are given: one Markdown file per prompt, the loader of them, and what puts values in.

Nothing of the product is imported here; who loads a prompt hands its text on as a value.
"""

from prompts.fences import Fenced, fence, nonce_of
from prompts.loading import Prompt, load_prompt
from prompts.rendering import Exhibit, Imitation, Rendered, render

__all__ = ["Exhibit", "Fenced", "Imitation", "Prompt", "Rendered", "fence", "load_prompt", "nonce_of", "render"]
