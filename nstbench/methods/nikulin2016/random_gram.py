"""Nikulin and Novak 2016, section 6: styles that nobody painted.

The style objective of Gatys et al. 2015, its Gram matrices drawn at random on the scale of a painting's.
There is no content; the content picture only gives the size.

A matrix is drawn from the run's seed, its layer and the number of the evaluation, so that an interrupted run
goes on with the matrices that it would have had. Fixed matrices are those of the first evaluation.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, model_validator

from nstbench.core.configuration import Record
from nstbench.methods.base import Method, Task
from nstbench.methods.gatys2015.method import GatysParameters
from nstbench.networks.catalogue import architecture
from nstbench.optim.settings import LBFGSSettings

if TYPE_CHECKING:
    from torch import Generator, Tensor

    from nstbench.losses.objective import Match
    from nstbench.losses.random_gram import Recipe
    from nstbench.networks.backbone import Backbone
    from nstbench.optim.loop import Outcome

    Targets = Mapping[str, Tensor]


class EntryTarget(Record):
    """One entry, on the diagonal or above it, `magnitude` times the largest of the painting's matrix."""

    kind: Literal["entry"] = "entry"
    diagonal: bool
    magnitude: float = Field(gt=0)


class SparseTarget(Record):
    """Random entries, as large and as sparse as those of the painting's matrix."""

    kind: Literal["sparse"] = "sparse"


class RandomGramParameters(GatysParameters):
    """Gatys' parameters without a content, and what the matrices are.

    `variant`: as drawn (`literal`), with the entries above the diagonal mirrored (`symmetric`), or the
    positive semidefinite matrix nearest to that (`psd`). `redrawn`: other matrices at every evaluation.
    """

    content_layers: dict[str, float] = Field(default={}, max_length=0)
    gradient_normalisation: Literal[False] = False
    alpha: Literal[0] = 0
    init: Literal["noise"] = "noise"
    target: Annotated[EntryTarget | SparseTarget, Field(discriminator="kind")]
    variant: Literal["literal", "symmetric", "psd"]
    redrawn: bool = False

    def draws(self) -> bool:
        return True

    @model_validator(mode="after")
    def _changing_targets_have_no_curvature(self) -> "RandomGramParameters":
        if self.redrawn and isinstance(self.optimiser, LBFGSSettings):
            raise ValueError(
                "lbfgs would take a redrawn target for curvature; with redrawn, set optimiser to "
                "{kind: adam, rate: 0.02}"
            )
        return self


# The budget of the document's other descents; it names no optimiser, and no symmetry of the matrices.
SPARSE = RandomGramParameters(
    pooling="average",
    target=SparseTarget(),
    variant="symmetric",
    optimiser=LBFGSSettings(),
    evaluations=500,
)
# So large that a feature stands out from the texture of none, as it does not with a painting's entries.
ENTRY = RandomGramParameters.derived_from(SPARSE, target=EntryTarget(diagonal=True, magnitude=100.0))
# For a user's own painting: a budget for a desk machine.
DEFAULT = RandomGramParameters.derived_from(SPARSE, evaluations=300)


def stylize(task: Task[RandomGramParameters]) -> "Outcome":
    """The picture of `task`, by descent on its pixels."""
    from nstbench.losses.objective import Objective, RedrawnObjective
    from nstbench.methods.descent import minimise, open_backbone, variation_terms

    parameters = task.parameters
    backbone = open_backbone(task)
    recipes = recipes_of(task, backbone)
    scales = {f"{name}/{layer}": value for layer in recipes for name, value in recipes[layer].scale.items()}

    def terms_at(evaluation: int) -> "list[Match]":
        style = terms_of(targets_of(task, recipes, evaluation), parameters.style_layers)
        return [*style, *variation_terms(parameters.tv)]

    if parameters.redrawn:
        outcome = minimise(task, backbone, RedrawnObjective(backbone, terms_at))
        return replace(outcome, facts={**outcome.facts, **scales})
    outcome = minimise(task, backbone, Objective(backbone, terms_at(0)))
    weighted = zip(parameters.style_layers.values(), outcome.final[1:].tolist(), strict=False)
    style_loss = sum(weight * loss for weight, loss in weighted)
    bounds = relative_to_floor(style_loss, targets_of(task, recipes, 0), parameters.style_layers)
    return replace(outcome, facts={**outcome.facts, **scales, **bounds})


