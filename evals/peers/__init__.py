"""Other scanners that are packages, run over the same reference systems and scored with the same matcher."""
