import torch
from fieldlearn.model import DISEASES, accuracy, network


def test_head_fits():
    net = network().eval()
    assert net(torch.zeros(1, 3, 224, 224)).shape == (1, len(DISEASES))


def test_accuracy_of_nothing():
    assert accuracy(network(), []) == 0.0


def test_updates_are_clipped_and_checked():
    from fieldlearn.strategy import CLIP, FieldTrimmed

    strategy = FieldTrimmed(register={}, run=0)
    strategy.current = {"w": torch.zeros(10).double()}
    update = strategy.checked({"w": torch.full((10,), 1e6)})
    assert float(update["w"].norm()) <= CLIP * 1.001
    assert strategy.checked({"w": torch.full((10,), float("nan"))}) is None
    assert strategy.checked({"w": torch.zeros(11)}) is None
