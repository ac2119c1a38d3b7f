"""What an evaluation of improved style transfer costs beside one of the original.

`python -m nstbench.pipeline.timing.improved` times objective, gradient and step of both methods of Jain and
Venkitachalam at 256 px, in turns, so that a machine that slows down slows all of them.
"""

import math

from nstbench.core.hardware import resolve
from nstbench.methods import gatys2015, novak2016
from nstbench.methods.gatys2015.parameters import JAIN, GatysParameters
from nstbench.methods.novak2016.parameters import IMPROVED, RECOMMENDED, NovakParameters
from nstbench.pipeline.timing.contestants import Engine, task_at
from nstbench.pipeline.timing.race import TURN, Entry, row_of, take_turns

SIZE = 256
TURNS = 10
ORIGINAL = "original"

PARAMETERS: dict[str, GatysParameters] = {
    ORIGINAL: JAIN,
    "improved": IMPROVED,
    "improved, blurred chains": NovakParameters.derived_from(IMPROVED, blurred=True),
    "improved as recommended": RECOMMENDED,
}


def contestant(name: str, size: int) -> Engine:
    """The descent of the parameters of this name."""
    parameters = PARAMETERS[name]
    if isinstance(parameters, NovakParameters):
        return Engine(name, novak2016.METHOD, task_at(size, parameters, resolve()))
    return Engine(name, gatys2015.METHOD, task_at(size, parameters, resolve()))


def main() -> None:
    """Print the seconds per evaluation of every variant, and their ratio to the original's."""
    entries = [Entry(contestant(name, SIZE), TURNS) for name in PARAMETERS]
    take_turns(entries, TURNS * TURN, f"improved at {SIZE} px", lambda image: math.nan)
    for row in (row_of(entry, entries[0], math.nan) for entry in entries):
        print(
            f"{row['name']}: {row['seconds']:.4f} s per evaluation ({row['seconds_least']:.4f} to "
            f"{row['seconds_most']:.4f}), {1 / row['ratio']:.2f} of the original's"
        )


if __name__ == "__main__":
    main()
