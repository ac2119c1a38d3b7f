"""The waves painter: a colour woodcut of curling waves with claws of foam before a far mountain."""

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from painting import noise
from painting.canvas import Array, grid, over, shrink, smoothstep
from painting.colour import ramp, rgb

OVERSIZE = 3
SKY = rgb("b9b096", "d9cda6", "e9dfba", "e3d6b0", "c9b893")
INK, DEEP, MIDDLE, PALE, FOAM = (f"#{name}" for name in ("16233d", "1d3f72", "4a7ba0", "a9c3c0", "f1ead2"))


def _outline(*flat: float) -> Array:
    """Points (N, 2) from their coordinates in turn."""
    return np.reshape(flat, (-1, 2))


BACK = _outline(-0.62, 0.78, -0.46, 0.46, -0.30, 0.12, -0.05, -0.16, 0.20, -0.22, 0.40, -0.10, 0.46, 0.08)
FACE = _outline(0.75, 0.80, 0.42, 0.66, 0.18, 0.48, 0.05, 0.25, 0.06, 0.03, 0.22, -0.08, 0.44, 0.06)
SLOPES = _outline(
    *(-0.24, 0.0, -0.12, -0.07, -0.05, -0.135, -0.02, -0.165),
    *(0.02, -0.165, 0.05, -0.135, 0.12, -0.07, 0.24, 0.0),
)
SNOW_CAP = _outline(
    *(-0.062, -0.122, -0.02, -0.165, 0.02, -0.165, 0.062, -0.122, 0.035, -0.132),
    *(0.018, -0.105, 0.0, -0.128, -0.022, -0.100, -0.036, -0.130),
)
HORIZON = 0.695
BANDS = 22
FRAMES = (  # x, y, scale and sense of each wave, the far ones first, for a great wave that curls to the right
    (0.92, 0.76, 0.27, -1),
    (0.36, 0.50, 0.88, 1),
    (0.88, 0.98, 0.50, -1),
    (0.16, 1.00, 0.52, 1),
)


@dataclass(frozen=True)
class Sheet:
    """The block being cut: a drawing and the side of its canvas in pixels."""

    draw: ImageDraw.ImageDraw
    side: int

    def area(self, points: Array, fill: str) -> None:
        """A filled polygon through `points` (N, 2) in picture sides."""
        self.draw.polygon([tuple(point) for point in points * self.side], fill=fill)

    def line(self, points: Array, width: float, fill: str = INK) -> None:
        """A line through `points` (N, 2)."""
        self.draw.line(
            [tuple(p) for p in points * self.side], fill, max(1, round(width * self.side)), "curve"
        )

    def disc(self, centre: Array, radius: float, fill: str) -> None:
        """A disc."""
        low, high = (centre - radius) * self.side, (centre + radius) * self.side
        self.draw.ellipse((*low, *high), fill=fill)


@dataclass(frozen=True)
class Frame:
    """Where a wave stands: its origin, its scale, and -1 if it curls to the left."""

    x: float
    y: float
    scale: float
    sense: float

    def __call__(self, points: Array) -> Array:
        """Place the points (n, 2) of a wave at the origin."""
        placed: Array = np.array([self.x, self.y]) + points * np.array([self.sense, 1.0]) * self.scale
        return placed


def waves(rng: np.random.Generator, size: int) -> Array:
    """A woodcut, (size, size, 3) in about [0, 1]."""
    wave_rng, grain_rng = rng.spawn(2)
    picture = _sky(size * OVERSIZE)
    image = Image.fromarray((picture * 255).astype(np.uint8))
    sheet = Sheet(ImageDraw.Draw(image), size * OVERSIZE)
    sense = float(wave_rng.choice([-1.0, 1.0]))
    _mountain(sheet, 0.5 + sense * 0.14)
    _sea(wave_rng, sheet)
    for x, y, scale, turn in FRAMES:
        x = x + wave_rng.normal(0, 0.015)
        _wave(wave_rng, sheet, Frame(x if sense > 0 else 1 - x, y, scale, turn * sense))
    _seal(sheet, 0.93 if sense > 0 else 0.07)
    return _printed(grain_rng, shrink(np.asarray(image, dtype=np.float32) / 255, OVERSIZE))


