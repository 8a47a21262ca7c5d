"""What leaves the machine: hidden first, allowed, written down, and then sent to the named host and to no other.

The client that sends is made by `transport.guarded_client`, which is imported where it is used, for HTTP libraries are slow to import.
"""

from pipeline.agent.egress.log import EgressLog, default_folder
from pipeline.agent.egress.placeholders import Placeholders
from pipeline.agent.egress.policy import EgressPolicy
from pipeline.agent.egress.refusals import NotSent, NotTaken, Refusal, refusal_in
from pipeline.agent.egress.sightings import values_in

__all__ = ["EgressLog", "EgressPolicy", "NotSent", "NotTaken", "Placeholders", "Refusal", "default_folder", "refusal_in", "values_in"]
