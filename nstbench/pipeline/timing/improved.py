"""What an evaluation of improved style transfer costs beside one of the original.

`python -m nstbench.pipeline.timing.improved` times objective, gradient and step of both methods of Jain and
Venkitachalam at 256 px, in turns, so that a machine that slows down slows all of them.
"""

from nstbench.core.hardware import resolve
from nstbench.losses.objective import Objective
from nstbench.methods.base import Task
from nstbench.methods.descent import make_optimiser, open_backbone, start_image
from nstbench.methods.gatys2015 import algorithm as gatys2015
from nstbench.methods.gatys2015.parameters import JAIN, GatysParameters
from nstbench.methods.novak2016 import algorithm as novak2016
from nstbench.methods.novak2016.parameters import IMPROVED, RECOMMENDED, NovakParameters
from nstbench.optim.lockstep import finish
from nstbench.optim.loop import descend
from nstbench.pipeline.timing.engine import BLOCKS, SEED, Contestant, pair

SIZE = 256
ORIGINAL = "original"

PARAMETERS = {
    ORIGINAL: JAIN,
    "improved": IMPROVED,
    "improved, blurred chains": NovakParameters.derived_from(IMPROVED, blurred=True),
    "improved as recommended": RECOMMENDED,
}


def contestant(parameters: GatysParameters, size: int) -> Contestant:
    """The descent of these parameters, its network loaded and its targets computed."""
    hardware = resolve()
    content, style = pair(size, hardware.device)
    task = Task(content, style, parameters, SEED, hardware)
    backbone = open_backbone(task)
    if isinstance(parameters, NovakParameters):
        terms = novak2016.terms_of(Task(content, style, parameters, SEED, hardware), backbone)
    else:
        terms = gatys2015.terms_of(task, backbone)
    objective = Objective(backbone, terms)
    start = start_image(task, parameters.init)

    def start_loss(evaluations: int) -> float:
        optimiser = make_optimiser(parameters.optimiser)
        return finish(descend(objective, start, optimiser, evaluations)).trace[0, 0].item()

    return Contestant(start_loss)


def main() -> None:
    """Print the seconds per evaluation of every variant, and their ratio to the original's."""
    contestants = {name: contestant(parameters, SIZE) for name, parameters in PARAMETERS.items()}
    for _ in range(BLOCKS):
        for each in contestants.values():
            each.run()
    for name, each in contestants.items():
        ratio = each.seconds / contestants[ORIGINAL].seconds
        print(f"{name}: {each.seconds:.4f} s per evaluation, {ratio:.2f} of the original's")


if __name__ == "__main__":
    main()
