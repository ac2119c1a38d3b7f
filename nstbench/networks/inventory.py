"""What networks there are, and which weights of theirs lie on this machine."""

from dataclasses import dataclass
from pathlib import Path

from nstbench.networks.architecture import Architecture
from nstbench.networks.weight_sources import (
    EMBEDDED_WIDTH,
    embedded_file,
    find_imagenet_weights,
    find_original_weights,
    has_embedded_weights,
    imagenet_file_name,
)


@dataclass(frozen=True)
class LayerRow:
    """A layer.

    Parameters
    ----------
    name
        Of the literature.
    channels
        At full width.
    stride, receptive_field
        In pixels of the picture.
    """

    name: str
    channels: int
    stride: int
    receptive_field: int


@dataclass(frozen=True)
class WeightsRow:
    """Trained weights.

    Parameters
    ----------
    source
        What `--weights` calls them.
    published
        The name of their file.
    file
        Where it is; None where it is not on this machine and has to be downloaded.
    megabytes
        Of the file.
    parameters
        Number of weights and biases of the convolutions.
    """

    source: str
    published: str
    file: Path | None
    megabytes: float | None
    parameters: int


def layer_table(architecture: Architecture) -> list[LayerRow]:
    """Every layer of a network that can be asked for.

    Parameters
    ----------
    architecture
        The network.

    Returns
    -------
    list of LayerRow
        From the input on.
    """
    return [
        LayerRow(
            name, architecture.channels(name), architecture.stride(name), architecture.receptive_field(name)
        )
        for name in architecture.layer_names
    ]


def known_weights(architecture: Architecture) -> list[WeightsRow]:
    """The weights that `--weights` takes by name for a network, on this machine or not.

    Parameters
    ----------
    architecture
        The network.

    Returns
    -------
    list of WeightsRow
        The original and the embedded ones first, where there are any.
    """
    sources = [("imagenet", find_imagenet_weights(architecture), imagenet_file_name(architecture), 1.0)]
    if has_embedded_weights(architecture.id):
        file = embedded_file(architecture.id)
        sources.insert(0, ("embedded", file, file.name, EMBEDDED_WIDTH))
    if original := architecture.original:
        published = f"{original.file}.bin of {original.package}"
        sources.insert(0, ("original", find_original_weights(architecture), published, 1.0))
    return [
        WeightsRow(
            source,
            published,
            file,
            file.stat().st_size / 1e6 if file else None,
            architecture.parameters(width),
        )
        for source, file, published, width in sources
    ]
