"""Everything about one's own picture that is a number or a word: what may be chosen, and what is usual."""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field, InstanceOf, ValidationError

from nstbench.core.configuration import SEEDS, Evaluations, Record
from nstbench.core.errors import InputError, shortened
from nstbench.images.pictures import QUALITY, SMALLEST_SIDE
from nstbench.images.reading import LARGEST_SIZE
from nstbench.methods import method as find_method
from nstbench.methods import methods
from nstbench.methods.base import Method, Parameters, PreserveColour, TotalVariation
from nstbench.methods.gatys2015.parameters import GatysParameters
from nstbench.optim.settings import AdamSettings, LBFGSSettings, OptimiserSettings, SGDSettings

# What a descent starts from, besides a picture.
STARTS = ("content", "style", "noise")
# Steps of pixels in [0, 1]; L-BFGS scales its own.
USUAL_RATES = {"lbfgs": 1.0, "adam": 0.02, "sgd": 0.001}
# Parameters of methods, by the settings that change them, where both are not called the same.
PARAMETERS = {
    "style_weight": "alpha",
    "content_weight": "alpha",
    "rate": "optimiser",
    "start": "init",
}


class SettingError(InputError):
    """A setting that does not fit.

    Parameters
    ----------
    name : str
        Of the setting or of the argument of `stylize`.
    problem : str
        What is wrong, what is allowed, and the fix.
    *given : object
        Its value, where the message is to repeat it.
    """

    def __init__(self, name: str, problem: str, *given: object) -> None:
        self.name = name
        self.said = "".join(f" {shortened(value)}" for value in given) + f": {problem}"
        super().__init__(name + self.said)


def _layers(given: object) -> object:
    """Names of layers, which share the weight alike, as weights by name."""
    if isinstance(given, str):
        given = [given]
    if isinstance(given, Sequence):
        return dict.fromkeys(given, 1.0)
    return given


def _shares_of_one(weights: dict[str, float]) -> dict[str, float]:
    total = sum(weights.values())
    if not total > 0:
        raise ValueError("all weights are 0; give one above 0")
    return {layer: weight / total for layer, weight in weights.items()}


def _size(given: object) -> object:
    if given == "original":
        return given
    if not isinstance(given, int | float) or not SMALLEST_SIDE <= given <= LARGEST_SIZE:
        raise ValueError(f"allowed: {SMALLEST_SIDE} to {LARGEST_SIZE} pixels, or 'original'")
    return given


def _seed(given: object) -> object:
    if isinstance(given, int) and not 0 <= given < SEEDS:
        raise ValueError(f"allowed: 0 to {SEEDS - 1}")
    return given


Layers: TypeAlias = Annotated[
    dict[str, Annotated[float, Field(ge=0)]], BeforeValidator(_layers), AfterValidator(_shares_of_one)
]
Factor: TypeAlias = Annotated[float, Field(gt=0)]


