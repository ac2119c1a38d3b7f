import torch

from nstbench.backbones.googlenet import GOOGLENET
from nstbench.backbones.network import Backbone
from nstbench.backbones.normalisation import channel_means, normalise


def test_mean_one_and_the_same_function(narrow_vgg):
    images = torch.rand(3, 3, 64, 64, dtype=torch.float64)
    layers = ["relu1_1", "relu2_2", "relu3_4", "relu4_2", "relu5_1"]
    before = narrow_vgg(images, layers)
    normalise(narrow_vgg, channel_means(narrow_vgg, images))
    after = narrow_vgg(images, layers)
    for layer in layers:
        means = after[layer].mean((0, 2, 3))
        alive = before[layer].mean((0, 2, 3)) > 1e-6
        torch.testing.assert_close(means[alive], torch.ones_like(means[alive]), rtol=1e-4, atol=1e-4)
        for channel in alive.nonzero().flatten():
            pair = torch.stack([before[layer][:, channel].flatten(), after[layer][:, channel].flatten()])
            assert torch.corrcoef(pair)[0, 1] > 0.999


def test_dead_channels_keep_their_scale(narrow_vgg):
    means = channel_means(narrow_vgg, torch.rand(1, 3, 32, 32, dtype=torch.float64))
    means["conv2_1"][0] = 0.0
    weight = narrow_vgg.layers["conv2_1"].weight[0].clone()
    normalise(narrow_vgg, means)
    expected = weight * means["conv1_2"].clamp_min(0).where(means["conv1_2"] >= 1e-6, 1.0).view(-1, 1, 1)
    torch.testing.assert_close(narrow_vgg.layers["conv2_1"].weight[0], expected)


def test_branches_are_normalised_like_chains():
    torch.manual_seed(0)
    backbone = Backbone(GOOGLENET, width=0.25).double().eval().requires_grad_(False)
    images = torch.rand(2, 3, 96, 96, dtype=torch.float64)
    layers = ["relu2", "inception3b", "inception4c", "inception5b"]
    before = backbone(images, layers)
    means = channel_means(backbone, images)
    assert list(means) == list(GOOGLENET.convolutions)
    normalise(backbone, means)
    after = backbone(images, layers)
    for layer in layers:
        mean = before[layer].mean((0, 2, 3), keepdim=True)
        alive = mean.flatten() > 1e-6
        torch.testing.assert_close((after[layer] * mean)[:, alive], before[layer][:, alive])
