"""The eval suite: labelled reference systems in `systems/`, their labels, and how findings are held against them."""
