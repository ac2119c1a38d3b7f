"""Texture synthesis coarse to fine: every pixel is that of the texture whose neighbourhood is most alike.

References
----------
Wei and Levoy 2000, Fast texture synthesis using tree-structured vector quantization, sections 2 and 3.
"""

from collections.abc import Callable, Iterator

import numpy as np

from nstbench.methods.wei2000.neighbourhoods import (
    Layer,
    Nearest,
    Picture,
    Window,
    every_pixel,
    pyramid,
    vectors,
    wavefronts,
)


def synthesize(
    texture: Picture,
    height: int,
    width: int,
    reach: int,
    levels: int,
    random: np.random.Generator,
    watch: Callable[[int, float], None],
) -> Iterator[tuple[Picture, float]]:
    """Make a texture from noise, level after level.

    Parameters
    ----------
    texture
        The example, (h, w, 3).
    height, width
        Of the result, in pixels.
    reach
        Of the neighbourhoods, in pixels of their level.
    levels
        Of the pyramids, at most.
    random
        Draws the noise.
    watch
        Called with how many pixels of a level are done and the mean squared distance of the last ones.

    Yields
    ------
    picture
        A level, (H, W, 3), all of it pixels of the texture at that level.
    distance
        Mean squared distance of the neighbourhoods that were found.
    """
    textures = pyramid(texture, levels)
    sizes = [level.shape[:2] for level in pyramid(np.zeros((height, width, 1), np.float32), levels)]
    # The smaller of the two pyramids decides.
    levels = min(len(textures), len(sizes))
    above, coarser = None, None
    for example, size in zip(textures[-levels:], sizes[-levels:], strict=True):
        # Noise with the texture's histogram: its own pixels, in any order.
        picture = random.choice(example.reshape(-1, 3), size)
        distance = synthesize_level(example, above, picture, coarser, reach, watch)
        yield picture, distance
        above, coarser = example, picture


def synthesize_level(
    texture: Picture,
    texture_above: Picture | None,
    picture: Picture,
    picture_above: Picture | None,
    reach: int,
    watch: Callable[[int, float], None],
) -> float:
    """Replace the pixels of a picture one after the other.

    A pixel's neighbourhood is what is above and left of it, and all that is around its parent.

    Parameters
    ----------
    texture, picture
        (h, w, 3) and (H, W, 3); the picture's pixels are replaced.
    texture_above, picture_above
        A level coarser, both done; None at the coarsest.
    reach, watch
        As of `synthesize`.

    Returns
    -------
    float
        Mean squared distance of the neighbourhoods that were found.
    """
    before, around = Window(reach, causal=True), Window((reach + 1) // 2)
    known, made = [Layer(texture, before)], [Layer(picture, before)]
    if texture_above is not None and picture_above is not None:
        known.append(Layer(texture_above, around, coarser=True))
        made.append(Layer(picture_above, around, coarser=True))
    candidates = vectors(known, *every_pixel(texture))
    nearest, colours = Nearest(candidates), texture.reshape(-1, 3)
    total, done = 0.0, 0
    for rows, columns in wavefronts(picture.shape[0], picture.shape[1], reach):
        wanted = vectors(made, rows, columns)
        found = nearest(wanted)
        picture[rows, columns] = colours[found]
        distances = np.square(candidates[found] - wanted).sum(1)
        total += float(distances.sum())
        done += len(rows)
        watch(done, float(distances.mean()))
    return total / done
