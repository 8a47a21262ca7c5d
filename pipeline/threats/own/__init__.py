"""Knowledge of a user's or an organisation's own: threats, frameworks, controls and severities from folders they name.

Takes folders, gives one value that a scan is made with beside what ships. A folder is read whole or not at all, and everything in it
that cannot be used is said at once, each with its place. It is data: nothing of it runs.
"""

from pipeline.threats.own.read import NOTHING, OwnKnowledge, read_own_knowledge
from pipeline.threats.own.schema import Adjustment

__all__ = ["NOTHING", "Adjustment", "OwnKnowledge", "read_own_knowledge"]
