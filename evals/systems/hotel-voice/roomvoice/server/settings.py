"""All settings of the backend come from the environment (or `.env` on a developer's machine)."""

from starlette.config import Config
from starlette.datastructures import Secret

_env = Config(".env")

DATABASE_URL = _env("HV_DATABASE_URL", cast=Secret)
STAFF_SECRET = _env("HV_STAFF_SECRET", cast=Secret)
UNIT_KEY = _env("HV_UNIT_KEY", cast=Secret, default="hv-units-3f9d02c7")

S3_ENDPOINT = _env("HV_S3_ENDPOINT", default="http://minio:9000")
S3_BUCKET = _env("HV_S3_BUCKET", default="hotel-voice")

MQTT_HOST = _env("HV_MQTT_HOST", default="mosquitto")
MQTT_PASSWORD = _env("HV_MQTT_PASSWORD", cast=Secret)
MQTT_CA = _env("HV_MQTT_CA", default="/run/secrets/mqtt_ca")

ASR_DIR = _env("HV_ASR_DIR", default="/opt/asr")
ASR_FLOOR = _env("HV_ASR_FLOOR", cast=float, default=-0.9)
OPENAI_API_KEY = _env("OPENAI_API_KEY", cast=Secret, default="")

MIN_SCORE = _env("HV_MIN_SCORE", cast=float, default=0.55)
CONFIRM_SECONDS = _env("HV_CONFIRM_SECONDS", cast=float, default=30.0)
BATCH_LIMIT = _env("HV_BATCH_LIMIT", cast=int, default=8 * 1024 * 1024)
