"""Style swap: every patch of the content's features gives way to the style's most similar one.

References
----------
Chen and Schmidt 2016, Fast patch-based style transfer of arbitrary style, arXiv:1612.04337, section 3.1.
"""

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d

# Side of a patch in positions, as in the paper.
PATCH = 3


def swap(content: Tensor, style: Tensor) -> Tensor:
    """Put features together from the patches of a style.

    Patches of 3 x 3 positions lie at every position where they fit. Where the style's overlap, they are
    averaged.

    Parameters
    ----------
    content
        Features (1, N, H, W); no side is below 3.
    style
        Features (1, N, h, w); no side is below 3.

    Returns
    -------
    Tensor
        (1, N, H, W), in the precision of the features.

    References
    ----------
    Chen and Schmidt 2016, arXiv:1612.04337, eq. 1 and section 3.1.
    """
    nearest = nearest_patches(content[0], style[0])
    rows, columns = nearest.shape
    width = style.shape[3]
    # Position of the patch's upper left corner among all positions of the style.
    corners = nearest // (width - PATCH + 1) * width + nearest % (width - PATCH + 1)
    of_style = style[0].flatten(1)
    summed, count = torch.zeros_like(content[0]), torch.zeros_like(content[0, :1])
    for down in range(PATCH):
        for right in range(PATCH):
            found = of_style[:, (corners + down * width + right).flatten()].unflatten(1, (rows, columns))
            summed[:, down : down + rows, right : right + columns] += found
            count[:, down : down + rows, right : right + columns] += 1
    return (summed / count)[None]


def nearest_patches(content: Tensor, style: Tensor) -> Tensor:
    """Find the patch of a style that correlates best with each patch of a content, c . s / |s|.

    The length of the content's patch does not change which one that is. A product of patches is the sum of
    nine products of positions, each of which belongs to nine patches: so products of positions are taken
    once, row by row of the content, and summed along the patches.

    Parameters
    ----------
    content
        Features (N, H, W).
    style
        Features (N, h, w).

    Returns
    -------
    Tensor
        (H - 2, W - 2), whole numbers: places among the style's (h - 2) (w - 2) patches, row by row.

    References
    ----------
    Chen and Schmidt 2016, arXiv:1612.04337, eq. 1.
    """
    positions = style.flatten(1).contiguous()
    energy = avg_pool2d(style.square().sum(0, keepdim=True), PATCH, 1, divisor_override=1)[0]
    # A patch without any feature is like no other.
    weights = energy.clamp_min(torch.finfo(energy.dtype).tiny).rsqrt()
    sums: list[Tensor] = []
    nearest = []
    for row in content.permute(1, 2, 0).contiguous():
        products = (row @ positions).unflatten(1, style.shape[1:])
        # Along the row: the patch's columns are those of the content and of the style alike.
        across = products[:-2, :, :-2] + products[1:-1, :, 1:-1]
        across += products[2:, :, 2:]
        sums.append(across)
        if len(sums) == PATCH:
            top, middle, bottom = sums
            correlations = top[:, :-2] + middle[:, 1:-1]
            correlations += bottom[:, 2:]
            correlations *= weights
            nearest.append(correlations.flatten(1).argmax(1))
            del sums[0]
    return torch.stack(nearest)
