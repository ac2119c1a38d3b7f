"""What VGG-19 consists of, by the table that this suite builds it from.

The number of parameters is checked against the published one (Simonyan and Zisserman 2015, table 2: 144
million; torchvision's vgg19: 143,667,240).
"""

from nstbench.charts.analyses.chain import chain
from nstbench.claims.evidence import Evidence
from nstbench.claims.sample import Fact, Sample
from nstbench.claims.statistics.base import NoParameters, Statistic

CONVOLUTIONS, DENSE = 16, (4096, 4096, 1000)
# The side of the maps that the first fully connected layer reads, for pictures of 224 px.
LAST_SIDE = 7
PUBLISHED_PARAMETERS = 143_667_240


def sample(parameters: NoParameters, evidence: Evidence) -> Sample:
    convolutions = [layer for layer in chain("vgg19") if layer.kind == "convolution"]
    inputs = (3, *(layer.channels for layer in convolutions))
    weights = sum(
        layer.channels * (incoming * layer.kernel**2 + 1)
        for layer, incoming in zip(convolutions, inputs, strict=False)
    )
    wide = (LAST_SIDE**2 * inputs[-1], *DENSE)
    weights += sum(width * (incoming + 1) for incoming, width in zip(wide, DENSE, strict=False))
    return Sample(
        "",
        facts=(
            Fact(f"{len(convolutions)} convolutional layers", len(convolutions) == CONVOLUTIONS),
            Fact(
                f"with {len(DENSE)} fully connected layers they have {weights:,} parameters, as published",
                weights == PUBLISHED_PARAMETERS,
            ),
        ),
    )


STATISTIC = Statistic("vgg19_layers", NoParameters, sample)
