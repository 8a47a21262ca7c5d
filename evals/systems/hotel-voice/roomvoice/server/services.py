import asyncpg

from roomvoice.server import settings
from roomvoice.server.actions import PendingOrders, RoomActions
from roomvoice.server.archive import Archive, Bucket
from roomvoice.server.asr import SpeechRecogniser
from roomvoice.server.broker import RoomBroker
from roomvoice.server.intents import IntentService
from roomvoice.server.repositories import HouseRepository, RecordingRepository, ReleaseRepository


class Services:
    """One of each, for the lifetime of the process."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self.house = HouseRepository(pool)
        self.recordings = RecordingRepository(pool)
        self.releases = ReleaseRepository(pool)
        self.bucket = Bucket(settings.S3_ENDPOINT, settings.S3_BUCKET)
        self.archive = Archive(self.bucket, self.recordings)
        self.asr = SpeechRecogniser()
        self.intents = IntentService(self.releases, self.bucket)
        self.actions = RoomActions(RoomBroker(), self.house, PendingOrders(settings.CONFIRM_SECONDS), settings.MIN_SCORE)