def _sky(side: int) -> Array:
    """Cream paper, wiped darker at the top and at the horizon."""
    _, y = grid(side)
    return ramp(SKY, y * 1.25)


def _sea(rng: np.random.Generator, sheet: Sheet) -> None:
    """The open water behind the waves: long swells, each a band with a dark upper line."""
    x = np.linspace(-0.02, 1.02, 60)
    for row, fill in zip(
        np.linspace(0.69, 1.0, 14), (PALE, MIDDLE, DEEP, MIDDLE, PALE, DEEP, MIDDLE) * 2, strict=True
    ):
        y = row + 0.012 * np.sin(x * rng.uniform(9, 16) + rng.uniform(0, 6)) * (row - 0.6) / 0.2
        swell = np.stack([x, y], axis=-1)
        sheet.area(np.vstack([swell, [[1.02, 1.1], [-0.02, 1.1]]]), fill)
        sheet.line(swell, 0.0025)


def _mountain(sheet: Sheet, peak: float) -> None:
    """A snow-capped cone on the horizon."""
    for outline, fill in ((SLOPES, "#5d7f95"), (SNOW_CAP, FOAM)):
        sheet.area(outline + np.array([peak, HORIZON]), fill)
    sheet.line(SLOPES + np.array([peak, HORIZON]), 0.003)


def _curve(points: Array, count: int = 90) -> Array:
    """A smooth curve (count, 2) through control points, of Catmull and Rom."""
    ends = np.vstack([2 * points[0] - points[1], points, 2 * points[-1] - points[-2]])
    place = np.linspace(0, len(points) - 1 - 1e-6, count)
    first, t = place.astype(int), (place % 1)[:, None]
    a, b, c, d = (ends[first + shift] for shift in range(4))
    curve: Array = 0.5 * (
        2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3
    )
    return curve


def _wave(rng: np.random.Generator, sheet: Sheet, frame: Frame) -> None:
    """One curling wave: bands of blue that run to its tip, and foam along its crest."""
    back, face = (_curve(points + rng.normal(0, 0.012, points.shape)) for points in (BACK, FACE))
    sheet.area(frame(np.vstack([back, face[::-1]])), DEEP)
    for number in range(BANDS):
        edge, wide = (number + rng.uniform(0.1, 0.5)) / BANDS, rng.uniform(0.2, 0.55) / BANDS
        low, high = (face + (back - face) * place for place in (edge, edge + wide))
        fill = (PALE, MIDDLE, FOAM)[int(rng.choice(3, p=[0.45, 0.35, 0.2]))]
        part = slice(int(rng.integers(0, 20)), int(rng.integers(60, 88)))
        sheet.area(frame(np.vstack([low[part], high[part][::-1]])), fill)
    for line in (back, face):
        sheet.line(frame(line), 0.005)
    _foam(rng, sheet, frame, back, face)
    _spray(rng, sheet, frame)


