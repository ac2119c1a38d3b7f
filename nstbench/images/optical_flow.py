"""Optical flow between two frames: where each pixel was before, and where that can be trusted.

A flow (1, 2, H, W) holds for each pixel p the way (across, down), in pixels, to the place p + flow(p) in
another frame that shows the same point.
"""

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import grid_sample, interpolate

from nstbench.images.colour_spaces import luma

# Long side at which flows are estimated; those of larger frames are enlarged.
LARGEST_SIDE = 384
# Half the side of the windows in which a flow is taken for constant, in pixels.
RADIUS = 5
WARPS = 10


def optical_flow(frame: Tensor, other: Tensor) -> Tensor:
    """Estimate where the points of a frame are in another one.

    Parameters
    ----------
    frame, other
        (1, 3, H, W), RGB in [0, 1].

    Returns
    -------
    Tensor
        (1, 2, H, W), so that `warped(other, flow)` looks like `frame`.

    References
    ----------
    Le Besnerais and Champagnat 2005, Dense optical flow by iterative local window registration, as
    scikit-image computes it.
    """
    # A third of a second, for which the stylizing of a picture need not wait.
    from skimage.registration import optical_flow_ilk

    height, width = frame.shape[-2:]
    factor = min(1.0, LARGEST_SIDE / max(height, width))
    reference, moving = (
        interpolate(luma(each), scale_factor=factor, mode="area")[0, 0].cpu().numpy()
        if factor < 1
        else luma(each)[0, 0].cpu().numpy()
        for each in (frame, other)
    )
    down, across = optical_flow_ilk(
        reference, moving, radius=RADIUS, num_warp=WARPS, gaussian=True, prefilter=True, dtype=np.float32
    )
    flow = torch.from_numpy(np.stack([across, down]))[None].to(frame)
    if factor == 1:
        return flow
    scale = flow.new_tensor([width / flow.shape[-1], height / flow.shape[-2]])
    return interpolate(flow, (height, width), mode="bilinear", align_corners=False) * scale[:, None, None]


def warped(image: Tensor, flow: Tensor) -> Tensor:
    """Bring a picture to the places of another frame.

    Parameters
    ----------
    image
        (1, C, H, W).
    flow
        (1, 2, H, W), from the other frame's pixels to this picture's.

    Returns
    -------
    Tensor
        (1, C, H, W): the picture at p + flow(p), interpolated bicubically; beyond its border, the border.
    """
    return grid_sample(image, _places(flow), mode="bicubic", padding_mode="border", align_corners=False)


def consistency(flow: Tensor, back: Tensor) -> Tensor:
    """Say where a flow can be trusted: where the flow back leads home, away from edges of motion.

    Parameters
    ----------
    flow
        (1, 2, H, W), from this frame to the other.
    back
        (1, 2, H, W), from the other frame to this one.

    Returns
    -------
    Tensor
        (1, 1, H, W), 1 where a point is seen in both frames, 0 where it has appeared, or lies on the edge of
        something that moves.

    References
    ----------
    Ruder, Dosovitskiy and Brox 2016, arXiv:1604.08610, eqs. 3 and 5, after Sundaram, Brox and Keutzer 2010.
    """
    there = grid_sample(back, _places(flow), mode="bilinear", padding_mode="border", align_corners=False)
    lengths = flow.square().sum(1, keepdim=True) + there.square().sum(1, keepdim=True)
    lost = (flow + there).square().sum(1, keepdim=True) > 0.01 * lengths + 0.5
    slope = sum(each.square().sum(1, keepdim=True) for each in torch.gradient(flow, dim=(-2, -1)))
    edge = slope > 0.01 * flow.square().sum(1, keepdim=True) + 0.002
    return 1 - (lost | edge | ~inside(flow)).to(flow)


def inside(flow: Tensor) -> Tensor:
    """Say which pixels a flow leads to a place inside of the other frame.

    Parameters
    ----------
    flow
        (1, 2, H, W).

    Returns
    -------
    Tensor
        (1, 1, H, W), of bool.
    """
    # From -1 to 1 between the outer borders of the outer pixels.
    return (_places(flow).abs() <= 1).all(-1)[:, None]


def _places(flow: Tensor) -> Tensor:
    """Where p + flow(p) lies, (1, H, W, 2), in the coordinates of `grid_sample`."""
    height, width = flow.shape[-2:]
    across = torch.arange(width, device=flow.device) + flow[:, 0]
    down = torch.arange(height, device=flow.device)[:, None] + flow[:, 1]
    return torch.stack([(2 * across + 1) / width - 1, (2 * down + 1) / height - 1], dim=-1)
