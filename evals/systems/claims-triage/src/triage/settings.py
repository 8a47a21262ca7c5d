"""Settings of all processes, from the environment."""

from functools import cache
from pathlib import Path

from attrs import NOTHING, field, fields, frozen
from environs import Env


@frozen
class Settings:
    database_url: str
    reporting_database_url: str
    redis_url: str
    mlflow_tracking_uri: str
    payments_url: str
    payments_token: str
    letters_url: str
    session_key: str
    photo_bucket: str
    model_bucket: str
    fraud_model: str = "claims-fraud"
    damage_key: str = "damage/current.keras"
    decline_above: float = 0.93
    fast_track_below: float = 0.12
    fast_track_limit: int = 2_500
    aged_after_days: int = 45
    upload_limit_mb: int = 12
    model_cache: str = "/var/cache/triage"
    office_networks: list[str] = field(factory=list)


@cache
def settings() -> Settings:
    env = Env()
    env.read_env(str(Path.cwd() / ".env"))
    needed = [one.name for one in fields(Settings) if one.default is NOTHING]
    networks = env.list("OFFICE_NETWORKS", ["10.40.0.0/16", "172.16.0.0/12"])
    return Settings(**{name: env.str(name.upper()) for name in needed}, office_networks=networks)
