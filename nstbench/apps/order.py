"""What somebody asks for: two pictures, a method, and what its parameters are to be."""

import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from nstbench.core.errors import InputError, shortened
from nstbench.methods import method as find_method
from nstbench.methods.base import Method
from nstbench.networks.catalogue import ARCHITECTURES
from nstbench.networks.feedforward.inventory import read_card, shipped_networks

# Of a descent's network: its authors', and a quicker one of half the width.
WEIGHTS = ("original", "embedded")
# What people want most often; all else is behind "More".
COMMON = ("strength", "style_weight", "style_scale", "preserve_colour", "evaluations", "network")
# Settings that a form asks for elsewhere, or that are about files and machines.
ELSEWHERE = frozenset(
    {"method", "size", "seed", "precision", "device", "quality", "metadata", "preprocessing"}
)

# Types of a JSON schema that a form can ask for.
PLAIN = ("integer", "number", "boolean", "string")


@dataclass(frozen=True)
class Option:
    """A setting that a method knows.

    `kind` says how it is asked for. `least` and `most` bound a number; a bound that is not there is None, as
    is a default that only the method knows.
    """

    name: str
    kind: Literal["choice", "number", "switch"]
    default: Any
    choices: tuple[str, ...] = ()
    whole: bool = False
    least: float | None = None
    most: float | None = None
    common: bool = False


def options_of(method: Method[Any]) -> list[Option]:
    """Give what people may set of a method, from the schemas of its parameters and of `nstbench.Settings`.

    Only what a form can ask for: choices, numbers and switches.
    """
    from nstbench.api.settings import OF_EVERY_METHOD, PARAMETERS, STARTS, Settings

    own = method.parameters.model_json_schema()["properties"]
    known = {"backbone": tuple(ARCHITECTURES), "weights": WEIGHTS, "network": _networks_of(method)}
    usual = method.presets[method.default_preset]
    found = []
    for name, setting in Settings.model_json_schema()["properties"].items():
        if name in ELSEWHERE or (PARAMETERS.get(name, name) not in own and name not in OF_EVERY_METHOD):
            continue
        # A method may allow less than the setting does.
        candidates = (own.get(name, {}), setting, *setting.get("anyOf", ()))
        schema: Mapping[str, Any] = next(
            (each for each in candidates if "enum" in each or each.get("type") in PLAIN), {}
        )
        default = getattr(usual, name, setting.get("default"))
        default = default if isinstance(default, str | float | int | bool) else None
        choices = tuple(schema.get("enum", known.get(name, ())))
        common = name in COMMON
        if choices:
            found.append(Option(name, "choice", default, choices, common=common))
        elif schema.get("type") == "boolean":
            found.append(Option(name, "switch", default, common=common))
        elif schema.get("type") in ("integer", "number"):
            least, most = schema.get("minimum", schema.get("exclusiveMinimum")), schema.get("maximum")
            whole = schema["type"] == "integer"
            found.append(Option(name, "number", default, whole=whole, least=least, most=most, common=common))
    if "init" in own:
        found.append(Option("start", "choice", getattr(usual, "init", None), STARTS))
    return sorted(found, key=lambda option: COMMON.index(option.name) if option.common else len(COMMON))


def _networks_of(method: Method[Any]) -> tuple[str, ...]:
    """The shipped networks that a method of one pass can stylize with."""
    if method.trainer is None:
        return ()
    own = getattr(method.presets[method.default_preset], "network", "")
    kinds = {name: read_card(file)["kind"] for name, file in shipped_networks().items()}
    return tuple(name for name, kind in kinds.items() if kind == kinds.get(own))


@dataclass(frozen=True)
class Order:
    """A picture to make.

    Parameters
    ----------
    content
        The file of the picture to stylize.
    style
        The file of the picture whose style is taken; None for a method that needs none.
    method
        Its id.
    size
        Long side of the result in pixels, or "original" for the content's own size.
    options
        Settings that are not to be the method's own, by name.
    seed
        Of every random draw.
    blend
        Further styles and their shares of 1.
    regions
        Masks, and the styles that go where they are white.
    mask, style_mask
        White where the content is stylized, and where the style is looked at.
    start
        A picture that a descent starts from, instead of what the options say.
    """

    content: Path
    style: Path | None
    method: str
    size: int | Literal["original"]
    options: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 0
    blend: Mapping[Path, float] = field(default_factory=dict)
    regions: Sequence[tuple[Path, Path]] = ()
    mask: Path | None = None
    style_mask: Path | None = None
    start: Path | None = None

    def check(self) -> None:
        """Refuse, before anything is queued, what `stylize` would refuse for its parameters.

        Raises
        ------
        InputError
            If the method or a parameter is unknown or out of range, a style is missing, or the method would
            not look at a picture.
        """
        from nstbench.api.settings import merged, mixes_styles

        recipe = find_method(self.method)
        options = {option.name: option for option in options_of(recipe)}
        for name, value in self.options.items():
            if name not in options:
                raise InputError(f"{self.method} has no option {name!r}; allowed: {', '.join(options)}")
            choices = options[name].choices
            if choices and value not in choices:  # A file would do for some, but not from elsewhere.
                raise InputError(f"unknown {name} {shortened(value)}; allowed: {', '.join(choices)}")
        settings = {name: value for name, value in self.options.items() if name != "start"}
        start = "content" if self.start else self.options.get("start")
        if self.blend and not mixes_styles(recipe):
            raise InputError(
                f"{self.method} does not mix styles; say where the second one goes, or leave it out"
            )
        if (self.regions or self.style_mask) and not recipe.knows_regions:
            raise InputError(f"{self.method} knows no parts of a picture; leave their masks out")
        merged(None, {"method": self.method, "size": self.size, "seed": self.seed, **settings}).parameters(
            start, {str(style): share for style, share in self.blend.items()}
        )
        if recipe.needs_style and self.style is None:
            raise InputError(f"{self.method} takes the style from a picture; choose one")

    @property
    def quick(self) -> bool:
        """Whether one pass makes the picture, so that nobody has to wait long for it."""
        recipe = find_method(self.method)
        side = self.size if self.size != "original" else 512  # Steps of one pass are not of a size.
        return recipe.configure(recipe.default_preset, {}).steps(side, side) == 1

    def command(self, named: Callable[[Path], str] = str) -> str:
        """Give the command line that makes the same picture, of files with the names that `named` gives."""

        def name_of(file: Path) -> str:
            name = named(file)
            return f"./{name}" if name.startswith("-") else name

        files = [name_of(file) for file in (self.content, self.style) if file]
        words = ["nstbench", "stylize", *files, "-o", "out.png"]
        words += ["--method", self.method, "--size", str(self.size)]
        for style, share in self.blend.items():
            words += ["--blend", f"{name_of(style)}={share:g}"]
        for mask, style in self.regions:
            words += ["--region", f"{name_of(mask)}={name_of(style)}"]
        for role in ("mask", "style_mask", "start"):
            if file := getattr(self, role):
                words += [f"--{role.replace('_', '-')}", name_of(file)]
        for name, value in self.options.items():
            if name == "start" and self.start:
                continue
            option = name.replace("_", "-")
            match value:
                case bool():
                    words.append(f"--{option}" if value else f"--no-{option}")
                case _:
                    words += [f"--{option}", str(value)]
        if self.seed:
            words += ["--seed", str(self.seed)]
        return shlex.join(words)
