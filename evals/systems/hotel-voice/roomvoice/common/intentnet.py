"""The intent model: log-mel frames, two convolutions, a GRU, one linear layer. Small enough for the unit."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import torch
import torchaudio
from torch import nn

from roomvoice.common.intents import Guess
from roomvoice.common.protocol import SAMPLE_RATE


@dataclass(frozen=True)
class FeatureSpec:
    n_mels: int = 40
    win_ms: int = 25
    hop_ms: int = 10
    max_seconds: float = 6.0


class LogMel(nn.Module):
    def __init__(self, spec: FeatureSpec) -> None:
        super().__init__()
        self._keep = int(spec.max_seconds * SAMPLE_RATE)
        self._mel = torchaudio.transforms.MelSpectrogram(
            SAMPLE_RATE,
            n_fft=512,
            win_length=SAMPLE_RATE * spec.win_ms // 1000,
            hop_length=SAMPLE_RATE * spec.hop_ms // 1000,
            n_mels=spec.n_mels,
        )

    def forward(self, wave: torch.Tensor) -> torch.Tensor:
        return torch.log(self._mel(wave[..., : self._keep]) + 1e-6)


class IntentNet(nn.Module):
    def __init__(self, spec: FeatureSpec, classes: int, width: int = 96) -> None:
        super().__init__()
        self.conv = nn.Sequential(
            nn.Conv1d(spec.n_mels, width, 5, stride=2, padding=2),
            nn.ReLU(),
            nn.Conv1d(width, width, 5, stride=2, padding=2),
            nn.ReLU(),
        )
        self.gru = nn.GRU(width, width, batch_first=True, bidirectional=True)
        self.head = nn.Linear(2 * width, classes)

    def forward(self, mel: torch.Tensor) -> torch.Tensor:
        frames, _ = self.gru(self.conv(mel).transpose(1, 2))
        return self.head(frames.mean(dim=1))


class IntentRunner:
    """A trained net with what it needs to be asked."""

    def __init__(self, net: IntentNet, spec: FeatureSpec, intents: list[str], version: str) -> None:
        self._net = net.eval()
        self._features = LogMel(spec)
        self._intents = intents
        self.version = version

    @classmethod
    def of_checkpoint(cls, checkpoint: dict, version: str) -> Self:
        spec = checkpoint["spec"]
        net = IntentNet(spec, len(checkpoint["intents"]))
        net.load_state_dict(checkpoint["state"])
        return cls(net, spec, checkpoint["intents"], version)

    @torch.inference_mode()
    def classify(self, pcm: bytes) -> Guess:
        samples = np.frombuffer(pcm, dtype="<i2").astype(np.float32) / 32768
        if len(samples) < SAMPLE_RATE // 10:
            return Guess("none", 0.0)
        scores = torch.softmax(self._net(self._features(torch.from_numpy(samples)[None])), dim=-1)[0]
        best = int(scores.argmax())
        return Guess(self._intents[best], float(scores[best]))
