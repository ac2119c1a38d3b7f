"""Train a decoder: features in any style in, pictures out, judged by the encoder that the features are from.

References
----------
Huang and Belongie 2017, arXiv:1703.06868; Soboleva.
"""

import torch

from nstbench.core.files import sha256
from nstbench.methods.adain2017.loss import DecoderLoss
from nstbench.methods.adain2017.modules import Decoder, open_encoder
from nstbench.methods.adain2017.network import KIND, save_stages
from nstbench.methods.adain2017.recipe import DecoderRecipe
from nstbench.networks.feedforward.files import check_network_output
from nstbench.networks.training.crops import STYLE_SEED, CropSource
from nstbench.networks.training.loop import Schedule, train
from nstbench.networks.training.trainer import TrainingTask
from nstbench.networks.weight_sources import RANDOM_WIDTHS, locate_weights
from nstbench.optim.checkpoints import Checkpoint


def train_decoder(task: TrainingTask[DecoderRecipe]) -> None:
    """Train on photographs and styles; write the decoder, its learning curve, and on the way a checkpoint.

    Goes on from a checkpoint of the same recipe and pictures.

    Parameters
    ----------
    task
        It has two styles at least, of which one is held out.

    Raises
    ------
    InputError
        When the output does not end in .safetensors, when a file cannot be read or written, or when the
        training diverges.
    """
    recipe = task.recipe
    check_network_output(task.output)
    hardware = task.hardware
    contents = CropSource(task.photographs, recipe.crop, recipe.batch, recipe.seed)
    styles = CropSource(task.styles, recipe.crop, recipe.batch, STYLE_SEED + recipe.seed)
    encoder = open_encoder(recipe.backbone, recipe.weights, recipe.normalisation, hardware)
    torch.manual_seed(recipe.seed)
    decoder = Decoder(encoder.architecture, encoder.width, recipe.norm)
    decoder.to(hardware.device).to(memory_format=torch.channels_last)
    loss = DecoderLoss(recipe, contents, styles, encoder, decoder, hardware)
    card = {
        "kind": KIND,
        "backbone": recipe.backbone,
        "weights": recipe.weights,
        "encoder_sha256": None
        if recipe.weights in RANDOM_WIDTHS
        else sha256(locate_weights(encoder.architecture, recipe.weights)),
        "normalisation": recipe.normalisation,
        "width": encoder.width,
        "norm": recipe.norm,
        "steps": recipe.steps,
        "recipe": recipe.model_dump(mode="json"),
        "training_pictures": len(contents.training_pictures),
        "training_styles": len(styles.training_pictures),
    }
    identity = {**card, "styles": [sha256(style) for style in task.styles]}
    schedule = Schedule(
        recipe.steps,
        recipe.rate,
        recipe.decay,
        recipe.stages,
        tuple(round(share * recipe.steps) for share in recipe.relaunches),
        recipe.relaunch_keeps,
    )
    checkpoint = Checkpoint(task.output.with_suffix(".checkpoint"))
    training = train(decoder, loss, loss.names, schedule, identity, task.watch, checkpoint, loss.held_out)
    save_stages(training.stages, {**card, "held_out": training.held_out}, task.output)
    training.curve.write(task.output.with_suffix(".csv"))
    checkpoint.remove()
