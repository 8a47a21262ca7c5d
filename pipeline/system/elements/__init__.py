"""Elements out of code: entries, models, tools, stores, and what calls give back."""
