"""One network that gives any picture the style of any other, in one pass.

The content's features get the channel moments of the style's, and a decoder, trained beforehand on many
styles, turns them into a picture. Soboleva replicates it.
"""

import math
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field

from nstbench.methods.adain2017.recipe import (
    DEFAULT_TRAINING,
    HUANG,
    LITERAL,
    SOBOLEVA,
    DecoderCard,
    DecoderRecipe,
)
from nstbench.methods.base import Method, Parameters, Size, StyleShares, Task, imported_later
from nstbench.networks.catalogue import architecture
from nstbench.networks.feedforward.inventory import checked_card, locate_network, read_card
from nstbench.networks.training.trainer import Trainer
from nstbench.networks.weight_sources import RANDOM_WIDTHS, locate_weights

if TYPE_CHECKING:
    from nstbench.core.hardware import Hardware
    from nstbench.optim.loop import Outcome

# At full width, as measured: the decoder's widest features, enlarged and with their border.
BYTES_PER_PIXEL = {"fp32": 1000, "bf16": 600}


class AdaINParameters(Parameters):
    """Which decoder, and how much of which styles.

    Parameters
    ----------
    network
        The name of a shipped decoder, the id of a training of the pipeline, or a file.
    strength
        From 0, the content decoded as it is, to 1.
    blend
        Further styles with their shares; the style itself has the rest of 1.
    stage
        Of the training, counted from 1; None for its end.
    """

    network: str
    strength: float = Field(default=1.0, ge=0, le=1)
    blend: StyleShares = Field(default={})
    stage: int | None = Field(default=None, ge=1)

    def other_pictures(self) -> tuple[str, ...]:
        """The further styles."""
        return tuple(self.blend)

    def weight_files(self) -> list[Path]:
        """The decoder's, and those of the encoder that its card names."""
        file = locate_network(self.network)
        said = read_card(file)
        if said.get("kind") != "decoder":
            return [file]
        card = checked_card(file, said, DecoderCard)
        if card.weights in RANDOM_WIDTHS:
            return [file]
        return [file, locate_weights(architecture(card.backbone), card.weights)]


def stylize(task: Task[AdaINParameters]) -> "Outcome":
    """Give the content the style, or a blend of styles.

    Parameters
    ----------
    task
        Its `others` are the further styles of `blend`.

    Returns
    -------
    Outcome
        Its picture is clipped to [0, 1]; there is no loss. The facts name the encoder and its weights.

    Raises
    ------
    InputError
        When there is no such network or stage, or its file is damaged.
    """
    import time
    from dataclasses import replace

    from nstbench.methods.adain2017.network import load_network
    from nstbench.methods.styles import styles_of
    from nstbench.optim.loop import lossless

    parameters = task.parameters
    network = load_network(locate_network(parameters.network), parameters.stage, task.hardware)
    started = time.perf_counter()
    styles = styles_of(task, parameters.blend)
    if any(style.guided for style in styles):
        image = network.stylize_in_parts(task.content, styles, parameters.strength)
    else:
        pictures, shares = [style.picture for style in styles], [style.share for style in styles]
        image = network.stylize(task.content, pictures, shares, parameters.strength)
    outcome = lossless(image, time.perf_counter() - started)
    return replace(outcome, facts={"backbone": network.card.backbone, "weights": network.card.weights})


def memory(parameters: AdaINParameters, content: Size, style: Size, hardware: "Hardware") -> float:
    """Estimate what a pass needs.

    Parameters
    ----------
    parameters
        The decoder.
    content, style
        Heights and widths in pixels.
    hardware
        Where, and in which precision.

    Returns
    -------
    float
        Bytes at the peak, as measured with a decoder of half width, and pictures in and out.
    """
    width = float(read_card(locate_network(parameters.network)).get("width", 1.0))
    return (
        max(math.prod(content), math.prod(style)) * (BYTES_PER_PIXEL[hardware.precision] * width + 60) + 3e8
    )


DEFAULT = AdaINParameters(network="any_style")
TRAINER = Trainer(
    recipe=DecoderRecipe,
    presets={"soboleva": SOBOLEVA, "literal": LITERAL, "huang": HUANG, "default": DEFAULT_TRAINING},
    train=imported_later("nstbench.methods.adain2017.training", "train_decoder"),
    one_style=False,
)
METHOD = Method(
    id="adain2017",
    title="AdaIN: one network for any style",
    source="Huang and Belongie 2017, arXiv:1703.06868",
    parameters=AdaINParameters,
    presets={"default": DEFAULT},
    default_preset="default",
    stylize=stylize,
    trainer=TRAINER,
    memory=memory,
    knows_regions=True,
)
