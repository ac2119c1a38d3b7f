"""Johnson, Alahi and Fei-Fei 2016: a network that has learned one style paints any picture in one pass.

The network is trained beforehand, on photographs, with the loss of a method that descends on pixels; Jain and
Venkitachalam use another network and another loss. The style picture plays no part when a picture is made.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from nstbench.methods.base import Method, Parameters, Task, TotalVariation
from nstbench.methods.gatys2015.method import DEFAULT as GATYS_DEFAULT
from nstbench.methods.gatys2015.method import NIKULIN, GatysParameters, equal_weights
from nstbench.methods.johnson2016.recipe import TransformationRecipe
from nstbench.methods.novak2016.method import RECOMMENDED, NovakParameters
from nstbench.networks.feedforward.inventory import locate_network
from nstbench.networks.training.trainer import Trainer, TrainingTask

if TYPE_CHECKING:
    from nstbench.optim.loop import Outcome


class FastParameters(Parameters):
    """`network`: the name of a shipped one, the id of a training of the pipeline, or a file.

    It has learned the style as it is, so no way of keeping colours that changes the style has any effect.
    """

    network: str
    preserve_colour: Literal["none", "luminance"] = "none"

    def weight_files(self) -> list[Path]:
        return [locate_network(self.network)]


def stylize(task: Task[FastParameters]) -> "Outcome":
    """The picture of `task`, clipped to [0, 1], without its style."""
    import time

    from nstbench.methods.johnson2016.modules import load_transformation
    from nstbench.optim.loop import lossless

    (file,) = task.parameters.weight_files()
    network = load_transformation(file, task.hardware.device)
    started = time.perf_counter()
    image = network.stylize(task.content, task.hardware)
    return lossless(image, time.perf_counter() - started)


DEFAULT = FastParameters(network="starry_night")

# Johnson et al. 2016 as in their code: content 1, style 5 a layer, total variation 1e-6 of bytes
# at 256 px. Its features are those of the raw network, 450 times ours, which are 1 on average.
JOHNSON = TransformationRecipe(
    architecture="johnson",
    loss=GatysParameters.derived_from(
        NIKULIN,
        backbone="vgg16",
        pooling="max",
        content_layers={"relu3_3": 1.0},
        style_layers={"relu1_2": 0.753, "relu2_2": 0.188, "relu3_3": 0.0471, "relu4_3": 0.0118},
        alpha=1.5e-3,
        tv=TotalVariation(form="squared", weight=4.8e-5),
    ),
    steps=40_000,
)
# Jain and Venkitachalam's code: total variation 7e-9 a sum, in units of which there are 4.4 in [0, 1]. Steps
# are as many as Johnson's, because theirs are not given.
JAIN = TransformationRecipe(
    architecture="jain",
    loss=NovakParameters.derived_from(
        RECOMMENDED,
        normalisation="port",
        pooling="average",
        tv=TotalVariation(form="absolute", weight=6.1e-3),
    ),
    steps=40_000,
)
# For a desk machine, chosen by eye: Jain's network at half width, Johnson's layers on the embedded VGG-19 at
# equal weights, one crop a step, and a rate that falls to 0. The shipped networks were made by it.
DEFAULT_TRAINING = TransformationRecipe(
    architecture="jain",
    width=0.5,
    loss=GatysParameters.derived_from(
        GATYS_DEFAULT,
        content_layers={"relu3_3": 1.0},
        style_layers=equal_weights(["relu1_2", "relu2_2", "relu3_3", "relu4_3"]),
        alpha=0.2,
        tv=TotalVariation(form="squared", weight=5e-3),
    ),
    style_size=320,
    crop=192,
    batch=1,
    steps=1400,
    decay="cosine",
)


def train(task: TrainingTask) -> None:
    """Train a network on the one style of `task`."""
    from nstbench.methods.johnson2016.training import train_transformation

    train_transformation(task)


TRAINER = Trainer(
    recipe=TransformationRecipe,
    presets={"johnson": JOHNSON, "jain": JAIN, "default": DEFAULT_TRAINING},
    train=train,
    one_style=True,
)
METHOD = Method(
    id="johnson2016",
    title="Fast: a network that has learned one style",
    source="Johnson, Alahi and Fei-Fei 2016, arXiv:1603.08155",
    parameters=FastParameters,
    presets={"default": DEFAULT},
    default_preset="default",
    stylize=stylize,
    needs_style=False,
    trainer=TRAINER,
)
