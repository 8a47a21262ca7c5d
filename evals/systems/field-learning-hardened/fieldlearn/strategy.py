"""Trimmed mean of clipped updates with noise, over boxes that are in the register."""

import hashlib
import json
import logging
import os
import pathlib
import time
from collections.abc import Iterable

import torch
from flwr.app import ArrayRecord, ConfigRecord, Message, MetricRecord
from flwr.serverapp import Grid
from flwr.serverapp.strategy import FedAvg

log = logging.getLogger("fieldlearn")
STATE = pathlib.Path(os.environ.get("FIELD_STATE", "/state"))
CLIP = 4.0
TRIM = 0.2
NOISE = 0.002
LEAST = 6
LEAST_PHOTOS = 200


def digest(weights: dict[str, torch.Tensor]) -> str:
    h = hashlib.sha256()
    for name in sorted(weights):
        h.update(name.encode() + weights[name].contiguous().numpy().tobytes())
    return h.hexdigest()


class FieldTrimmed(FedAvg):
    def __init__(self, register: dict[str, str], run: int, **options):
        super().__init__(**options)
        self.register = register  # node id -> cooperative, kept by us when a box is handed over
        self.run = run
        self.current: dict[str, torch.Tensor] = {}

    def configure_train(self, server_round: int, arrays: ArrayRecord, config: ConfigRecord, grid: Grid) -> Iterable[Message]:
        self.current = {n: v.double() for n, v in arrays.to_torch_state_dict().items()}
        return super().configure_train(server_round, arrays, config, grid)

    def aggregate_train(self, server_round: int, replies: Iterable[Message]) -> tuple[ArrayRecord | None, MetricRecord | None]:
        updates: dict[str, dict[str, torch.Tensor]] = {}
        for reply in replies:
            coop = self.register.get(str(reply.metadata.src_node_id))
            if coop is None or reply.has_error():
                self.record(server_round, coop or "?", "left out", {"node": str(reply.metadata.src_node_id)})
                continue
            update = self.checked(reply.content["arrays"].to_torch_state_dict())
            if update is None or reply.content["metrics"]["num-examples"] < LEAST_PHOTOS or coop in updates:
                self.record(server_round, coop, "refused", {})
                continue
            updates[coop] = update
            self.record(server_round, coop, "took part", {"sha256": digest(update)})
        if len(updates) < LEAST:
            self.record(server_round, "server", "round given up", {"boxes": len(updates)})
            return None, None
        cut = int(len(updates) * TRIM)
        result = {}
        for name, before in self.current.items():
            stacked = torch.stack([u[name] for u in updates.values()]).sort(dim=0).values
            mean = stacked[cut : len(updates) - cut].mean(dim=0)
            result[name] = (before + mean + torch.randn_like(mean) * NOISE * CLIP / len(updates)).float()
        self.record(server_round, "server", "averaged", {"boxes": sorted(updates), "sha256": digest(result)})
        return ArrayRecord(result), MetricRecord({"boxes": len(updates)})

    def checked(self, weights: dict[str, torch.Tensor]) -> dict[str, torch.Tensor] | None:
        if weights.keys() != self.current.keys() or any(weights[n].shape != v.shape for n, v in self.current.items()):
            return None
        update = {n: weights[n].double() - v for n, v in self.current.items()}
        norm = torch.sqrt(sum((u**2).sum() for u in update.values()))
        if not torch.isfinite(norm):
            return None
        return {n: u * min(1.0, CLIP / float(norm + 1e-12)) for n, u in update.items()}

    def record(self, server_round: int, who: str, what: str, more: dict) -> None:
        row = {"at": time.time(), "run": self.run, "round": server_round, "who": who, "what": what, **more}
        with (STATE / "rounds.jsonl").open("a") as out:
            out.write(json.dumps(row) + "\n")
