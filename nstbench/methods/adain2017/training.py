"""Train a decoder: features in any style in, pictures out, judged by the encoder that the features are from.

Source: Huang and Belongie 2017, section 5; Soboleva.
"""

from typing import Any

import torch
from torch import Tensor

from nstbench.core.files import sha256
from nstbench.core.hardware import Hardware
from nstbench.images.pictures import read_picture
from nstbench.losses.channel_moments import channel_moments
from nstbench.methods.adain2017.alignment import align
from nstbench.methods.adain2017.architecture import DEEPEST, LAYERS
from nstbench.methods.adain2017.decoder import KIND, Decoder
from nstbench.methods.adain2017.encoder import open_encoder
from nstbench.methods.adain2017.files import save_stages
from nstbench.methods.adain2017.losses import content_loss, identity_loss, style_loss
from nstbench.methods.adain2017.recipe import DecoderRecipe
from nstbench.networks.backbone import Backbone
from nstbench.networks.feedforward.files import check_network_output
from nstbench.networks.training.crops import CropSource
from nstbench.networks.training.loop import Schedule, train
from nstbench.networks.training.trainer import TrainingTask
from nstbench.optim.checkpoints import Checkpoint

# Styles are drawn by other numbers than contents, whatever the seed of a recipe.
STYLE_SEED = 2**32


class Lesson:
    """The losses of a step: contents painted in styles, compared with what the decoder was given."""

    def __init__(
        self,
        recipe: DecoderRecipe,
        contents: CropSource,
        styles: CropSource,
        encoder: Backbone,
        decoder: Decoder,
        hardware: Hardware,
    ) -> None:
        self.recipe, self.encoder, self.decoder, self.hardware = recipe, encoder, decoder, hardware
        self.contents, self.styles = contents, styles
        weights = {f"content/{DEEPEST}": 1.0} | {f"style/{layer}": recipe.style_weight for layer in LAYERS}
        if recipe.identity_weight:
            weights["identity"] = recipe.identity_weight
        self.names = tuple(weights)
        self.weights = torch.tensor(list(weights.values()), device=hardware.device)

    def __call__(self, step: int) -> Tensor:
        """(1 + N,): the weighted total, and the losses that `names` names."""
        contents = self.contents.training(step).to(self.hardware.device)
        styles = self.styles.training(step).to(self.hardware.device)
        with torch.no_grad():
            style = self.encoder(styles, LAYERS)
            content = self.encoder(contents, [DEEPEST])[DEEPEST]
            target = align(content, style[DEEPEST])
        with self.hardware.autocast():
            painted = self.decoder(target)
        features = self.encoder(painted.float(), LAYERS)
        losses = [content_loss(features[DEEPEST], target, self.recipe.loss)]
        for layer in LAYERS:
            moments, wanted = channel_moments(features[layer]), channel_moments(style[layer])
            losses.append(style_loss(moments, wanted, self.recipe.loss))
        if self.recipe.identity_weight:
            with self.hardware.autocast():
                rebuilt = self.decoder(content)
            losses.append(identity_loss(rebuilt, contents))
        separate = torch.stack(losses)
        return torch.cat([(separate @ self.weights)[None], separate])


def train_decoder(task: TrainingTask) -> None:
    """Train by a `DecoderRecipe` on photographs and any number of styles.

    Goes on from a checkpoint of the same recipe and pictures. Raises InputError when the output does not end
    in .safetensors, or when a file cannot be read or written.
    """
    recipe: DecoderRecipe = task.recipe
    check_network_output(task.output)
    hardware = task.hardware
    contents = CropSource(task.photographs, recipe.crop, recipe.batch, recipe.seed)
    paintings = (read_picture(style) for style in task.styles)
    styles = CropSource(paintings, recipe.crop, recipe.batch, STYLE_SEED + recipe.seed)
    encoder = open_encoder(recipe.backbone, recipe.weights, recipe.normalisation, hardware)
    torch.manual_seed(recipe.seed)
    decoder = Decoder(encoder.architecture, encoder.width, recipe.norm)
    decoder.to(hardware.device).to(memory_format=torch.channels_last)
    lesson = Lesson(recipe, contents, styles, encoder, decoder, hardware)
    card = _card(recipe, encoder, contents, styles)
    identity = {**card, "styles": [sha256(style) for style in task.styles]}
    checkpoint = Checkpoint(task.output.with_suffix(".checkpoint"))
    training = train(decoder, lesson, lesson.names, _schedule(recipe), identity, task.watch, checkpoint)
    save_stages(training.stages, card, task.output)
    training.curve.write(task.output.with_suffix(".csv"))
    checkpoint.remove()


def _schedule(recipe: DecoderRecipe) -> Schedule:
    return Schedule(
        recipe.steps,
        recipe.rate,
        recipe.decay,
        recipe.stages,
        tuple(round(share * recipe.steps) for share in recipe.relaunches),
        recipe.relaunch_keeps,
    )


def _card(
    recipe: DecoderRecipe, encoder: Backbone, contents: CropSource, styles: CropSource
) -> dict[str, Any]:
    return {
        "kind": KIND,
        "backbone": recipe.backbone,
        "weights": recipe.weights,
        "normalisation": recipe.normalisation,
        "width": encoder.width,
        "norm": recipe.norm,
        "steps": recipe.steps,
        "recipe": recipe.model_dump(mode="json"),
        "training_pictures": len(contents.training_pictures),
        "training_styles": len(styles.training_pictures),
    }
