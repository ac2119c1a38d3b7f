"""What `import nstbench` offers besides losses: stylize, score, networks, lists of methods and metrics."""

from typing import Literal

from nstbench.api.following import Preview as Preview
from nstbench.api.many import Batch as Batch
from nstbench.api.many import stylize_all as stylize_all
from nstbench.api.scoring import MetricScore as MetricScore
from nstbench.api.scoring import score as score
from nstbench.api.settings import SettingError as SettingError
from nstbench.api.settings import Settings as Settings
from nstbench.api.stylizing import Stylization as Stylization
from nstbench.api.stylizing import stylize as stylize
from nstbench.api.video import VideoStylization as VideoStylization
from nstbench.api.video import stylize_video as stylize_video
from nstbench.core.hardware import resolve
from nstbench.methods import methods
from nstbench.methods.base import Method
from nstbench.metrics import metrics as registered_metrics
from nstbench.metrics.base import Metric
from nstbench.networks import loading
from nstbench.networks.backbone import Backbone
from nstbench.networks.catalogue import architecture
from nstbench.networks.normalisation import Normalisation
from nstbench.networks.preprocessing import PreprocessingName
from nstbench.networks.weight_sources import weights_for


def load_backbone(
    id: str = "vgg19",
    *,
    weights: str | None = None,
    pooling: Literal["max", "average"] = "max",
    normalisation: Normalisation = "mean-1",
    preprocessing: PreprocessingName | None = None,
    seed: int = 0,
    precision: str = "fp32",
    device: str = "auto",
) -> Backbone:
    """Load a pretrained network whose features losses compare.

    Parameters
    ----------
    id : str, optional
        An architecture, as `nstbench list backbones` names it.
    weights : str, optional
        "original" (its authors'; vgg19 only), "embedded" (half width, ships with the package), "imagenet"
        (found on this machine, else downloaded), "random", "random-half", or a file; the original where there
        is one, else the embedded when left out.
    pooling : {"max", "average"}, optional
        How the network pools.
    normalisation : str, optional
        "mean-1" scales every channel to a mean activation of 1 over photographs, "port" does as the first
        document's code, "one-scale" divides all features by one number, which brings those of networks in
        Caffe's convention to torchvision's units, and "none" leaves the network as it was trained.
    preprocessing : {"caffe", "torchvision", "halves"}, optional
        What the weights in a file expect of an image; recognised when left out.
    seed : int, optional
        Of random weights.
    precision : str, optional
        "fp32", "bf16" or "auto".
    device : str, optional
        "cpu", "cuda", "mps" or "auto".

    Returns
    -------
    Backbone
        A frozen module: `backbone(images, layers)` takes images (B, 3, H, W), RGB in [0, 1], and the names of
        layers, and gives a dict of their activations (B, N, h, w).

    Raises
    ------
    InputError
        If the weights cannot be had or do not fit, or the device is absent.
    """
    if weights is None:
        weights = weights_for(architecture(id))
    return loading.load_backbone(
        id, weights, pooling, resolve(device, precision), normalisation, seed, preprocessing
    )


def list_methods() -> tuple[Method, ...]:
    """List the methods of style transfer.

    Returns
    -------
    tuple of Method
        Each with an `id` for `stylize`, a `title`, its `source` and its `presets`.
    """
    return tuple(methods().values())


def list_metrics() -> tuple[Metric, ...]:
    """List the metrics.

    Returns
    -------
    tuple of Metric
        Each with the `id` by which `score` gives it, a `title` and the direction in which it is `better`.
    """
    return tuple(registered_metrics().values())
