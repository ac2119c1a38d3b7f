"""The format of the weights that ship in the package: fp16 safetensors under canonical layer names."""

from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor

from nstbench.backbones.network import Backbone
from nstbench.files import written_whole

FOLDER = Path(__file__).parent / "weights"
MEAN = ".mean"


def embedded_file(architecture_id: str) -> Path:
    return FOLDER / f"{architecture_id}.safetensors"


def save_weights(backbone: Backbone, means: dict[str, Tensor], path: Path) -> None:
    """Write `conv1_1.weight`, `conv1_1.bias` and the channel means `conv1_1.mean` of every convolution."""
    tensors = {name.removeprefix("layers."): tensor for name, tensor in backbone.state_dict().items()}
    tensors |= {name + MEAN: mean for name, mean in means.items()}
    halves = {name: tensor.to(torch.float16).contiguous() for name, tensor in tensors.items()}
    metadata = {"architecture": backbone.architecture.id, "width": str(backbone.width)}
    with written_whole(path) as temporary:
        save_file(halves, temporary, metadata)
