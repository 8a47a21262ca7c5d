from threading import Lock

import pandas as pd
from attrs import define, field

from triage.features.frame import COLUMNS, encode
from triage.ml.registry import Registry


@define(slots=False)
class Scorer:
    """The fraud model in memory; `swap` puts another in its place between two requests."""

    registry: Registry
    _lock: Lock = field(factory=Lock, init=False)
    _model: object = field(default=None, init=False)

    def swap(self, uri: str | None = None) -> str:
        fresh = self.registry.load(uri or self.registry.champion_uri)
        with self._lock:
            self._model = fresh
        return self.run_id

    @property
    def run_id(self) -> str:
        return self._model.metadata.run_id

    def scores(self, frame: pd.DataFrame) -> list[float]:
        return [float(value) for value in self._model.predict(encode(frame))]

    def contributions(self, frame: pd.DataFrame) -> list[dict[str, float]]:
        table = self._model.get_raw_model().predict(encode(frame), pred_contrib=True)
        return [dict(zip(COLUMNS, map(float, row[:-1]), strict=True)) for row in table]

    def reasons(self, frame: pd.DataFrame, count: int = 3) -> list[str]:
        weights = self.contributions(frame)[0]
        named = {name: value for name, value in weights.items() if not name.startswith("narrative_")}
        return sorted(named, key=named.get, reverse=True)[:count]
