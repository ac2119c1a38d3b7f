"""Batch normalisation for the training only: put behind every convolution, then folded into it."""

from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from nstbench.backbones.network import Backbone


def insert_batch_norm(backbone: Backbone) -> None:
    for name, module in backbone.layers.items():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
            backbone.layers[name] = nn.Sequential(module, nn.BatchNorm2d(module.out_channels))


def fold_batch_norm(backbone: Backbone) -> None:
    for name, module in backbone.layers.items():
        if isinstance(module, nn.Sequential):
            convolution, norm = module
            assert isinstance(convolution, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d)
            backbone.layers[name] = fuse_conv_bn_eval(convolution.eval(), norm.eval())
