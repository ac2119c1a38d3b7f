"""Claims that arithmetic or the table of a network decides, without any runs."""

import itertools
import math
from collections.abc import Callable
from typing import Literal

import numpy as np

from nstbench.charts.diagrams.chain import chain
from nstbench.claims.evidence import Evidence
from nstbench.claims.sample import Fact, Sample
from nstbench.claims.statistics.base import NoParameters, StatisticParameters, statistic
from nstbench.methods.gatys2015.parameters import PAPER


def _exactly(*facts: Fact) -> Sample:
    return Sample("", facts=facts)


# ---- how statistics of style work ----


@statistic(NoParameters)
def adain_moments(parameters: NoParameters, evidence: Evidence) -> Sample:
    """Whether the library's AdaIN gives the content's channels the means and variances of the style's."""
    import torch

    from nstbench.methods.adain2017.modules import align

    random, tolerance = torch.Generator().manual_seed(0), 1e-4
    content, style = (
        (torch.randn(1, 64, 32, 32, generator=random, dtype=torch.float64) + mean).abs()
        for mean in (0.5, 2.0)
    )
    (means, variances), (wanted_means, wanted_variances) = (
        (maps.mean((2, 3)), maps.var((2, 3), correction=0)) for maps in (align(content, style), style)
    )
    of_means, of_variances = (
        float((found - wanted).abs().max())
        for found, wanted in ((means, wanted_means), (variances, wanted_variances))
    )
    return _exactly(
        Fact(f"channel means differ by at most {of_means:.1g}", of_means < tolerance),
        Fact(f"channel variances differ by at most {of_variances:.1g}", of_variances < tolerance),
    )


@statistic(NoParameters)
def moments_loss(parameters: NoParameters, evidence: Evidence) -> Sample:
    """Whether the library's style loss of AdaIN sees means and deviations of channels, and nothing else.

    Each channel with its positions in an order of its own has the same mean and deviation, but fires together
    with other channels: the Gram matrix changes.
    """
    import torch

    from nstbench.losses.channel_moments import channel_moments
    from nstbench.losses.gram import gram
    from nstbench.methods.adain2017.loss import style_loss

    random = torch.Generator().manual_seed(0)
    # Two textures that all channels follow, so that they are correlated.
    textures = torch.randn(2, 1024, generator=random, dtype=torch.float64)
    shares = torch.randn(64, 2, generator=random, dtype=torch.float64)
    style = (shares @ textures).relu().view(1, 64, 32, 32)
    order = torch.rand(64, 1024, generator=random).argsort(1)
    shuffled = style.flatten(2)[0].gather(1, order).view_as(style)

    def loss(found: torch.Tensor) -> float:
        return style_loss(channel_moments(found), channel_moments(style), "squared").item()

    change = float((gram(shuffled) - gram(style)).norm() / gram(style).norm())
    means = style.mean((2, 3), keepdim=True)
    unseen, shifted, stretched = loss(shuffled), loss(style + 0.1), loss(means + 1.1 * (style - means))
    return _exactly(
        Fact(
            f"features with equal means and deviations, whose Gram matrix is {change:.0%} away, have the "
            f"loss {unseen:.0e}",
            change > 0.1 and unseen < 1e-12,
        ),
        Fact(f"other means have the loss {shifted:.2g}", shifted > 1e-3),
        Fact(f"other deviations have the loss {stretched:.2g}", stretched > 1e-3),
    )


