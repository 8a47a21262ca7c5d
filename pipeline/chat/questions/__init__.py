"""Questions: what people ask, understood. Takes a question and the names of a scan, gives `Asked`."""

from pipeline.chat.questions.knowledge import Phrases, load_phrases
from pipeline.chat.questions.likeness import Likeness
from pipeline.chat.questions.names import Names
from pipeline.chat.questions.understanding import Asked, Before, Filters, Understanding

__all__ = ["Asked", "Before", "Filters", "Likeness", "Names", "Phrases", "Understanding", "load_phrases"]
