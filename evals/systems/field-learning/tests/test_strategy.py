import torch
from fieldlearn.model import DISEASES, accuracy, network


def test_head_fits():
    net = network().eval()
    assert net(torch.zeros(1, 3, 224, 224)).shape == (1, len(DISEASES))


def test_accuracy_of_nothing():
    assert accuracy(network(), []) == 0.0
