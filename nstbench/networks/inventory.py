"""What networks there are, and which weights of theirs lie on this machine."""

from dataclasses import dataclass
from pathlib import Path

from nstbench.networks.architecture import Architecture
from nstbench.networks.embedded import EMBEDDED_WIDTH, embedded_file, has_embedded_weights
from nstbench.networks.weight_search import find_imagenet_weights, imagenet_file_name


@dataclass(frozen=True)
class LayerRow:
    """A layer by name: its channels at full width; stride and receptive field in pixels."""

    name: str
    channels: int
    stride: int
    receptive_field: int


@dataclass(frozen=True)
class WeightsRow:
    """Trained weights: `file` is None where they are not on this machine and `published` has to be fetched.

    `megabytes` are those of the file, `parameters` those of the convolutions.
    """

    source: str
    published: str
    file: Path | None
    megabytes: float | None
    parameters: int


def layer_table(architecture: Architecture) -> list[LayerRow]:
    """Every layer that can be asked for, from the input on."""
    return [
        LayerRow(
            name, architecture.channels(name), architecture.stride(name), architecture.receptive_field(name)
        )
        for name in architecture.layer_names
    ]


def known_weights(architecture: Architecture) -> list[WeightsRow]:
    """The weights that `--weights` takes by name for this network, on this machine or not."""
    imagenet = find_imagenet_weights(architecture)
    rows = [_row(architecture, "imagenet", imagenet_file_name(architecture), imagenet, width=1.0)]
    if has_embedded_weights(architecture.id):
        file = embedded_file(architecture.id)
        rows.insert(0, _row(architecture, "embedded", file.name, file, EMBEDDED_WIDTH))
    return rows


def _row(
    architecture: Architecture, source: str, published: str, file: Path | None, width: float
) -> WeightsRow:
    megabytes = file.stat().st_size / 1e6 if file else None
    return WeightsRow(source, published, file, megabytes, architecture.parameters(width))
