"""The network whose features a run optimised, by itself or when its own network was trained."""

from nstbench.core.errors import InputError
from nstbench.networks.feedforward.inventory import locate_network, read_card
from nstbench.networks.kinship import Origin
from nstbench.pipeline.specification import RunSpecification


def optimised_network(run: RunSpecification) -> Origin | None:
    """None for a method that optimises no features, and where the trained network of a run is gone."""
    used = run.parameters
    if run.network:
        try:
            card = read_card(locate_network(run.network))
        except InputError:
            return None
        recipe = card.get("recipe", {})
        loss = recipe.get("loss")  # Of a network that was trained to descend a loss of another method.
        used = {**card, **recipe, **(loss if isinstance(loss, dict) else {})}
    return Origin(used["backbone"], used["weights"]) if {"backbone", "weights"} <= used.keys() else None
