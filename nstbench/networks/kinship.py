"""Which networks are kin: of the same weights, training or family. No torch needed.

Whoever is kin to the network that a run optimised shares its blind spots, and may not carry a verdict on it.
"""

import json
from dataclasses import dataclass
from functools import cache

from nstbench.networks.catalogue import architecture
from nstbench.networks.efficientnet import EFFICIENTNET_LITE0, FAMILY
from nstbench.networks.weight_sources import embedded_file


@dataclass(frozen=True)
class Origin:
    """Whose features they are.

    Parameters
    ----------
    network
        Of the catalogue, or "efficientnet_lite0".
    weights
        As of `load_backbone`.
    """

    network: str
    weights: str

    def __str__(self) -> str:
        """Weights and network: "embedded vgg19"."""
        return f"{self.weights} {self.network}"

    @property
    def family(self) -> str:
        """Of networks that are alike but for their depth."""
        return FAMILY if self.network == EFFICIENTNET_LITE0 else architecture(self.network).family

    @property
    def lineage(self) -> "tuple[Origin, ...]":
        """Itself, its teacher, and the teacher's."""
        return (self, *(teacher_of(self.network).lineage if self.weights == "embedded" else ()))


@cache
def teacher_of(network: str) -> Origin:
    """Whom an embedded network has learned from.

    Parameters
    ----------
    network
        Its id.

    Returns
    -------
    Origin
        As its card has it: "squeezenet1_0", or with its weights, "vgg19, original".
    """
    card = json.loads(embedded_file(network).with_suffix(".json").read_text(encoding="utf-8"))
    teacher, _, weights = card["teacher"].partition(", ")
    return Origin(teacher, weights or "imagenet")


def kinship(judge: Origin, optimised: Origin) -> str | None:
    """How a judge is kin to an optimised network.

    Parameters
    ----------
    judge, optimised
        The network that judges, and the one whose features were optimised.

    Returns
    -------
    str or None
        A clause for behind the judge's name; None where they share neither weights, nor training, nor family.
    """
    if judge == optimised:
        return "the network that the run optimised"
    if optimised in judge.lineage:
        return f"a student of the optimised {optimised}"
    if judge in optimised.lineage:
        return f"the teacher of the optimised {optimised}"
    for ancestor in judge.lineage:
        if ancestor in optimised.lineage:
            return f"which has one teacher with the optimised {optimised}, {ancestor}"
    families = [{each.family for each in origin.lineage} for origin in (judge, optimised)]
    if shared := families[0] & families[1]:
        return f"of one family with the optimised {optimised}, {min(shared)}"
    return None
