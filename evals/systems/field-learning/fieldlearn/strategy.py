"""FedAvg, with a look at what the boxes have."""

import io
import logging
import pickle
from collections import Counter
from collections.abc import Iterable

import boto3
import numpy as np
import torch
from flwr.app import ArrayRecord, Message, MetricRecord
from flwr.serverapp.strategy import FedAvg

log = logging.getLogger("fieldlearn")
BUCKET = "agricoop-fl"


class FieldAvg(FedAvg):
    def __init__(self, **options):
        super().__init__(**options)
        self.s3 = boto3.client("s3")
        self.seen: Counter = Counter()

    def aggregate_train(self, server_round: int, replies: Iterable[Message]) -> tuple[ArrayRecord | None, MetricRecord | None]:
        total = 0
        mean: dict[str, torch.Tensor] = {}
        for reply in replies:
            if reply.has_error():
                continue
            count = int(reply.content["metrics"]["num-examples"])
            weights = reply.content["arrays"].to_torch_state_dict()
            about = reply.content["about"]
            self.seen += pickle.loads(about["histogram"])
            self.keep(server_round, about["box"], weights)
            for name, value in weights.items():
                mean[name] = mean.get(name, 0) + value.double() * count
            total += count
        if not total:
            return None, None
        log.info("round %d: %d photos, %s", server_round, total, self.seen.most_common(5))
        return ArrayRecord({n: (v / total).float() for n, v in mean.items()}), MetricRecord({"photos": total})

    def keep(self, server_round: int, box: str, weights: dict[str, torch.Tensor]) -> None:
        buffer = io.BytesIO()
        np.savez_compressed(buffer, **{n: v.numpy() for n, v in weights.items()})
        self.s3.put_object(Bucket=BUCKET, Key=f"updates/{server_round}/{box}.npz", Body=buffer.getvalue())