@statistic(NoParameters)
def gram_cooccurrence(parameters: NoParameters, evidence: Evidence) -> Sample:
    """Whether an entry of a Gram matrix tells features that fire together from those that do not.

    Two maps with the same values, once at the same positions and once at different ones: marginals are equal,
    so only co-occurrence differs.
    """
    positions = 1024
    texture = np.zeros(positions)
    texture[: positions // 2] = np.abs(np.random.default_rng(0).normal(size=positions // 2))
    together = np.stack([texture, texture])
    apart = np.stack([texture, np.roll(texture, positions // 2)])
    (own, joint), (own_apart, joint_apart) = ((maps @ maps.T)[0] / positions for maps in (together, apart))
    return _exactly(
        Fact("entries on the diagonal do not change", bool(np.isclose(own, own_apart))),
        Fact(
            f"the entry of both maps is {joint:.3g} together and {joint_apart:.3g} apart",
            bool(joint > joint_apart),
        ),
    )


@statistic(NoParameters)
def layer_weights(parameters: NoParameters, evidence: Evidence) -> Sample:
    """Whether 1e3 / N^2, scaled to sum 1, are the weights of the style layers that Gatys et al. publish.

    Gatys, Ecker and Bethge 2015 and 2016 weigh their five layers by 1/5; 1e3 / N^2 is in the notebook that
    Gatys published later.
    """
    raw = [1e3 / channels**2 for channels in (64, 128, 256, 512, 512)]
    claimed = [weight / sum(raw) for weight in raw]
    published = list(PAPER.style_layers.values())
    equal = all(abs(one - other) < 1e-3 for one, other in zip(claimed, published, strict=True))
    listed = ", ".join(f"{weight:.3f}" for weight in claimed)
    return _exactly(Fact(f"the weights {listed} are the published {published[0]:.1f} each", equal))


# ---- what VGG-19 consists of ----


@statistic(NoParameters)
def stacked_kernels(parameters: NoParameters, evidence: Evidence) -> Sample:
    """Stacked 3 x 3 convolutions beside one of 5 x 5 or 7 x 7: what they see, and weights per C^2."""
    facts = []
    for count, side in ((2, 5), (3, 7)):
        # At stride 1 a layer widens the field by its side less 1.
        field = 1 + count * (3 - 1)
        stacked, single = count * 3**2, side**2
        facts.append(Fact(f"{count} layers of 3 x 3 see {side} x {side} pixels", field == side))
        facts.append(Fact(f"they have {stacked} weights where one layer has {single}", stacked < single))
    return _exactly(*facts)


@statistic(NoParameters)
def vgg19_layers(parameters: NoParameters, evidence: Evidence) -> Sample:
    """What VGG-19 consists of, by the table that this suite builds it from.

    The number of parameters is checked against the published one (Simonyan and Zisserman 2015, table 2: 144
    million; torchvision's vgg19: 143,667,240).
    """
    convolutions = [layer for layer in chain("vgg19") if layer.kind == "convolution"]
    inputs = (3, *(layer.channels for layer in convolutions))
    weights = sum(
        layer.channels * (incoming * layer.kernel**2 + 1)
        for layer, incoming in zip(convolutions, inputs, strict=False)
    )
    # The first fully connected layer reads maps of 7 x 7, for pictures of 224 px.
    dense = (4096, 4096, 1000)
    wide = (7**2 * inputs[-1], *dense)
    weights += sum(width * (incoming + 1) for incoming, width in zip(wide, dense, strict=False))
    return _exactly(
        Fact(f"{len(convolutions)} convolutional layers", len(convolutions) == 16),
        Fact(
            f"with {len(dense)} fully connected layers they have {weights:,} parameters, as published",
            weights == 143_667_240,
        ),
    )


def style_layers(size: int) -> list[tuple[int, int]]:
    """Channels and side of the first layer of each block of VGG-19, for a square picture of `size` px."""
    found, side = [], size
    for layer in chain("vgg19"):
        side = int(side / layer.stride)
        if layer.name.endswith("_1"):
            found.append((layer.channels, side))
    return found


# ---- what statistics of style cost ----


@statistic(NoParameters)
def gram_cost(parameters: NoParameters, evidence: Evidence) -> Sample:
    """How the costs of Gram matrices and of self-convolutions go with depth in VGG-19.

    At 512 px and full width, for relu1_1 to relu5_1: a Gram matrix of N maps of M positions takes N^2 M
    multiplications; a full self-convolution of every map has about 4 N M values.
    """
    layers = style_layers(512)
    grams = [channels**2 * side**2 for channels, side in layers]
    convolved = [channels * (2 * side - 1) ** 2 for channels, side in layers]
    gram_millions, convolved_millions = (
        [f"{count / 1e6:,.0f} million" for count in counts] for counts in (grams, convolved)
    )
    return _exactly(
        Fact(
            f"a self-convolution falls from {convolved_millions[0]} values at relu1_1 to "
            f"{convolved_millions[-1]} at relu5_1",
            all(lower > upper for lower, upper in itertools.pairwise(convolved)),
        ),
        Fact(
            f"the multiplications of a Gram matrix grow from bottom to top, {gram_millions[0]} at relu1_1, "
            f"{gram_millions[3]} at relu4_1 and {gram_millions[-1]} at relu5_1",
            all(lower < upper for lower, upper in itertools.pairwise(grams)),
        ),
    )


@statistic(NoParameters)
def spatial_cost(parameters: NoParameters, evidence: Evidence) -> Sample:
    """What an evaluation costs with self-convolutions and with Gram matrices, VGG-19 to relu5_1 included.

    At 512 px and full width, there and back to the picture. N maps of M = X^2 positions take 2 N^2 M
    multiplications as a Gram matrix and 4 N n log2 n as self-convolutions of n = (2X - 1)^2 values by Fourier
    transforms; target and result are N^2 or N n values each, beside the activations of the network. Roughly
    the same is read as the same order of magnitude.
    """
    side, incoming, products, activations = 512.0, 3, 0.0, 0.0
    for layer in chain("vgg19"):
        side /= layer.stride
        if layer.kind == "convolution":
            products += 2 * layer.kernel**2 * incoming * layer.channels * side**2
            activations += layer.channels * side**2
            incoming = layer.channels
        if layer.name == "conv5_1":
            break
    layers = style_layers(512)
    convolved = [channels * (2 * x - 1) ** 2 for channels, x in layers]
    gram = (
        products + sum(2 * channels**2 * x**2 for channels, x in layers),
        activations + sum(2 * channels**2 for channels, _ in layers),
    )
    spatial = (
        products + sum(8 * channels * (2 * x - 1) ** 2 * math.log2(2 * x - 1) for channels, x in layers),
        activations + 2 * sum(convolved),
    )
    return _exactly(
        *(
            Fact(
                f"{what} with self-convolutions are {own / other:.2g} times those with Gram matrices",
                0.1 < own / other < 10,
            )
            for what, own, other in zip(("multiplications", "values in memory"), spatial, gram, strict=True)
        )
    )


# Numbers that a target has of N maps of X x X values.
TARGET_SIZES: dict[str, Callable[[int, int], int]] = {
    "all pairs of maps": lambda channels, side: channels**2 * (2 * side - 1) ** 2,
    "pixel-wise Gram": lambda channels, side: channels**2 * side**2,
}
# Bytes of NVIDIA's Titan X of 2016.
MEMORY = 12e9


class WrittenOutParameters(StatisticParameters):
    """`values` that are too many at `too_large` pixels a side, and, if it is given, not at `small` ones."""

    values: Literal["all pairs of maps", "pixel-wise Gram"]
    too_large: int = 512
    small: int | None = None


@statistic(WrittenOutParameters)
def written_out(parameters: WrittenOutParameters, evidence: Evidence) -> Sample:
    """Whether a style statistic whose values are all written out fits into a GPU of the time.

    At full width, for relu1_1 to relu5_1 of VGG-19 and in fp32, the targets take

        sum over layers of 4 N^2 (2 X - 1)^2 bytes   for the convolutions of all pairs of N maps of X x X,
        sum over layers of 4 N^2 X^2 bytes           for a Gram matrix at every position.

    What a descent takes besides, the same values of the picture and their gradient, is not counted.
    """
    facts = []
    for size, fits in ((parameters.too_large, False), (parameters.small, True)):
        if size is None:
            continue
        layers = [4 * TARGET_SIZES[parameters.values](*layer) for layer in style_layers(size)]
        total, first, last, memory = (
            f"{count / 1e9:.2g} GB" for count in (sum(layers), layers[0], layers[-1], MEMORY)
        )
        facts.append(
            Fact(
                f"at {size} px the targets take {total}, {first} of them at relu1_1 and {last} at relu5_1: "
                f"{'less' if fits else 'more'} than {memory}",
                (sum(layers) < MEMORY) == fits,
            )
        )
    return _exactly(*facts)
