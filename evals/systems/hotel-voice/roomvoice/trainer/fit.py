"""Nightly training of the intent model: `python -m roomvoice.trainer.fit`."""

import logging
import os
from pathlib import Path

import torch
from torch import nn
from torch.utils.data import DataLoader, random_split

from roomvoice.common.intentnet import FeatureSpec, IntentNet, LogMel
from roomvoice.common.intents import INTENTS
from roomvoice.common.protocol import SAMPLE_RATE
from roomvoice.trainer.corpus import Example, guest_examples, other_examples, with_variants
from roomvoice.trainer.release import ReleaseClient

log = logging.getLogger(__name__)
EPOCHS = 12
GOOD_ENOUGH = 0.9


def _collate(spec: FeatureSpec):
    mel = LogMel(spec)
    length = int(spec.max_seconds * SAMPLE_RATE)

    def collate(batch: list[Example]) -> tuple[torch.Tensor, torch.Tensor]:
        waves = torch.zeros(len(batch), length)
        for row, one in enumerate(batch):
            part = torch.from_numpy(one.wave[:length])
            waves[row, : len(part)] = part
        return mel(waves), torch.tensor([one.intent for one in batch])

    return collate


def _start(spec: FeatureSpec, last: Path) -> IntentNet:
    net = IntentNet(spec, len(INTENTS))
    if last.exists():
        with torch.serialization.safe_globals([FeatureSpec]):
            net.load_state_dict(torch.load(last, map_location="cpu", weights_only=True)["state"])
    return net


@torch.no_grad()
def accuracy(net: nn.Module, loader: DataLoader) -> float:
    net.eval()
    right = total = 0
    for mel, intents in loader:
        right += int((net(mel).argmax(-1) == intents).sum())
        total += len(intents)
    return right / max(total, 1)


def train(examples: list[Example], last: Path, spec: FeatureSpec) -> tuple[IntentNet, float]:
    everything = with_variants(examples)
    held = max(1, len(everything) // 10)
    lessons, exam = random_split(everything, [len(everything) - held, held], torch.Generator().manual_seed(7))
    collate = _collate(spec)
    net = _start(spec, last)
    optimiser = torch.optim.AdamW(net.parameters(), lr=1e-3)
    loss = nn.CrossEntropyLoss(label_smoothing=0.05)
    for epoch in range(EPOCHS):
        net.train()
        for mel, intents in DataLoader(lessons, 32, shuffle=True, collate_fn=collate):
            optimiser.zero_grad()
            value = loss(net(mel), intents)
            value.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimiser.step()
        log.info("epoch %d: loss %.3f", epoch, value.item())
    return net, accuracy(net, DataLoader(exam, 64, collate_fn=collate))


def main() -> None:
    logging.basicConfig(level=logging.INFO)
    endpoint, bucket = os.environ["HV_S3_ENDPOINT"], os.environ["HV_S3_BUCKET"]
    spec = FeatureSpec()
    last = Path(os.environ.get("HV_WORK_DIR", "/work")) / "last.pt"
    examples = guest_examples(os.environ["HV_DATABASE_URL"], endpoint, bucket) + other_examples()
    net, score = train(examples, last, spec)
    log.info("%d examples, accuracy %.3f", len(examples), score)
    if score < GOOD_ENOUGH:
        log.warning("accuracy %.3f is below %.2f", score, GOOD_ENOUGH)
    torch.save({"state": net.state_dict(), "spec": spec, "intents": list(INTENTS)}, last)
    version = ReleaseClient(endpoint, bucket, os.environ["HV_BACKEND"], os.environ["HV_S3_PUBLIC_URL"]).release(last)
    log.info("released %s", version)


if __name__ == "__main__":
    main()
