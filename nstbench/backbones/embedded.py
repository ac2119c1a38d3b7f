"""The weights that ship in the package: our own small networks, stored as fp16 safetensors."""

from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

from nstbench.backbones.network import Backbone
from nstbench.files import written_whole

FOLDER = Path(__file__).parent / "weights"
MEAN = ".mean"


def save_weights(backbone: Backbone, means: dict[str, Tensor], path: Path) -> None:
    """Write weights, biases and channel means under canonical names (`conv1_1.weight`) as fp16."""
    tensors = {name.removeprefix("layers."): tensor for name, tensor in backbone.state_dict().items()}
    tensors |= {name + MEAN: mean for name, mean in means.items()}
    halves = {name: tensor.to(torch.float16).contiguous() for name, tensor in tensors.items()}
    metadata = {"architecture": backbone.architecture.id, "width": str(backbone.width)}
    with written_whole(path) as temporary:
        save_file(halves, temporary, metadata)
