"""What every method has to do, as a test that a method's author can run: `nstbench check-method`.

Pictures are small and made up, networks are the embedded ones, and a descent has few evaluations: it is about
whether a method keeps its promises, not about what it paints.
"""

import itertools
import math
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from typing_extensions import override

from nstbench.core.errors import InputError
from nstbench.methods.base import DescentParameters, Method, Parameters, Task
from nstbench.methods.colour.preservation import stylize
from nstbench.methods.strength import strength_of
from nstbench.optim.checkpoints import Checkpoint
from nstbench.optim.lockstep import finish
from nstbench.optim.loop import Outcome

# Heights and widths in pixels: not square, and odd.
CONTENT, STYLE, ODD = (40, 56), (48, 40), (37, 51)
EVALUATIONS = 4
# Enough for a descent to tell a strong style from a weak one.
EVALUATIONS_OF_STRENGTH = 12
# Multiples of the strength: what is swept has its preset's own in the middle, or at its end.
WEAK, STRONG = 0.01, 100.0
SHARE = 0.25
# A descent is not at its end after so few evaluations, so neighbours may change places by so much.
SLACK = 0.1
SEED = 3


@dataclass(frozen=True)
class Finding:
    """What a check has found.

    Parameters
    ----------
    check
        What a method has to do.
    passed
        Whether it does.
    reason
        Why not, or what was seen.
    """

    check: str
    passed: bool
    reason: str = ""


class _KilledError(Exception):
    """In the place of a signal."""


class _OftenSaved(Checkpoint):
    """A checkpoint that is due after every step."""

    @property
    @override
    def due(self) -> bool:
        return True


def check_method(method: Method) -> Iterator[Finding]:
    """Run every check on a method with its default preset.

    Parameters
    ----------
    method : Method
        Registered or not.

    Yields
    ------
    Finding
        One for each check. An error of the method is a finding that has not passed.
    """
    for name, check in CHECKS.items():
        try:
            reason = check(method)
            yield Finding(name, True, reason)
        except _BrokenError as broken:
            yield Finding(name, False, str(broken))
        except Exception as error:  # Of a method it can be any, and none is the end of the other checks.
            yield Finding(name, False, f"{type(error).__name__}: {' '.join(str(error).split())}")


class _BrokenError(Exception):
    """Says in a line what a method does not do."""


def _is_deterministic(method: Method) -> str:
    one, other = (_made(method).image for _ in range(2))
    if not torch.equal(one, other):
        difference = float((one - other).abs().max())
        raise _BrokenError(f"the same task twice differs by {difference:.2g}; draw from the task's seed only")
    return "the same task twice gives the same bits"


def _takes_any_size(method: Method) -> str:
    for size in (CONTENT, ODD, ODD[::-1]):
        found = tuple(_made(method, content=_picture(0, size)).image.shape)
        if found != (1, 3, *size):
            raise _BrokenError(f"a content of {size[0]} x {size[1]} px became a picture of shape {found}")
    return f"among them {ODD[0]} x {ODD[1]} px"


def _resumes(method: Method) -> str:
    whole = _made(method)
    seen = 0

    def killed_at_the_second(done: int, loss: object) -> None:
        nonlocal seen
        seen += 1
        if seen == 2:
            raise _KilledError

    with tempfile.TemporaryDirectory() as folder:
        checkpoint = _OftenSaved(Path(folder) / "state.pt")
        try:
            _made(method, watch=killed_at_the_second, checkpoint=checkpoint)
        except _KilledError:
            again = _made(method, checkpoint=checkpoint)
            if not torch.equal(whole.image, again.image):
                raise _BrokenError(
                    "killed after two steps and run again it ends with another picture; give the task's "
                    "checkpoint to the descent, or keep all state in it"
                ) from None
            return "killed after two steps, and run again: the same bits"
    return "made in one step"


def _honours_its_budget(method: Method) -> str:
    parameters = _parameters(method)
    outcome = _made(method)
    if isinstance(parameters, DescentParameters):
        spent = len(outcome.trace)
        if spent != parameters.evaluations:
            raise _BrokenError(f"{spent} evaluations where {parameters.evaluations} were allowed")
        return f"{spent} evaluations of {parameters.evaluations}"
    return "no budget: it does not descend"


