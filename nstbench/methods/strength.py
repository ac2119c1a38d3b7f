"""The parameter by which a method trades content for style, found by its name.

A method's author need not declare it: one that is called `alpha` weighs the content, one that is called
`strength` weighs the style. A benchmark sweeps it, and a conformance test asks that it is monotone.
"""

from dataclasses import dataclass

from nstbench.methods.base import Parameters


@dataclass(frozen=True)
class Strength:
    """A parameter that trades content for style.

    Parameters
    ----------
    parameter
        Its name.
    gives_style
        Whether more of it is more style; otherwise it is more content.
    """

    parameter: str
    gives_style: bool

    def of(self, factor: float) -> float:
        """How strong the style is when the parameter is multiplied by `factor`, relative to before.

        Parameters
        ----------
        factor
            Above 0.

        Returns
        -------
        float
            `factor` of a weight of style, and its inverse of a weight of content.
        """
        return factor if self.gives_style else float(f"{1 / factor:.12g}")


# Where a method has both, the content's weight is the one that its papers vary.
STRENGTHS = (Strength("alpha", gives_style=False), Strength("strength", gives_style=True))


def strength_of(parameters: Parameters) -> Strength | None:
    """Find what trades content for style.

    Parameters
    ----------
    parameters
        Of any method.

    Returns
    -------
    Strength or None
        None where no such parameter is there, or where it is 0.
    """
    values = dict(parameters)
    return next((each for each in STRENGTHS if values.get(each.parameter)), None)
