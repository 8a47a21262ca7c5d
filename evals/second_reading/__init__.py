"""A second, independent reading of reference systems: how well two readers agree, and how disputes were settled."""
