"""Train a transformation network on one style: photographs in, stylized ones out, judged by a loss network.

References
----------
Johnson, Alahi and Fei-Fei 2016, arXiv:1603.08155.
"""

import torch

from nstbench.core.errors import InputError
from nstbench.core.files import sha256
from nstbench.images.pictures import load_picture
from nstbench.images.tensors import to_tensor
from nstbench.methods.johnson2016.architecture import architecture
from nstbench.methods.johnson2016.loss import PerceptualLoss
from nstbench.methods.johnson2016.modules import KIND, Transformation
from nstbench.methods.johnson2016.recipe import TransformationRecipe
from nstbench.networks.feedforward.files import check_network_output, save_network
from nstbench.networks.training.crops import CropSource
from nstbench.networks.training.loop import Schedule, train
from nstbench.networks.training.trainer import TrainingTask
from nstbench.optim.checkpoints import Checkpoint


def train_transformation(task: TrainingTask[TransformationRecipe]) -> None:
    """Train on one style and write the network, its learning curve, and on the way a checkpoint.

    Goes on from a checkpoint of the same recipe, style and number of photographs.

    Parameters
    ----------
    task
        It has one style.

    Raises
    ------
    InputError
        When there is not one style, when the output does not end in .safetensors, when a file cannot be read
        or written, or when the training diverges.
    """
    recipe = task.recipe
    if len(task.styles) != 1:
        raise InputError(f"{len(task.styles)} styles given; a fast network learns one, so give one")
    (style,) = task.styles
    check_network_output(task.output)
    hardware = task.hardware
    painting = to_tensor(load_picture(style, recipe.style_size)).to(hardware.device)
    crops = CropSource(task.photographs, recipe.crop, recipe.batch, recipe.seed)
    torch.manual_seed(recipe.seed)
    network = Transformation(architecture(recipe.architecture), recipe.width)
    network.to(hardware.device).to(memory_format=torch.channels_last)
    loss = PerceptualLoss(recipe, painting, crops, network, hardware)
    identity = {
        "recipe": recipe.model_dump(),
        "style": sha256(style),
        "training_pictures": len(crops.training_pictures),
    }
    checkpoint = Checkpoint(task.output.with_suffix(".checkpoint"))
    schedule = Schedule(recipe.steps, recipe.rate, recipe.decay)
    training = train(network, loss, loss.names, schedule, identity, task.watch, checkpoint, loss.held_out)
    card = {
        "kind": KIND,
        "architecture": recipe.architecture,
        "width": recipe.width,
        "style": {"name": style.stem, "sha256": sha256(style)},
        "backbone": recipe.loss.backbone,
        "steps": recipe.steps,
        "recipe": recipe.model_dump(),
        "training_pictures": len(crops.training_pictures),
        "held_out": training.held_out,
    }
    save_network(network.state_dict(), card, task.output)
    training.curve.write(task.output.with_suffix(".csv"))
    checkpoint.remove()
