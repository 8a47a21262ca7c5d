"""Configuration readers: a source of a configuration format becomes `ConfigFacts`.

One module per format, listed in `read.READERS`; each is a function from text and path to settings.
"""

from ingest.config.read import READERS, read_config

__all__ = ["READERS", "read_config"]
