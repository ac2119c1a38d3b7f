"""How much memory a run needs at its peak, from tables alone, and whether it is there.

Sizes are those of the largest tensors that are there at once; what is small, and what PyTorch takes by
itself, is in a constant. At 2048 and 4096 px peaks were within a tenth of the estimate (docs/benchmarks.md).
"""

from collections.abc import Iterable

from nstbench.core.errors import InputError
from nstbench.core.hardware import Hardware, largest_whole
from nstbench.core.memory import free_memory, in_gigabytes
from nstbench.losses.strips import VALUES_AT_ONCE
from nstbench.methods.base import Method, P, Size, Task
from nstbench.methods.gatys2015.parameters import GatysParameters
from nstbench.networks.architecture import Architecture, Pooling, output_channels
from nstbench.networks.catalogue import architecture
from nstbench.networks.stages import groups
from nstbench.networks.weight_sources import EMBEDDED_WIDTH, RANDOM_WIDTHS
from nstbench.optim.lbfgs import remembered
from nstbench.optim.settings import LBFGSSettings

# Of a picture with three channels in fp32.
PICTURE = 12
# Pictures that a descent holds beside the steps that it remembers: content, style, image, gradients,
# directions and what they are made of.
PICTURES = 10
# Of an evaluation, whatever its size: buffers of convolutions, and the tensors of a strip.
BUFFERS = 4e8
STRIP = 7 * 4 * VALUES_AT_ONCE
# Sizes that are tried, one below the other.
STEP = 16


def check_memory(method: Method[P], task: Task[P]) -> None:
    """Refuse a run that would need more memory than is free.

    Parameters
    ----------
    method
        What is run.
    task
        Content and style (1, 3, H, W), and how.

    Raises
    ------
    InputError
        When it does not fit; it names the size that would.
    """
    free = free_memory(task.hardware.device)
    if method.memory is None or free is None:
        return
    sizes = [(picture.shape[-2], picture.shape[-1]) for picture in (task.content, task.style)]
    longest = max(sizes[0])

    def needed(size: int) -> float:
        content, style = ((round(h * size / longest), round(w * size / longest)) for h, w in sizes)
        own = method.memory(task.parameters, content, style, task.hardware) if method.memory else 0.0
        return own + _of_parts(task, content)

    if needed(longest) <= free:
        return
    fitting = next((size for size in range(longest // STEP * STEP, 0, -STEP) if needed(size) <= free), None)
    height, width = sizes[0]
    advice = f"a size of {fitting} fits" if fitting else "close other programs"
    raise InputError(
        f"{method.id} at {width}x{height} px needs about {in_gigabytes(needed(longest))} of memory, and "
        f"{in_gigabytes(free)} are free on {task.hardware.device}; {advice}"
    )


def of_descent(parameters: GatysParameters, content: Size, style: Size, hardware: Hardware) -> float:
    """Estimate what a descent on pixels needs.

    Parameters
    ----------
    parameters
        The network, its layers, and the optimiser.
    content, style
        Their sizes.
    hardware
        Where, and in which precision.

    Returns
    -------
    float
        Bytes at the peak, beyond what the process has taken before.
    """
    table, width = architecture(parameters.backbone), width_of(parameters.weights)
    pixels = content[0] * content[1]
    wanted = [*parameters.content_layers, *parameters.style_layers]
    in_full = parameters.layers_in_full()
    value = 2 if hardware.precision == "bf16" else 4
    layers = per_pixel(table, width)
    most = largest_whole(hardware.device)
    if pixels > most:
        evaluation = STRIP + value * pixels * _kept_by_strips(table, width, wanted, in_full)
    else:
        evaluation = value * pixels * _kept_whole(table, width, wanted, in_full)
    targets = 0.0
    if style[0] * style[1] <= most:
        targets = value * style[0] * style[1] * sum(layers[name] for name in parameters.style_layers)
    optimiser = 2
    if isinstance(parameters.optimiser, LBFGSSettings):
        optimiser *= min(remembered(parameters.optimiser.history, 3 * pixels), parameters.evaluations)
    fixed = BUFFERS + 6 * 4 * table.parameters(width)
    of_content = 4 * pixels * sum(layers[name] for name in parameters.content_layers)
    descent = of_content + evaluation + PICTURE * pixels * optimiser
    return fixed + PICTURE * PICTURES * pixels + max(targets, descent)


def _of_parts(task: Task[P], content: Size) -> float:
    """Bytes that losses of parts take besides: they read in full what others read by strips.

    With two regions a peak at 1280 px was 0.9 times the estimate.
    """
    parameters, pixels = task.parameters, content[0] * content[1]
    if not isinstance(parameters, GatysParameters) or not (task.regions or task.visible):
        return 0.0
    if pixels <= largest_whole(task.hardware.device):
        return 0.0
    layers = per_pixel(architecture(parameters.backbone), width_of(parameters.weights))
    in_full = parameters.layers_in_full()
    # Features and their gradients, and what each part sees of them.
    values = sum(
        layers[name] * (max(1, len(task.regions)) + (0 if name in in_full else 2))
        for name in parameters.style_layers
    )
    return (2 if task.hardware.precision == "bf16" else 4) * pixels * values


def width_of(weights: str) -> float:
    """Say how wide a network is, without opening its file.

    Parameters
    ----------
    weights
        A name or a file.

    Returns
    -------
    float
        1 for a file, which is the most that it can be.
    """
    return EMBEDDED_WIDTH if weights == "embedded" else RANDOM_WIDTHS.get(weights, 1.0)


def per_pixel(table: Architecture, width: float) -> dict[str, float]:
    """Count the values of layers.

    Parameters
    ----------
    table
        The network.
    width
        Channels of every convolution relative to it.

    Returns
    -------
    dict
        For each pixel of the picture, by layer.
    """
    values, channels, stride = {}, 3, 1
    for layer in table.layers:
        channels = output_channels([layer], channels, width)
        stride *= getattr(layer, "stride", 1)
        values[layer.name] = channels / stride**2
    return values


def _kept_whole(table: Architecture, width: float, wanted: Iterable[str], in_full: Iterable[str]) -> float:
    """Values a pixel: what autograd keeps, and three of the widest tensors on the way back."""
    values = per_pixel(table, width)
    layers = [layer for group in groups(table, wanted) for layer in group]
    # Positions of maxima are 8 bytes each.
    kept = sum(
        values[layer.name] * (3 if isinstance(layer, Pooling) else 1)
        for layer in layers
        if layer.name in table.activation_layers or isinstance(layer, Pooling)
    )
    return kept + 3 * max(values.values()) + 2 * sum(values[name] for name in in_full)


def _kept_by_strips(
    table: Architecture, width: float, wanted: Iterable[str], in_full: Iterable[str]
) -> float:
    """Values a pixel: the inputs of stages, two of the largest beside them, and layers read in full."""
    values = per_pixel(table, width)
    inputs = [3.0, *(values[group[-1].name] for group in groups(table, wanted)[:-1])]
    return sum(inputs) + 2 * max(inputs) + 3 * sum(values[name] for name in in_full)
