"""Nikulin and Novak 2016, section 6: styles that nobody painted.

The style objective of Gatys et al. 2015, its Gram matrices drawn at random on the scale of a painting's.
There is no content; the content picture only gives the size.

A matrix is drawn from the run's seed, its layer and the numbers of the evaluation and of the drawing, so that
an interrupted run goes on with the matrices that it would have had. Fixed matrices are those of the first
evaluation.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from nstbench.losses.gram import GramLoss, gram
from nstbench.losses.guidance import GuidedLoss
from nstbench.losses.objective import Objective, RedrawnObjective, Term
from nstbench.methods.base import Task
from nstbench.methods.descent import descend, open_backbone, variation_terms
from nstbench.methods.nikulin2016.parameters import EntryTarget, RandomGramParameters
from nstbench.methods.nikulin2016.random_matrices import (
    Distribution,
    SingleEntry,
    SparseEntries,
    floor,
    mirrored,
    nearest_gram,
)
from nstbench.methods.styles import CONTENT
from nstbench.networks.backbone import Backbone
from nstbench.networks.catalogue import architecture
from nstbench.optim.loop import Outcome

# The matrix (N, N) of each layer.
Targets = Mapping[str, Tensor]


async def stylize(task: Task[RandomGramParameters]) -> Outcome:
    """Make a picture by descent on its pixels.

    Parameters
    ----------
    task
        Content and style (1, 3, H, W), RGB in [0, 1], and how.

    Returns
    -------
    Outcome
        The picture, not clipped; its facts name the scale of the matrices, and for fixed ones how near the
        style has come to them.

    Raises
    ------
    InputError
        When a picture is too small for the network, or the descent diverges.

    References
    ----------
    Nikulin and Novak 2016, arXiv:1602.07188, section 6.
    """
    parameters, visible = task.parameters, task.visible.get(CONTENT)
    backbone = open_backbone(task)
    distributions = distributions_of(parameters, backbone, task.style)

    def terms_at(evaluation: int) -> list[Term]:
        targets = targets_of(task, distributions, evaluation)
        return [
            *terms_of(targets, parameters.style_layers, visible),
            *variation_terms(parameters.tv, visible),
        ]

    objective = (
        RedrawnObjective(backbone, terms_at) if parameters.redrawn else Objective(backbone, terms_at(0))
    )
    outcome = await descend(task, backbone, objective)
    facts = dict(outcome.facts)
    for layer, distribution in distributions.items():
        facts |= {f"{name}/{layer}": value for name, value in distribution.scale.items()}
    if not parameters.redrawn:
        weighted = zip(parameters.style_layers.values(), outcome.final[1:].tolist(), strict=False)
        style_loss = sum(weight * loss for weight, loss in weighted)
        facts |= relative_to_floor(style_loss, targets_of(task, distributions, 0), parameters.style_layers)
    return replace(outcome, facts=facts)


@torch.no_grad()
def distributions_of(
    parameters: RandomGramParameters, backbone: Backbone, painting: Tensor
) -> dict[str, Distribution]:
    """Fit what the matrix of each style layer is drawn from.

    Parameters
    ----------
    parameters
        Style layers, and what the matrices are.
    backbone
        The network that they name.
    painting
        (1, 3, H, W), RGB in [0, 1], whose Gram matrices give the scale.

    Returns
    -------
    dict
        A distribution by layer.
    """
    features = backbone(painting, parameters.style_layers)
    target = parameters.target
    distributions: dict[str, Distribution] = {}
    for layer in parameters.style_layers:
        painted = gram(features[layer])[0]
        if isinstance(target, EntryTarget):
            magnitude = target.magnitude * painted.max().item()
            distributions[layer] = SingleEntry(len(painted), target.diagonal, magnitude)
        else:
            distributions[layer] = SparseEntries.like(painted)
    return distributions


def targets_of(
    task: Task[RandomGramParameters], distributions: Mapping[str, Distribution], evaluation: int
) -> Targets:
    """Draw the matrices of an evaluation.

    Parameters
    ----------
    task
        The variant, the seed, the number of the drawing and the device.
    distributions
        What is drawn from, by layer.
    evaluation
        Counted from 0.

    Returns
    -------
    dict
        The matrix (N, N) of each layer, in fp32.
    """
    parameters, targets = task.parameters, {}
    layers = architecture(parameters.backbone).layer_names
    for layer, distribution in distributions.items():
        # A zero at the end changes nothing, so the first drawing is that of the other three numbers.
        random = generator(task.seed, layers.index(layer), evaluation, parameters.drawing - 1)
        targets[layer] = shaped(distribution.draw(random), parameters.variant).to(task.hardware.device)
    return targets


def shaped(matrix: Tensor, variant: Literal["literal", "symmetric", "psd"]) -> Tensor:
    """Move a random matrix to where the variant wants it.

    Parameters
    ----------
    matrix
        (N, N), as drawn.
    variant
        `literal` leaves it so, `symmetric` mirrors it, `psd` takes the nearest that a picture could have.

    Returns
    -------
    Tensor
        (N, N).
    """
    match variant:
        case "literal":
            return matrix
        case "symmetric":
            return mirrored(matrix)
        case "psd":
            return nearest_gram(mirrored(matrix))


def generator(*numbers: int) -> torch.Generator:
    """Make random numbers of their own for each sequence of numbers.

    Parameters
    ----------
    numbers
        At least 0 each.

    Returns
    -------
    torch.Generator
        On the CPU.
    """
    (seed,) = np.random.SeedSequence(numbers).generate_state(1, np.uint64)
    return torch.Generator().manual_seed(int(seed))


def terms_of(targets: Targets, weights: Mapping[str, float], visible: Tensor | None = None) -> list[Term]:
    """Make a Gram loss for each layer l, weighted by w_l.

    Parameters
    ----------
    targets
        The matrix A_l (N, N) by layer.
    weights
        w_l by layer.
    visible
        What of the picture counts, (1, 1, H, W) in [0, 1]; None for all of it.

    Returns
    -------
    list of Term
        One a layer, `style/<layer>`.
    """
    losses = {layer: GramLoss.from_matrix(target) for layer, target in targets.items()}
    return [
        Term(
            f"style/{layer}", weights[layer], (layer,), loss if visible is None else GuidedLoss(loss, visible)
        )
        for layer, loss in losses.items()
    ]


def relative_to_floor(loss: float, targets: Targets, weights: Mapping[str, float]) -> dict[str, float | None]:
    """Say how near a style has come to matrices that it cannot reach.

    Parameters
    ----------
    loss
        The weighted style loss.
    targets
        The matrix (N, N) by layer.
    weights
        w_l by layer.

    Returns
    -------
    dict
        `floor`, which no picture's loss is below, and `above_floor`, the loss between it and that of G = 0: 0
        at the floor and 1 where no feature fires; None where zeros are already nearest.
    """
    # The weight of |G - A|^2 in the loss, w_l 1/(4 N^2).
    scales = {layer: weights[layer] * (0.25 / target.numel()) for layer, target in targets.items()}
    least = sum(scales[layer] * floor(target) for layer, target in targets.items())
    empty = sum(scales[layer] * target.square().sum().item() for layer, target in targets.items())
    return {"floor": least, "above_floor": (loss - least) / (empty - least) if empty > least else None}
