"""torchvision's networks, and behind which of their modules our layers' activations lie."""

import warnings

import torch
import torchvision
from torch import nn

from nstbench.networks.catalogue import ARCHITECTURES

# As torchvision builds GoogLeNet when it loads its own weights: it then expects images about 0.5.
EXTRA = {"googlenet": {"init_weights": False, "transform_input": True}}

GOOGLENET_STEM = {
    "conv1": "conv1.bn",
    "relu1": "conv1",
    "conv2_reduce": "conv2.bn",
    "relu2_reduce": "conv2",
    "conv2": "conv3.bn",
    "relu2": "conv3",
}


def torchvision_network(id):
    """With random weights, and batch norms that do something."""
    torch.manual_seed(0)
    with warnings.catch_warnings(action="ignore", category=FutureWarning):
        network = torchvision.models.get_model(id, weights=None, **EXTRA.get(id, {})).eval()
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            for tensor in (module.running_mean, module.bias.data):
                tensor.normal_(std=0.1)
            module.running_var.uniform_(0.5, 2)
    return network


def module_names(id):
    """{our layer: torchvision's module} for every layer of ours."""
    names = ARCHITECTURES[id].layer_names
    if id == "googlenet":
        return {name: GOOGLENET_STEM.get(name, name.replace("pool", "maxpool")) for name in names}
    if id == "squeezenet1_0":
        return _squeezenet(names)
    return {name: f"features.{position}" for position, name in enumerate(names)}


def _squeezenet(names):
    positions = iter(range(13))
    found, position = {}, None
    for name in names:
        if name.startswith("relu_squeeze"):
            found[name] = f"features.{position}.squeeze_activation"
        elif name.startswith("fire"):
            found[name] = f"features.{position}"
        else:
            position = next(positions)
            found[name] = f"features.{position}" + (".squeeze" if name.startswith("squeeze") else "")
    return found


def activations(network, names, image):
    """What `network` computes behind each of the modules `names` (in place or not) for an image."""
    seen = {}

    def watch(name):
        def keep(_module, _input, output):
            seen[name] = output.clone()

        return network.get_submodule(name).register_forward_hook(keep)

    hooks = [watch(name) for name in names]
    network(image)
    for hook in hooks:
        hook.remove()
    return seen
