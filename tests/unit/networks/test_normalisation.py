"""The normalisation of activations (Gatys et al. 2015) and the first document's port of it."""

import pytest
import torch
from torch import nn

from nstbench.core.errors import InputError
from nstbench.core.hardware import Hardware
from nstbench.images.package_photographs import PHOTOGRAPHS, photograph
from nstbench.images.pictures import load_picture
from nstbench.images.tensors import to_tensor
from nstbench.methods import method
from nstbench.networks.backbone import Backbone
from nstbench.networks.catalogue import ARCHITECTURES
from nstbench.networks.loading import load_backbone
from nstbench.networks.normalisation import CALIBRATION_SIZE, calibrate, normalise

CPU = Hardware(torch.device("cpu"), "fp32")


def correlation(first, second):
    return torch.corrcoef(torch.stack([first.flatten(), second.flatten()]).double())[0, 1].item()


def photographs():
    return torch.cat(
        [to_tensor(load_picture(photograph(n), CALIBRATION_SIZE, square=True)) for n in PHOTOGRAPHS]
    )


@pytest.fixture(params=["googlenet", "vgg19"])
def random_network(request):
    torch.manual_seed(0)
    return Backbone(ARCHITECTURES[request.param], width=0.125).double().eval().requires_grad_(False)


def test_every_channel_averages_one_and_keeps_its_function(random_network):
    images = torch.rand(3, 3, 96, 96, dtype=torch.float64)
    layers = [name for name in random_network.layers if not name.startswith("conv")]
    before = random_network(images, layers)
    calibration = calibrate(random_network, images.split(2), "noise")
    normalise(random_network, calibration.divisors("mean-1"))
    for name, after in random_network(images, layers).items():
        scale = before[name].mean((0, 2, 3), keepdim=True)
        alive = scale.flatten() > 1e-6
        if not name.startswith("pool"):
            means = after.mean((0, 2, 3))[alive]
            torch.testing.assert_close(means, torch.ones_like(means), rtol=1e-4, atol=1e-4)
            torch.testing.assert_close((after * scale)[:, alive], before[name][:, alive])
        for channel in alive.nonzero().flatten():
            assert correlation(before[name][:, channel], after[:, channel]) > 0.999


def test_batches_of_any_size_give_the_same_means(random_network):
    images = torch.rand(5, 3, 64, 64, dtype=torch.float64)
    whole, split = (calibrate(random_network, batches, "noise") for batches in ([images], images.split(2)))
    for name, mean in whole.before_relu.items():
        torch.testing.assert_close(split.before_relu[name], mean)
        torch.testing.assert_close(split.after_relu[name], whole.after_relu[name])


def test_dead_channels_keep_their_scale_and_are_counted(narrow_vgg):
    narrow_vgg.layers["conv2_1"].weight[0] = 0.0
    narrow_vgg.layers["conv2_1"].bias[0] = -1.0
    calibration = calibrate(narrow_vgg, [torch.rand(1, 3, 32, 32, dtype=torch.float64)], "noise")
    assert calibration.divisors("mean-1")["conv2_1"][0] == 1.0
    channels = sum(len(mean) for mean in calibration.after_relu.values())
    silent = sum((mean == 0).sum().item() for mean in calibration.after_relu.values())
    assert silent >= 1
    assert calibration.dead_channels == pytest.approx(silent / channels)


def ported(network, images):
    """The first document's procedure on torchvision-like modules, step by step.

    Means right behind each convolution but the first; weights times the previous means, over the own ones.
    """
    modules = list(network.layers.values())
    means, activation = [], modules[0](network.preprocess(images))
    for module in modules[1:]:
        activation = module(activation)
        if isinstance(module, nn.Conv2d):
            means.append(activation.mean((0, 2, 3)))
    previous = None
    for module, mean in zip([m for m in modules[1:] if isinstance(m, nn.Conv2d)], means, strict=True):
        module.weight *= 1 if previous is None else previous.view(1, -1, 1, 1)
        module.weight /= mean.view(-1, 1, 1, 1)
        module.bias /= mean
        previous = mean


