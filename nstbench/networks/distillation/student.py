"""The student of a distillation: a backbone whose layers predict the activations of a teacher.

Every tapped layer has a 1x1 head that predicts the teacher's standardised activations of the same stride.
"""

import torch
from torch import Tensor, nn

from nstbench.networks.backbone import Backbone
from nstbench.networks.catalogue import ARCHITECTURES
from nstbench.networks.distillation.batch_norm import insert_batch_norm
from nstbench.networks.distillation.rarity import Rarity
from nstbench.networks.distillation.teacher import Teacher

# Student layer -> teacher activations of the same stride.
HEADS = {
    "vgg19": {
        "relu2_2": ("relu1",),
        "relu3_2": ("fire2",),
        "relu3_4": ("fire3", "fire4"),
        "relu4_2": ("fire5",),
        "relu4_4": ("fire6", "fire7"),
        "relu5_2": ("pool8",),
        "relu5_4": ("fire9",),
    },
    "vgg16": {
        "relu2_2": ("relu1",),
        "relu3_2": ("fire2",),
        "relu3_3": ("fire3", "fire4"),
        "relu4_2": ("fire5",),
        "relu4_3": ("fire6", "fire7"),
        "relu5_2": ("pool8",),
        "relu5_3": ("fire9",),
    },
    "alexnet": {
        "relu1": ("fire2",),
        "relu2": ("fire5", "fire6"),
        "relu3": ("pool8",),
        "relu5": ("fire9",),
    },
    "googlenet": {
        "relu1": ("relu1",),
        "relu2": ("fire2", "fire3", "fire4"),
        "inception3a": ("fire5",),
        "inception3b": ("fire6", "fire7"),
        "inception4b": ("pool8",),
        "inception4e": ("fire9",),
        "inception5b": ("pool9",),
    },
}


class Student(nn.Module):
    """The backbone in training, with a 1x1 head for each group of teacher activations.

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
        channels = teacher.channels
        self.heads = nn.ModuleDict(
            {
                layer: nn.Conv2d(
                    self.backbone.architecture.channels(layer, width),
                    sum(channels[tap] for tap in taps),
                    kernel_size=1,
                )
                for layer, taps in self.taps.items()
            }
        )

    def forward(self, images: Tensor) -> dict[str, Tensor]:
        """Predict the teacher's activations.

        Parameters
        ----------
        images
            (N, 3, H, W), RGB in [0, 1].

        Returns
        -------
        dict
            (N, C, H_l, W_l) by tapped layer.
        """
        features = self.backbone(images, self.taps)
        return {layer: self.heads[layer](features[layer]) for layer in self.taps}

    def compare(self, images: Tensor, teacher: Teacher) -> dict[str, tuple[Tensor, Tensor]]:
        """Predictions and what they should have been, in bf16 where the machine multiplies matrices.

        Windows without padding leave some students a row and a column short of their teacher.

        Parameters
        ----------
        images
            (N, 3, H, W), RGB in [0, 1].
        teacher
            Calibrated.

        Returns
        -------
        dict
            Prediction and target, each (N, C, H_l, W_l), by tapped layer.
        """
        with torch.autocast("cpu", torch.bfloat16):
            activations = teacher(images)
            predictions = self(images)
        compared = {}
        for layer, taps in self.taps.items():
            height, width = predictions[layer].shape[-2:]
            target = torch.cat([activations[tap] for tap in taps], 1)[..., :height, :width]
            compared[layer] = predictions[layer].float(), target
        return compared
