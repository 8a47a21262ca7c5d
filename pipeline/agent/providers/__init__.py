"""Where models are asked: an endpoint by the name a user gives it, and a chat model of it, whatever its protocol."""

from __future__ import annotations

from pipeline.agent.providers.apart import apart
from pipeline.agent.providers.connecting import connect
from pipeline.agent.providers.endpoint import Endpoint, endpoint_named

__all__ = ["Endpoint", "apart", "connect", "endpoint_named"]
