"""Local style at its smallest: a Gram matrix at every position, of that position alone.

Source: Nikulin and Novak 2016, section 9, with s = 0. With f and r the vectors of all features at a position,
|f f' - r r'|^2 = (f . f)^2 - 2 (f . r)^2 + (r . r)^2, so that no matrix is formed, and the gradient with
respect to f is 4 ((f . f) f - (f . r) r). It is what `LocalGramDistance` gives for a window of one position.
"""

from torch import Tensor

from nstbench.losses.activations import activations
from nstbench.losses.closed_form import with_gradient


class PixelGramDistance:
    """F -> 1/M sum_p |f(p) f(p)' - r(p) r(p)'|^2 for features F and a target R of one shape (1, N, H, W)."""

    def __init__(self, target: Tensor) -> None:
        self.target = activations(target)
        self.target_energy = self.target.square().sum(1).square().sum()

    def __call__(self, features: Tensor) -> Tensor:
        return with_gradient(self._evaluate, activations(features))

    def _evaluate(self, features: Tensor) -> tuple[Tensor, Tensor]:
        energy = (features * features).sum(1, keepdim=True)
        cross = (features * self.target).sum(1, keepdim=True)
        positions = energy.numel()
        total = energy.square().sum() - 2 * cross.square().sum() + self.target_energy
        gradient = (features * energy).addcmul_(self.target, cross, value=-1)
        return total / positions, gradient.mul_(4 / positions)
