import math

import pytest
import torch

from nstbench.networks.alexnet import ALEXNET
from nstbench.networks.backbone import Backbone
from nstbench.networks.distillation.batch_norm import insert_batch_norm
from nstbench.networks.distillation.rarity import ALLOWED, Rarity, rarity


def test_a_channel_that_fires_once_in_a_thousand_is_punished_by_the_logarithm():
    """A spike of height h at one of M places has mean square / mean^2 = M, whatever h is."""
    activation = torch.zeros(1, 2, 40, 25)
    activation[0, 0, 3, 4] = 7e3
    activation[0, 1] = 1.0
    assert rarity(activation).item() == pytest.approx(math.log(1000 / ALLOWED) / 2, rel=1e-3)


def test_ordinary_and_dead_channels_go_unpunished():
    activation = torch.randn(2, 5, 30, 30).relu()
    activation[:, 0] = 0
    assert rarity(activation) == 0


def test_every_convolution_is_watched_in_training_only():
    torch.manual_seed(0)
    backbone = Backbone(ALEXNET, width=0.0625)
    insert_batch_norm(backbone)
    watched = Rarity(backbone)
    image = torch.rand(2, 3, 96, 96)
    backbone.train()(image, ["relu5"])
    assert len(watched._penalties) == 5
    watched.take().backward()
    assert backbone.layers["conv1"][0].weight.grad is not None
    backbone.eval()(image, ["relu5"])
    assert not watched._penalties
