import os
import tomllib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class UnitConfig:
    serial: str
    hotel: str
    room: str
    language: str
    stream: str
    api: str
    mqtt_host: str
    mqtt_ca: str
    mqtt_password: str
    wake_model: str
    wake_threshold: float
    voice: str
    max_seconds: int
    model_dir: Path
    poll_seconds: int
    token: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Unit {self.token}"}


def read_config(path: Path = Path("/etc/hv/unit.toml"), token: Path = Path("/etc/hv/token")) -> UnitConfig:
    raw = tomllib.loads(path.read_text())
    models = raw.pop("models")
    return UnitConfig(
        **{key: raw[key] for key in ("serial", "hotel", "room", "language")},
        **raw["backend"],
        **raw["sound"],
        mqtt_password=os.environ["HV_MQTT_PASSWORD"],
        model_dir=Path(models["dir"]),
        poll_seconds=models["poll_seconds"],
        token=token.read_text().strip(),
    )
