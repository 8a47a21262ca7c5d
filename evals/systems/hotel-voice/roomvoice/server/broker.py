"""Commands to the units in the rooms."""

import ssl

import aiomqtt
from msgspec import json

from roomvoice.server import settings
from roomvoice.server.repositories import Place


class RoomBroker:
    def __init__(self) -> None:
        self._tls = ssl.create_default_context(cafile=settings.MQTT_CA)

    async def command(self, place: Place, what: str, value: str) -> None:
        async with aiomqtt.Client(
            settings.MQTT_HOST, 8883, username="backend", password=str(settings.MQTT_PASSWORD), tls_context=self._tls
        ) as client:
            await client.publish(f"rooms/{place.hotel}/{place.room}/cmd", json.encode({"do": what, "value": value}), qos=1)
