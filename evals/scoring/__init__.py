"""What one scan is worth held against the labels, and what many are together.

`judging` holds a scan against a system's labels and gives a `SystemResult`; `scores` adds systems up, with intervals; the rest are their
parts, one measure each.
"""
