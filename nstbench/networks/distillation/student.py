"""The student of a distillation: a backbone whose layers predict the activations of a teacher.

Every tapped layer has a 1x1 head that predicts the teacher's standardised activations at the same points of
the picture.
"""

import torch
from torch import Tensor, nn

from nstbench.networks.architecture import Architecture
from nstbench.networks.backbone import Backbone
from nstbench.networks.catalogue import ARCHITECTURES
from nstbench.networks.distillation.batch_norm import insert_batch_norm
from nstbench.networks.distillation.rarity import Rarity
from nstbench.networks.distillation.teacher import TAPS, Teacher, rows_and_columns
from nstbench.networks.vgg import VGG19

# Student layer -> the teacher's, of the same stride and of about the same receptive field.
HEADS = {
    "vgg19": {tap: tap for tap in TAPS},
    # Its blocks 3 to 5 are a convolution shorter.
    "vgg16": {tap if tap[4] in "12" else tap.replace("_4", "_3"): tap for tap in TAPS},
    "alexnet": {
        "relu1": "relu3_1",
        "relu2": "relu4_1",
        "relu3": "relu5_1",
        "relu4": "relu5_2",
        "relu5": "relu5_4",
    },
    "googlenet": {
        "relu1": "relu2_1",
        "relu2": "relu3_2",
        "inception3a": "relu4_1",
        "inception3b": "relu4_4",
        "inception4b": "relu5_1",
        "inception4e": "relu5_2",
        # Of twice the stride.
        "inception5b": "relu5_4",
    },
}


class Student(nn.Module):
    """The backbone in training, with a 1x1 head for each of the teacher's activations that it is to predict.

    Parameters
    ----------
    architecture_id
        A key of HEADS.
    width
        Channels relative to the original network, in (0, 1].
    seed
        Of the first weights.
    teacher
        Says how many channels a head needs.
    """

    def __init__(self, architecture_id: str, width: float, seed: int, teacher: Teacher) -> None:
        super().__init__()
        torch.manual_seed(seed)
        self.backbone = Backbone(ARCHITECTURES[architecture_id], width)
        insert_batch_norm(self.backbone)
        self.rarity = Rarity(self.backbone)
        self.taps = HEADS[architecture_id]
        self.heads = nn.ModuleDict(
            {
                layer: nn.Conv2d(
                    self.backbone.architecture.channels(layer, width), teacher.channels[tap], kernel_size=1
                )
                for layer, tap in self.taps.items()
            }
        )

    def forward(self, images: Tensor, grid: int) -> dict[str, Tensor]:
        """Predict the teacher's activations, in bf16 where the machine multiplies matrices.

        Parameters
        ----------
        images
            (N, 3, S, S), RGB in [0, 1].
        grid
            Of the points at which the teacher was read.

        Returns
        -------
        dict
            (N, C, h, w) by tapped layer, in fp32.
        """
        with torch.autocast("cpu", torch.bfloat16):
            features = self.backbone(images, self.taps)
        architecture, side = self.backbone.architecture, images.shape[-1]
        return {
            layer: self.heads[layer](read(features[layer], architecture, layer, tap, side, grid))
            for layer, tap in self.taps.items()
        }


def read(features: Tensor, architecture: Architecture, layer: str, tap: str, side: int, grid: int) -> Tensor:
    """Features of a student at the points where its teacher was read, between its own points interpolated.

    Parameters
    ----------
    features
        (N, C, H, W), the student's.
    architecture, layer
        Of which student and of which layer they are.
    tap
        The teacher's layer.
    side
        Of the pictures, in pixels.
    grid
        As of `rows_and_columns`.

    Returns
    -------
    Tensor
        (N, C, h, w).
    """
    stride = VGG19.stride(tap)
    pixels = torch.arange(side // stride) * stride + VGG19.first_centre(tap)
    positions = (pixels - architecture.first_centre(layer)) / architecture.stride(layer)
    rows, columns = rows_and_columns(side // stride, grid)
    # Channels last, as the features lie in memory, or their gradients would be copied to and fro.
    taken = features.permute(0, 2, 3, 1)
    for dimension, wanted in ((1, positions[rows]), (2, positions[columns])):
        taken = _between(taken, wanted, dimension)
    return taken.permute(0, 3, 1, 2)


def _between(features: Tensor, positions: Tensor, dimension: int) -> Tensor:
    """Features at fractional indices along a dimension of four, linearly interpolated, in fp32."""
    last = features.shape[dimension] - 1
    positions = positions.clamp(0, last)
    lower = positions.floor().long()
    both = torch.cat([lower, (lower + 1).clamp(max=last)])
    before, after = features.index_select(dimension, both).float().chunk(2, dimension)
    return torch.lerp(before, after, (positions - lower).view(-1, *[1] * (3 - dimension)))
