import os

os.environ.setdefault("HV_DATABASE_URL", "postgresql://voice@localhost/voice_test")
os.environ.setdefault("HV_STAFF_SECRET", "only-for-tests")
os.environ.setdefault("HV_MQTT_PASSWORD", "only-for-tests")
