"""The brush painter: a motif in thick oil strokes along its flow."""

from typing import Literal

import numpy as np

from painting.canvas import Array
from painting.dusk import dusk
from painting.meadow import meadow
from painting.night import night
from painting.strokes import Layer, paint_strokes

LAYERS = (
    Layer(width=0.028, length=0.20, coverage=3.0, fidelity=0.9, accent=0.0),
    Layer(width=0.018, length=0.16, coverage=2.2, fidelity=0.5),
    Layer(width=0.012, length=0.10, coverage=1.8, fidelity=0.40, detail=0.6, accent=0.1),
    Layer(width=0.007, length=0.045, coverage=2.2, fidelity=0.20, detail=0.97, accent=0.0),
)
MOTIFS = {"night": night, "dusk": dusk, "meadow": meadow}


def brush(
    rng: np.random.Generator, size: int, palette: Literal["night", "dusk", "meadow"] = "night"
) -> Array:
    """An oil painting, (size, size, 3) in about [0, 1]."""
    motif_rng, stroke_rng = rng.spawn(2)
    return paint_strokes(stroke_rng, MOTIFS[palette](motif_rng, size), LAYERS, relief=1.6)