def _survives_constant_pictures(method: Method) -> str:
    for content, style in ((0.5, 0.5), (0.0, 1.0), (1.0, 0.0)):
        images = torch.full((1, 3, *CONTENT), content), torch.full((1, 3, *STYLE), style)
        try:
            image = _made(method, *images).image
        except InputError:
            continue  # It may refuse, in one line.
        if not image.isfinite().all():
            raise _BrokenError(
                f"a content of {content:g} and a style of {style:g} everywhere give NaN or Inf"
            )
    return "grey, black and white"


def _refuses_bad_parameters(method: Method) -> str:
    preset = method.presets[method.default_preset]
    numbers = [name for name, value in preset if isinstance(value, float)]
    wrong: list[dict[str, Any]] = [{"no_such_parameter": 1}, *({name: math.nan} for name in numbers)]
    wrong += [{name: object()} for name in method.parameters.model_fields]
    for changes in wrong:
        name = next(iter(changes))
        try:
            method.configure(method.default_preset, changes)
        except InputError as error:
            if "\n" in str(error):
                raise _BrokenError(f"{name}: its refusal has more than a line") from error
        else:
            raise _BrokenError(f"{name}: {changes[name]!r} is accepted; give the field a type and bounds")
    return f"{len(wrong)} bad values, a line each"


def _has_a_monotone_strength(method: Method) -> str:
    preset = method.presets[method.default_preset]
    strength = strength_of(preset)
    if strength is None:
        return "no parameter is called alpha or strength"
    own = float(dict(preset)[strength.parameter])
    weaker = own * SHARE if strength.gives_style else own / WEAK
    values = [weaker, own]
    if not strength.gives_style:
        values.append(own / STRONG)
    content = _picture(0, CONTENT)
    distances = []
    for value in values:
        changes = {strength.parameter: value, **_budget(method, EVALUATIONS_OF_STRENGTH)}
        distances.append(float((_made(method, changes=changes).image - content).square().mean()))
    reached = list(zip(values, distances, strict=True))
    for (weak, near), (strong, far) in itertools.pairwise(reached):
        if far < near * (1 - SLACK):
            raise _BrokenError(
                f"with {strength.parameter} {strong:g} the picture is nearer to the content ({far:.2g}) "
                f"than with {weak:g} ({near:.2g})"
            )
    if distances[-1] <= distances[0]:
        raise _BrokenError(
            f"with {strength.parameter} {values[-1]:g} the picture is no farther from the content than "
            f"with {values[0]:g}"
        )
    shown = ", ".join(f"{value:g}" for value in values)
    return f"{strength.parameter} {shown}: ever farther from the content"


CHECKS: Mapping[str, Callable[[Method], str]] = {
    "deterministic": _is_deterministic,
    "any size": _takes_any_size,
    "resumes after a kill": _resumes,
    "honours its budget": _honours_its_budget,
    "no NaN on constant pictures": _survives_constant_pictures,
    "refuses bad parameters in one line": _refuses_bad_parameters,
    "strength is monotone": _has_a_monotone_strength,
}


def _picture(number: int, size: tuple[int, int]) -> Tensor:
    """(1, 3, H, W): waves with a little noise, another picture for each number."""
    generator = torch.Generator().manual_seed(number)
    rows, columns = (torch.linspace(0, 6 + 4 * number, length) for length in size)
    waves = torch.stack([(rows[:, None] * turn + columns).sin() for turn in (1.0, 2.0, -1.0)])
    noise = torch.rand(3, *size, generator=generator)
    return (0.4 + 0.3 * waves + 0.2 * noise).clamp(0, 1)[None]


def _budget(method: Method, evaluations: int) -> dict[str, Any]:
    scales = getattr(method.presets[method.default_preset], "scales", 1)
    return method.known({"evaluations": max(evaluations, scales)})


def _parameters(method: Method, changes: Mapping[str, Any] | None = None) -> Parameters:
    small = {**_budget(method, EVALUATIONS), **method.known({"weights": "embedded"})}
    return method.configure(method.default_preset, {**small, **(changes or {})})


def _made(
    method: Method,
    content: Tensor | None = None,
    style: Tensor | None = None,
    changes: Mapping[str, Any] | None = None,
    **given: Any,
) -> Outcome:
    """Stylize as the pipeline does, on the CPU and in full precision."""
    parameters = _parameters(method, changes)
    task = Task(
        _picture(0, CONTENT) if content is None else content,
        _picture(1, STYLE) if style is None else style,
        parameters,
        SEED,
        method.hardware("cpu", "fp32"),
        others={name: _picture(2, STYLE) for name in parameters.other_pictures()},
    )
    return finish(stylize(method, replace(task, **given)))