def test_port_is_the_first_documents_procedure(narrow_vgg):
    images = torch.rand(2, 3, 32, 32, dtype=torch.float64)
    twin = Backbone(narrow_vgg.architecture, narrow_vgg.width).double().requires_grad_(False)
    twin.load_state_dict(narrow_vgg.state_dict())
    ported(twin, images)
    normalise(narrow_vgg, calibrate(narrow_vgg, [images], "noise").divisors("port"))
    for name, convolution in narrow_vgg.convolutions.items():
        torch.testing.assert_close(convolution.weight, twin.convolutions[name].weight)
        torch.testing.assert_close(convolution.bias, twin.convolutions[name].bias)


@pytest.fixture(scope="module")
def three_networks():
    """The embedded VGG-19 as trained, normalised, and normalised as in the port."""
    procedures = ("none", "mean-1", "port")
    return {procedure: load_backbone("vgg19", "embedded", "max", CPU, procedure) for procedure in procedures}


def test_port_changes_the_function_and_the_right_procedure_does_not(three_networks):
    """r > 0.999 per layer against the port, which destroys deep ones."""
    images, layers = photographs()[:2], ["relu1_1", "relu3_1", "relu4_1", "relu5_1"]
    features = {procedure: network(images, layers) for procedure, network in three_networks.items()}

    def agreement(procedure, layer):
        pairs = zip(
            features["none"][layer].transpose(0, 1), features[procedure][layer].transpose(0, 1), strict=True
        )
        rs = [correlation(before, after) for before, after in pairs if before.any() and after.any()]
        return sum(rs) / len(rs)

    assert all(agreement("mean-1", layer) > 0.999 for layer in layers)
    assert torch.equal(features["port"]["relu1_1"], features["none"]["relu1_1"])
    assert agreement("port", "relu3_1") < 0.7
    assert agreement("port", "relu4_1") < 0.2
    assert agreement("port", "relu5_1") < 0.2


def test_about_half_of_the_ports_means_are_negative(three_networks):
    """44 to 56 % in a check of the port on another network, so the range here is wider."""
    means = calibrate(three_networks["none"], photographs().split(1), "photographs").divisors("port")
    share = torch.cat(list(means.values())).lt(0).float().mean()
    assert 0.4 < share < 0.65


def test_embedded_means_hold_on_other_photographs(three_networks):
    """The median channel mean lies within a few tenths of 1 on photographs that were not trained on."""
    found = calibrate(three_networks["mean-1"], photographs().split(1), "photographs")
    assert all(0.7 < mean.median() < 1.4 for mean in found.after_relu.values())


def test_calibration_pictures_are_recorded(three_networks):
    assert three_networks["none"].calibration is None
    assert three_networks["mean-1"].calibration == "479 training pictures (224 px)"
    assert "chelsea" in load_backbone("alexnet", "random-half", "max", CPU).calibration


def test_random_weights_come_from_the_seed():
    first, again, other = (
        load_backbone("alexnet", "random-half", "max", CPU, "none", seed).layers["conv3"].weight
        for seed in (1, 1, 2)
    )
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_random_weights_have_the_variance_of_he():
    """Var W = 2 / fan-in (He et al. 2015, eq. 10) and no biases."""
    backbone = load_backbone("vgg19", "random-half", "max", CPU, "none")
    for convolution in backbone.convolutions.values():
        fan_in = convolution.weight[0].numel()
        assert convolution.weight.var().item() == pytest.approx(2 / fan_in, rel=0.1)
        assert not convolution.bias.any()


def test_random_weights_are_normalised_when_asked():
    backbone = load_backbone("googlenet", "random-half", "average", CPU)
    twin = load_backbone("googlenet", "random-half", "max", CPU)
    assert torch.equal(backbone.layers["conv2"].weight, twin.layers["conv2"].weight)
    found = calibrate(twin, photographs().split(1), "photographs").after_relu
    for mean in found.values():
        alive = mean[mean > 1e-3]
        torch.testing.assert_close(alive, torch.ones_like(alive), rtol=1e-2, atol=1e-2)


def test_runs_with_random_weights_depend_on_their_seed():
    gatys = method("gatys2015")
    assert gatys.configure("nikulin", {"weights": "random-half"}).draws()
    assert not gatys.configure("nikulin", {}).draws()
    with pytest.raises(InputError, match=r"normalisation.*mean-1.*port.*one-scale.*none"):
        gatys.configure("nikulin", {"normalisation": "sometimes"})