def recipes_of(task: Task[RandomGramParameters], backbone: "Backbone") -> "dict[str, Recipe]":
    """What the matrix of each style layer is drawn from, fitted to the painting's Gram matrix there."""
    import torch

    from nstbench.losses.gram import gram

    parameters = task.parameters
    with torch.no_grad():
        features = backbone(task.style, parameters.style_layers)
    return {
        layer: recipe_of(parameters.target, gram(features[layer])[0]) for layer in parameters.style_layers
    }


def recipe_of(target: EntryTarget | SparseTarget, painted: "Tensor") -> "Recipe":
    """What matrices like a painting's (N, N) are drawn from."""
    from nstbench.losses.random_gram import SingleEntry, SparseEntries

    match target:
        case EntryTarget():
            return SingleEntry(len(painted), target.diagonal, target.magnitude * painted.max().item())
        case SparseTarget():
            return SparseEntries.like(painted)


def targets_of(
    task: Task[RandomGramParameters], recipes: "Mapping[str, Recipe]", evaluation: int
) -> "Targets":
    """The matrix (N, N) of each layer at an evaluation, in fp32."""
    parameters = task.parameters
    layers = architecture(parameters.backbone).layer_names
    return {
        layer: shaped(
            recipe.draw(generator(task.seed, layers.index(layer), evaluation)), parameters.variant
        ).to(task.hardware.device)
        for layer, recipe in recipes.items()
    }


def shaped(matrix: "Tensor", variant: Literal["literal", "symmetric", "psd"]) -> "Tensor":
    """A matrix (N, N) as drawn, mirrored, or moved to the nearest that a picture could have."""
    from nstbench.losses.random_gram import mirrored, nearest_gram

    match variant:
        case "literal":
            return matrix
        case "symmetric":
            return mirrored(matrix)
        case "psd":
            return nearest_gram(mirrored(matrix))


def generator(*numbers: int) -> "Generator":
    """Random numbers of their own for each sequence of numbers >= 0."""
    import numpy as np
    import torch

    (seed,) = np.random.SeedSequence(numbers).generate_state(1, np.uint64)
    return torch.Generator().manual_seed(int(seed))


def terms_of(targets: "Targets", weights: Mapping[str, float]) -> "list[Match]":
    """w_l times 1/(4 N_l^2) |G_l/M_l - A_l|^2 for each layer l with weight w_l."""
    from nstbench.losses.objective import Match
    from nstbench.losses.random_gram import GramDistance

    return [
        Match(
            name=f"style/{layer}",
            weight=weights[layer],
            layers=(layer,),
            factor=factor_of(target),
            distance=GramDistance(target),
        )
        for layer, target in targets.items()
    ]


def relative_to_floor(
    loss: float, targets: "Targets", weights: Mapping[str, float]
) -> dict[str, float | None]:
    """`floor`, which no picture's loss is below, and `above_floor`, the loss between it and that of G = 0.

    `above_floor` is 0 at the floor and 1 where no feature fires; None where zeros are already nearest.
    """
    from nstbench.losses.random_gram import floor

    scales = {layer: weights[layer] * factor_of(target) for layer, target in targets.items()}
    least = sum(scales[layer] * floor(target) for layer, target in targets.items())
    empty = sum(scales[layer] * target.square().sum().item() for layer, target in targets.items())
    return {"floor": least, "above_floor": (loss - least) / (empty - least) if empty > least else None}


def factor_of(target: "Tensor") -> float:
    """1/(4 N^2) for a matrix (N, N)."""
    return 0.25 / target.numel()


METHOD = Method(
    id="nikulin2016_random_gram",
    title="Styles made up from Gram matrices",
    source="Nikulin and Novak 2016, arXiv:1602.07188, section 6",
    parameters=RandomGramParameters,
    presets={"sparse": SPARSE, "entry": ENTRY, "default": DEFAULT},
    default_preset="default",
    stylize=stylize,
)