def _foam(rng: np.random.Generator, sheet: Sheet, frame: Frame, back: Array, face: Array) -> None:
    """Rows of foam along the crest, each with claws that curl down from it."""
    for depth, first, claws in ((0.24, 54, 9), (0.16, 48, 12), (0.08, 38, 15), (0.0, 26, 24)):
        crest = back + (face - back) * depth
        stops = np.linspace(first, 89, 34).astype(int)
        swelling = np.clip((stops - first) / 25, 0.3, 1)
        puffs = [
            (crest[stop] + rng.normal(0, 0.008, 2), swell * rng.uniform(0.014, 0.028))
            for stop, swell in zip(stops, swelling, strict=True)
        ]
        for stop in np.linspace(first + 4, 89, claws).astype(int):
            outward = crest[stop] - face[stop] if depth == 0.0 else face[stop] - crest[stop]
            heading = np.arctan2(outward[1], outward[0]) + rng.normal(0, 0.35)
            if stop > 70:
                heading = rng.uniform(-0.3, 1.9)
            puffs += _claw(
                rng, crest[stop], heading, rng.uniform(0.06, 0.14), rng.choice([-1.0, 1.0], p=[0.15, 0.85])
            )
        for grow, fill in ((0.0036 / frame.scale, INK), (0.0, FOAM)):
            for centre, radius in puffs:
                sheet.disc(frame(centre), (radius + grow) * frame.scale, fill)
        for stop in stops[::2]:
            swirl = crest[stop] + 0.016 * np.stack(
                [np.cos(np.linspace(0.4, 3.2, 9)), np.sin(np.linspace(0.4, 3.2, 9))], axis=-1
            )
            sheet.line(frame(swirl), 0.0028, MIDDLE)


def _claw(
    rng: np.random.Generator, start: Array, heading: float, length: float, bend: float
) -> list[tuple[Array, float]]:
    """A tapering finger of foam that hooks at its end and bears smaller ones: discs of centre and radius."""
    discs, place, steps = [], start.copy(), 14
    for step in range(steps):
        part = step / steps
        heading += bend * (0.05 + 0.42 * part**2)
        place = place + length / steps * np.array([np.cos(heading), np.sin(heading)])
        discs.append((place, 0.013 * (1 - part) ** 0.8 * min(1, length / 0.09) + 0.003))
        if step in (4, 8) and length > 0.06:
            discs += _claw(rng, place, heading - bend * rng.uniform(0.7, 1.2), 0.5 * length, bend)
    return discs


def _spray(rng: np.random.Generator, sheet: Sheet, frame: Frame) -> None:
    """Drops that fly before the tip."""
    for _ in range(60):
        place = np.array([0.45, -0.02]) + rng.normal(0, 1, 2) * (0.16, 0.16)
        sheet.disc(frame(place), frame.scale * 0.0065, INK)
        sheet.disc(frame(place), frame.scale * 0.0045, FOAM)


def _seal(sheet: Sheet, x: float) -> None:
    """A red seal in the upper corner."""
    corner = np.array([x - 0.028, 0.055])
    box = np.array([[0, 0], [0.056, 0], [0.056, 0.12], [0, 0.12]])
    sheet.area(corner + box, "#b23a26")
    for row in range(4):
        y = 0.018 + 0.026 * row
        sheet.line(corner + np.array([[0.012, y], [0.044, y]]), 0.004, FOAM)
        sheet.line(
            corner + np.array([[0.028 + 0.009 * (-1) ** row, y - 0.008], [0.028, y + 0.012]]), 0.004, FOAM
        )


def _printed(rng: np.random.Generator, picture: Array) -> Array:
    """The grain of the wood in the inked areas, and the fibres of the paper everywhere."""
    size = len(picture)
    _, y = grid(size)
    rings = np.sin(
        95 * (y + 0.05 * noise.fractal(rng, size, (4, 2), 3)) + 6 * noise.fractal(rng, size, (3, 1), 2)
    )
    inked = smoothstep(0.75, 0.35, picture.mean(axis=-1))
    wood = 0.05 * rings + 0.05 * noise.fractal(rng, size, (size // 4, 10), 3, 0.8)
    paper = noise.fractal(rng, size, (size // 8, size // 8), 3, 0.8)
    toned = over(picture, SKY[2], 0.10 * smoothstep(0.3, 2.2, paper + 8 * wood) * inked)
    printed: Array = toned * (1 + 0.025 * paper + wood * (0.35 + 0.65 * inked))[..., None]
    return printed