class Settings(Record):
    """How a picture is stylized.

    None stands for what the method takes by itself.

    Parameters
    ----------
    method
        An id of `list_methods`, or a method of your own.
    size
        Of the result's `side` in pixels, 16 to 8192, or "original" for the content's own size.
    side
        Which side has that size, "longest" or "shortest".
    style_weight, content_weight
        How strongly the picture is drawn to the style and to the content, as factors of what the method
        takes; above 0. Only their ratio counts.
    tv
        The weight of the total variation (squared differences), which smooths; at least 0.
    style_scale
        How large the style is read relative to the result, 0.1 to 8: below 1 its strokes are finer, above 1
        larger.
    strength
        How much of the style, 0 to 1 (adain2017).
    preserve_colour
        Keep the content's colours: "luminance", "luminance-mean", "luminance-mean-std", "histogram",
        "cholesky", "image-analogies" or "symmetric".
    evaluations
        How often a descent may evaluate its loss.
    scales
        At how many sizes a descent is made, each twice the one before; they share the evaluations.
    optimiser
        "lbfgs", "adam" or "sgd".
    rate
        Its rate: for adam and sgd the size of a step, of pixels in [0, 1].
    content_layers, style_layers
        Layers of the network whose features are compared: names, which share the weight alike, or weights by
        name.
    backbone
        The network whose features are compared, such as "vgg19".
    weights
        "original", "embedded", "imagenet", "random", "random-half" or a file.
    preprocessing
        What the weights in a file expect of a picture: "caffe" (BGR bytes minus the mean pixel),
        "torchvision" or "halves"; recognised when left out, with a warning where that takes a guess.
    network
        What a method of one pass stylizes with: a shipped network's name or a file.
    seed
        Of every random draw, 0 to 2^64 - 1.
    precision
        "fp32", "bf16", or "auto": bf16 where the device computes in it.
    device
        "cpu", "cuda", "mps", or "auto": a GPU if there is one.
    quality
        Of written JPEG and WebP files, 1 to 100.
    metadata
        Whether written files have the content's EXIF data: date, camera, place.
    """

    method: str | InstanceOf[Method[Any]] = "gatys2015"

    size: Annotated[int | Literal["original"], BeforeValidator(_size)] = 256
    side: Literal["longest", "shortest"] = "longest"

    style_weight: Factor = 1.0
    content_weight: Factor = 1.0
    tv: float | None = Field(default=None, ge=0)
    style_scale: float = Field(default=1.0, ge=0.1, le=8)
    strength: float | None = Field(default=None, ge=0, le=1)
    preserve_colour: PreserveColour = "none"

    evaluations: Evaluations | None = None
    scales: int | None = Field(default=None, ge=1, le=6)
    optimiser: Literal["lbfgs", "adam", "sgd"] | None = None
    rate: Factor | None = None
    content_layers: Layers | None = None
    style_layers: Layers | None = None

    backbone: str | None = None
    weights: str | None = None
    preprocessing: str | None = None
    network: str | None = None

    seed: Annotated[int, BeforeValidator(_seed)] = 0
    precision: str = "auto"
    device: str = "auto"

    quality: int = Field(default=QUALITY, ge=1, le=100)
    metadata: bool = False

    def recipe(self) -> Method:
        """Find the method.

        Returns
        -------
        Method
            The one of that id, or the method itself.

        Raises
        ------
        InputError
            If there is none.
        """
        return self.method if isinstance(self.method, Method) else find_method(self.method)

    def parameters(self, start: str | None = None, blend: Mapping[str, float] | None = None) -> Parameters:
        """Make the method's parameters.

        Parameters
        ----------
        start : str, optional
            What a descent starts from: "content", "style" or "noise".
        blend : mapping of str to float, optional
            Further styles and their shares.

        Returns
        -------
        made : Parameters
            Of the method's own class: its default preset with what was chosen.

        Raises
        ------
        SettingError
            If the method has nothing of the kind that a setting is about.
        InputError
            If a value does not fit.
        """
        recipe = self.recipe()
        _check_blend(recipe, blend or {})
        chosen = {name: getattr(self, name) for name in self.model_fields_set} | {
            "start": start,
            "blend": dict(blend or {}) or None,
        }
        known = recipe.parameters.model_fields
        chosen = {name: value for name, value in chosen.items() if value != _USUAL.get(name)}
        for name in chosen:
            parameter = PARAMETERS.get(name, name)
            if parameter not in known and name not in OF_EVERY_METHOD:
                having = [id for id, each in methods().items() if parameter in each.parameters.model_fields]
                raise SettingError(name, f"{recipe.id} has none; leave it out, or choose {', '.join(having)}")
        changes = {name: value for name, value in chosen.items() if name in known}
        usual = recipe.configure(recipe.default_preset, {})
        if isinstance(usual, GatysParameters):
            # The style keeps its weight: so the first step of L-BFGS, which depends on it, stays what it is.
            changes["alpha"] = usual.alpha * self.content_weight / self.style_weight
            changes["init"] = start or usual.init
            changes["optimiser"] = self._optimiser(usual.optimiser)
            if self.tv is not None:
                weight = self.tv / self.style_weight
                changes["tv"] = TotalVariation(form="squared", weight=weight) if weight else None
        return recipe.configure(recipe.default_preset, changes)

    def _optimiser(self, usual: OptimiserSettings) -> OptimiserSettings:
        kind = self.optimiser or usual.kind
        if kind == usual.kind:
            return type(usual).derived_from(usual, rate=self.rate or usual.rate)
        kinds: dict[str, Callable[..., OptimiserSettings]] = {
            "lbfgs": LBFGSSettings,
            "adam": AdamSettings,
            "sgd": SGDSettings,
        }
        return kinds[kind](rate=self.rate or USUAL_RATES[kind])


def mixes_styles(recipe: Method) -> bool:
    """Say whether a method takes shares of several styles.

    Parameters
    ----------
    recipe : Method
        Any.

    Returns
    -------
    bool
        False also where its parameters have no room for a further style.
    """
    blend = recipe.parameters.model_fields.get("blend")
    return blend is not None and not any(getattr(rule, "max_length", None) == 0 for rule in blend.metadata)


def _check_blend(recipe: Method, blend: Mapping[str, float]) -> None:
    """Refuse shares that are none, or that the method would not look at."""
    if blend and not mixes_styles(recipe):
        mixing = ", ".join(id for id, each in methods().items() if mixes_styles(each))
        raise SettingError("blend", f"{recipe.id} does not mix styles; leave it out, or choose {mixing}")
    for file, share in blend.items():
        if not isinstance(share, int | float) or not 0 <= share <= 1:
            raise SettingError(
                "blend", "a share is a number from 0 to 1; give 0.5 for a half", f"{file}={share}"
            )
    if sum(blend.values()) > 1:
        shares = " and ".join(f"{share:g}" for share in blend.values())
        raise SettingError(
            "blend",
            f"the shares {shares} are {sum(blend.values()):g} together; allowed: 1, of which the first style "
            "has what is left, so lower them",
        )


# Settings that are about pictures and machines, not about the method.
OF_EVERY_METHOD = frozenset(
    {"method", "size", "side", "style_scale", "seed", "precision", "device", "quality", "metadata"}
)
_USUAL = {name: field.default for name, field in Settings.model_fields.items()}


def merged(settings: Settings | None, changes: Mapping[str, Any]) -> Settings:
    """Lay changes over settings.

    Parameters
    ----------
    settings : Settings or None
        What is changed; the usual ones when None.
    changes : mapping of str to object
        Values by name.

    Returns
    -------
    Settings
        Validated.

    Raises
    ------
    SettingError
        If there is no such setting, or a value does not fit.
    """
    if not isinstance(settings, Settings | None):
        raise SettingError("settings", f"of type {type(settings).__name__}; give nstbench.Settings(...)")
    try:
        return Settings.derived_from(settings or Settings(), **changes)
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        name = str(problem["loc"][0])
        if problem["type"] == "extra_forbidden":
            raise SettingError(
                name, f"no such setting; allowed: {', '.join(Settings.model_fields)}"
            ) from error
        words = problem["msg"].removeprefix("Value error, ")
        raise SettingError(name, words, changes[name]) from error
