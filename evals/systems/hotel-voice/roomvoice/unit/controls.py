"""The wires of the room: `roomctl` talks to the bus (blinds, door strike) and to the telephone."""

import asyncio
import logging
import re
import ssl

import aiomqtt
from msgspec import DecodeError, Struct, json

from roomvoice.unit.config import UnitConfig

log = logging.getLogger(__name__)
_ALLOWED = {
    "blinds": re.compile(r"up|down"),
    "door": re.compile(r"release"),
    "call": re.compile(r"\d{1,4}"),
}


class Command(Struct):
    do: str
    value: str


async def operate(command: Command) -> None:
    allowed = _ALLOWED.get(command.do)
    if allowed is None or not allowed.fullmatch(command.value):
        log.warning("unknown command %s", command.do)
        return
    process = await asyncio.create_subprocess_exec("roomctl", command.do, command.value)
    await process.wait()


async def obey(config: UnitConfig) -> None:
    tls = ssl.create_default_context(cafile=config.mqtt_ca)
    while True:
        try:
            async with aiomqtt.Client(
                config.mqtt_host, 8883, username="units", password=config.mqtt_password, tls_context=tls
            ) as client:
                await client.subscribe(f"rooms/{config.hotel}/{config.room}/cmd", qos=1)
                async for message in client.messages:
                    try:
                        await operate(json.decode(message.payload, type=Command))
                    except DecodeError:
                        log.warning("unreadable command")
        except aiomqtt.MqttError:
            await asyncio.sleep(5)
