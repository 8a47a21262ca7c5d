"""Model files: what they are made of, by structure and opcode, never loaded.

`read_model_file` reads one, `listed_lines` gives what evidence quotes. Each module reads one family of formats; which of the
names and parts found are dangerous is knowledge of a later room.
"""

from ingest.model_files.read import listed_lines, read_model_file

__all__ = ["listed_lines", "read_model_file"]
