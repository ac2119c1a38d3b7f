"""How a network's table is divided into stages, and how far windows reach over the border of a strip."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence

from torch import Tensor

from nstbench.losses.strips import Stage
from nstbench.networks.architecture import (
    Architecture,
    Branches,
    Convolution,
    Layer,
    Pooling,
    output_channels,
)

# Strips begin where Winograd's tiles do, so that each output is rounded as in the whole picture. Otherwise
# maxima that are nearly equal change places, and a thousandth of the gradient with them.
TILE = 4
# Of a strip: how many rows at its upper and at its lower border are not as they are in the whole.
Borders = tuple[int, int]


def groups(table: Architecture, wanted: Iterable[str]) -> list[list[Layer]]:
    """Divide a network behind every layer that makes features smaller.

    Parameters
    ----------
    table
        The network.
    wanted
        Names of layers; none deeper than the deepest of them is in a group.

    Returns
    -------
    list of list of Layer
        From the input on.
    """
    deepest = max(map(table.layer_names.index, wanted))
    divided: list[list[Layer]] = [[]]
    for layer in table.layers[: deepest + 1]:
        divided[-1].append(layer)
        if getattr(layer, "stride", 1) > 1:
            divided.append([])
    return [group for group in divided if group]


def stage_of(
    group: Sequence[Layer],
    channels: int,
    width: float,
    wanted: Iterable[str],
    run: Callable[[Iterable[str], Tensor], Mapping[str, Tensor]],
) -> Stage:
    """Describe how a group of layers is run on strips.

    Parameters
    ----------
    group
        Layers one behind another.
    channels
        Of their input.
    width
        Channels of every convolution relative to its table.
    wanted
        Names of layers, of this group or others.
    run
        From names of layers and the group's input to their features.

    Returns
    -------
    Stage
        It gives the group's wanted layers and its last.
    """
    stride, borders, strides, above, below = 1, (0, 0), {}, 0, 0
    values = float(channels)
    for layer in group:
        borders = borders_behind([layer], borders)
        channels = output_channels([layer], channels, width)
        stride *= getattr(layer, "stride", 1)
        values = max(values, channels / stride**2)
        if layer.name in wanted or layer is group[-1]:
            strides[layer.name] = stride
            above, below = max(above, borders[0] * stride), max(below, borders[1] * stride)
    step = TILE * stride
    above, below = (math.ceil(border / step) * step for border in (above, below))
    return Stage(lambda features: run(strides, features), strides, above, below, values)


def borders_behind(layers: Iterable[Layer], borders: Borders = (0, 0)) -> Borders:
    """Say how many rows of a strip differ behind layers from what they are in the whole.

    Both ends of the strip's input are at multiples of the layers' stride.

    Parameters
    ----------
    layers
        One behind another.
    borders
        Rows that differ in their input.

    Returns
    -------
    tuple of int
        Rows at the upper and at the lower border.
    """
    above, below = borders
    for layer in layers:
        match layer:
            case Convolution() | Pooling():
                # Output r is made of the inputs r s - p to r s - p + k - 1.
                above = -(-(above + layer.padding) // layer.stride)
                below = -(-(below + layer.kernel - layer.padding) // layer.stride) - 1
            case Branches():
                chains = [borders_behind(chain, (above, below)) for chain in layer.chains]
                above, below = max(chain[0] for chain in chains), max(chain[1] for chain in chains)
    return above, max(below, 0)
