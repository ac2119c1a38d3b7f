"""What the decoder is trained to keep: the features it was given, and the style's moments in every layer.

References
----------
Huang and Belongie 2017, arXiv:1703.06868, eq. 11 to 13; Soboleva.
"""

from typing import Literal

import torch
from torch import Tensor

from nstbench.core.hardware import Hardware
from nstbench.losses.channel_moments import channel_moments
from nstbench.methods.adain2017.architecture import DEEPEST, LAYERS
from nstbench.methods.adain2017.modules import Decoder, align
from nstbench.methods.adain2017.recipe import DecoderRecipe
from nstbench.networks.backbone import Backbone
from nstbench.networks.training.crops import CropSource
from nstbench.networks.training.loop import mean_loss

# How a difference (B, N) of moments, or (B, N, H, W) of features, becomes one number.
Form = Literal["squared", "literal", "summed"]
Moments = tuple[Tensor, Tensor]


def content_loss(found: Tensor, target: Tensor, form: Form) -> Tensor:
    """How far the features of a decoded picture are from those that were decoded.

    Parameters
    ----------
    found, target
        (B, N, H, W).
    form
        `squared` and `summed`: the mean square, as in the code of Huang and Belongie (2017); `literal`: |.|_2
        of every picture, as Soboleva writes it, on average.

    Returns
    -------
    Tensor
        (), at least 0.

    References
    ----------
    Huang and Belongie 2017, eq. 12.
    """
    difference = found.float() - target
    return _mean_length(difference) if form == "literal" else difference.square().mean()


def style_loss(found: Moments, style: Moments, form: Form) -> Tensor:
    """How far a layer's channel moments are from the style's.

    Parameters
    ----------
    found, style
        Means and deviations, each (B, N).
    form
        `squared`: the mean square of both; `literal`: |.|_2 of both, as Soboleva writes it; `summed`: the sum
        of squares over channels, as in the code of Huang and Belongie (2017). All are means over the batch.

    Returns
    -------
    Tensor
        (), at least 0.

    References
    ----------
    Huang and Belongie 2017, eq. 13.
    """
    total = found[0].new_zeros(())
    for one, other in zip(found, style, strict=True):
        difference = one - other
        match form:
            case "squared":
                total = total + difference.square().mean()
            case "literal":
                total = total + _mean_length(difference)
            case "summed":
                total = total + difference.square().sum(1).mean()
    return total


def _mean_length(difference: Tensor) -> Tensor:
    """Mean over a batch of the Euclidean length of what belongs to one picture."""
    lengths: Tensor = torch.linalg.vector_norm(difference.flatten(1), dim=1)
    return lengths.mean()


def identity_loss(rebuilt: Tensor, content: Tensor) -> Tensor:
    """How far contents, decoded from their own features, are from themselves.

    Parameters
    ----------
    rebuilt, content
        (B, 3, H, W), RGB in [0, 1].

    Returns
    -------
    Tensor
        (), the mean square.

    References
    ----------
    Park and Lee 2019, section 3.3, with squares instead of lengths and for contents alone.
    """
    return (rebuilt.float() - content).square().mean()


class DecoderLoss:
    """The losses of a training step: what a decoder makes of contents in styles, and what it was given.

    Parameters
    ----------
    recipe
        The weights of the losses, and their form.
    contents, styles
        Where crops come from.
    encoder
        Frozen, down to DEEPEST.
    decoder
        What is trained.
    hardware
        Where, and in which precision.
    """

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
        """Losses of a step.

        Parameters
        ----------
        step
            Number of the step, from 0; decides which crops there are.

        Returns
        -------
        Tensor
            (1 + T,): the weighted total, then the losses that `names` names.
        """
        return self._losses(self.contents.training(step), self.styles.training(step))

    def held_out(self) -> dict[str, float]:
        """The loss on contents and styles that are held out.

        Returns
        -------
        dict of float
            `total`, as of `mean_loss`.
        """
        return mean_loss(
            lambda number: self._losses(self.contents.held_out(number), self.styles.held_out(number))
        )

    def _losses(self, contents: Tensor, styles: Tensor) -> Tensor:
        contents, styles = contents.to(self.hardware.device), styles.to(self.hardware.device)
        with torch.no_grad():
            style = self.encoder(styles, LAYERS)
            content = self.encoder(contents, [DEEPEST])[DEEPEST]
            target = align(content, style[DEEPEST])
        with self.hardware.autocast():
            stylized = self.decoder(target)
        features = self.encoder(stylized.float(), LAYERS)
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
