"""A short clip whose motion is known: a camera pans over a scene, and a ball of another picture rolls past.

Every frame is drawn from the two pictures by itself, at places that are known to any fraction of a pixel, so
the flow between frames and what they hide of each other are exact.
"""

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d, grid_sample, interpolate

# In sides of a frame: of the scene's picture, how much a frame shows; the ball's radius.
WINDOW = 0.6
RADIUS = 0.17
# In sides of a frame a frame, at most.
FASTEST = 0.02
# Pixels along an edge that interpolation reads beyond it.
RIM = 2
OVERSIZE = 3


@dataclass(frozen=True)
class RenderedClip:
    """Frames and their true motion.

    Parameters
    ----------
    frames
        Each (1, 3, S, S), RGB in [0, 1].
    flows
        From each frame but the first to the one before, (1, 2, S, S), in pixels, as of `optical_flow`.
    seen
        (1, 1, S, S) for each flow: 1 where the frame before shows the same point, 0 where it is hidden there,
        outside, or on the rim of the ball.
    """

    frames: tuple[Tensor, ...]
    flows: tuple[Tensor, ...]
    seen: tuple[Tensor, ...]


def render_clip(scene: Tensor, ball: Tensor, frames: int, size: int, seed: int = 0) -> RenderedClip:
    """Draw a clip.

    Parameters
    ----------
    scene, ball
        (1, 3, H, W), RGB in [0, 1]: what the camera pans over, and what the ball is painted with.
    frames
        How many, at least 1.
    size
        Side of a frame in pixels.
    seed
        Of the directions.

    Returns
    -------
    RenderedClip
        The same for the same arguments.
    """
    rng = np.random.default_rng(seed)
    turn = rng.uniform(0, 2 * math.pi)
    # The scene goes one way on the screen and the ball roughly the other; both slow down and speed up.
    pan = FASTEST * torch.tensor([math.cos(turn), 0.4 * math.sin(turn)], dtype=torch.float64)
    roll = FASTEST * torch.tensor([math.cos(turn), -0.5 * math.sin(turn)], dtype=torch.float64)
    when = torch.arange(frames, dtype=torch.float64) - (frames - 1) / 2
    way = when + 0.2 * torch.sin(1.3 * when)
    pans, rolls = way[:, None] * pan, way[:, None] * roll

    # No finer than the frames, and these drawn larger and averaged: details neither flicker nor crawl.
    scene, ball = (
        interpolate(picture, (round(side), round(side)), mode="bicubic", antialias=True)
        for picture, side in ((scene, size / WINDOW), (ball, 2 * RADIUS * size))
    )
    fine, places = _centres(OVERSIZE * size), _centres(size)

    def drawn(number: int) -> Tensor:
        behind = _looked_up(scene, (fine + pans[number]) * 2 * WINDOW)
        front = _looked_up(ball, (fine - rolls[number]) / RADIUS)
        cover = (fine - rolls[number]).norm(dim=-1) <= RADIUS
        return avg_pool2d(torch.where(cover, front, behind), OVERSIZE).clamp(0, 1)

    flows, seen = [], []
    for number in range(1, frames):
        on_ball = (places - rolls[number]).norm(dim=-1) <= RADIUS
        of_scene, of_ball = pans[number] - pans[number - 1], rolls[number - 1] - rolls[number]
        flow = torch.where(on_ball[..., None], of_ball, of_scene)
        before = places + flow
        # In both frames the point must be off the rim, where ball and scene mix, and of the same thing.
        margins = [
            ((there - at).norm(dim=-1) - RADIUS) * size * torch.where(on_ball, -1, 1)
            for there, at in ((places, rolls[number]), (before, rolls[number - 1]))
        ]
        same = (torch.minimum(*margins) >= RIM) & (before.abs() <= 0.5 - RIM / size).all(-1)
        flows.append((flow * size).permute(2, 0, 1)[None].to(scene))
        seen.append(same[None, None].to(scene))
    return RenderedClip(tuple(drawn(number) for number in range(frames)), tuple(flows), tuple(seen))


def _centres(size: int) -> Tensor:
    """Pixel centres (S, S, 2), in sides of a frame, with the origin in the middle of it."""
    along = (torch.arange(size, dtype=torch.float64) + 0.5) / size - 0.5
    return torch.stack(torch.meshgrid(along, along, indexing="xy"), dim=-1)


def _looked_up(picture: Tensor, places: Tensor) -> Tensor:
    """A picture at places (S, S, 2) from -1 to 1; it is mirrored beyond its border."""
    return grid_sample(
        picture, places[None].to(picture), mode="bicubic", padding_mode="reflection", align_corners=False
    )
