"""Flow, warping and trust, and the rendered clip whose motion is known."""

import numpy as np
import pytest
import torch
from scipy.ndimage import gaussian_filter, map_coordinates

from nstbench.images.optical_flow import consistency, inside, optical_flow, warped
from nstbench.images.rendered_clip import render_clip
from nstbench.metrics.warping_error import warping_error

SIZE = 64


def texture(seed, height=96, width=96):
    noise = np.random.default_rng(seed).random((3, height, width))
    smooth = gaussian_filter(noise, (0, 1.5, 1.5))
    scaled = (smooth - smooth.min()) / np.ptp(smooth)
    return torch.from_numpy(scaled)[None].float()


@pytest.fixture(scope="module")
def clip():
    return render_clip(texture(1, 128, 128), texture(2), 6, SIZE, seed=3)


def flow_of(across, down, height=SIZE, width=SIZE):
    return torch.tensor([across, down], dtype=torch.float32)[None, :, None, None].expand(1, 2, height, width)


def test_a_whole_step_warps_to_the_shifted_picture():
    image = texture(0)
    moved = warped(image, flow_of(3, -2, 96, 96))
    assert torch.allclose(moved[..., 2:, :-3], image[..., :-2, 3:], atol=1e-5)


def test_warping_interpolates_as_scipy_does_between_pixels():
    """SciPy's splines are another cubic interpolation, so a smooth picture agrees to half a percent."""
    rows, columns = np.mgrid[0:40, 0:50].astype(float)
    image = 0.5 + 0.4 * np.sin(columns / 5) * np.cos(rows / 6)
    flow = torch.from_numpy(np.stack([0.7 * np.sin(rows / 9), 0.4 + 0 * rows]))[None]
    expected = map_coordinates(image, [rows + flow[0, 1].numpy(), columns + flow[0, 0].numpy()], order=3)
    got = warped(torch.from_numpy(image)[None, None], flow)[0, 0].numpy()
    assert np.abs(got - expected)[3:-3, 3:-3].max() < 5e-3


@pytest.mark.parametrize(("across", "down"), [(2.0, 0.0), (-1.5, 1.25)])
def test_a_shift_is_found(across, down):
    image = texture(4)
    found = optical_flow(warped(image, flow_of(across, down, 96, 96)), image)[..., 10:-10, 10:-10]
    assert found[0, 0].median() == pytest.approx(across, abs=0.05)
    assert found[0, 1].median() == pytest.approx(down, abs=0.05)


def test_flows_of_large_frames_are_enlarged(monkeypatch):
    monkeypatch.setattr("nstbench.images.optical_flow.LARGEST_SIDE", 48)
    image = texture(4)
    found = optical_flow(warped(image, flow_of(3, 0, 96, 96)), image)
    assert found.shape == (1, 2, 96, 96)
    assert found[0, 0, 16:-16, 16:-16].median() == pytest.approx(3, abs=0.2)


def test_trust_is_where_the_way_back_leads_home():
    """Two halves that move apart: what comes to light in the middle was hidden before."""
    flow = torch.zeros(1, 2, 40, 40)
    back = torch.zeros(1, 2, 40, 40)
    flow[:, 0, :, 20:] = 4.0
    back[:, 0, :, 24:] = -4.0
    trust = consistency(flow, back)[0, 0]
    assert (trust[:, 2:18] == 1).all()
    assert (trust[:, 22:35] == 1).all()
    assert (trust[:, 19:21] == 0).all()  # The edge of the motion.
    assert (trust[:, 36:] == 0).all()  # It leads out of the frame.
    assert (consistency(flow, -back)[0, 0, 3:-3, 24:34] == 0).all()


def test_what_leads_outside_is_told_to_the_pixel():
    outside = ~inside(flow_of(2, 0, 8, 8))[0, 0]
    assert outside[:, -2:].all()
    assert not outside[:, :-2].any()


def test_the_true_flow_of_the_clip_leads_from_each_frame_to_the_one_before(clip):
    """Interpolation alone is left over: two of 255 grey levels, where frames differ by ten and more."""
    for number, (flow, seen) in enumerate(zip(clip.flows, clip.seen, strict=True), 1):
        frame, before = clip.frames[number], clip.frames[number - 1]
        assert seen.mean() > 0.6
        assert warping_error(frame, before, flow, seen) < 3
        assert warping_error(frame, before, torch.zeros_like(flow), seen) > 10


def test_what_a_frame_uncovers_is_not_seen_in_the_one_before(clip):
    """Where the true flow is trusted wrongly, colours are off; all such places are masked."""
    for number, (flow, seen) in enumerate(zip(clip.flows, clip.seen, strict=True), 1):
        off = (clip.frames[number] - warped(clip.frames[number - 1], flow)).abs().amax(1, keepdim=True) > 0.15
        assert off.any()
        assert not (off & (seen == 1)).any()


def test_the_clip_is_the_same_for_a_seed_and_another_for_another():
    scene, ball = texture(1, 128, 128), texture(2)
    first, again, other = (render_clip(scene, ball, 3, 32, seed) for seed in (0, 0, 1))
    assert all(torch.equal(a, b) for a, b in zip(first.frames, again.frames, strict=True))
    assert not torch.equal(first.flows[0], other.flows[0])


def test_estimated_flow_is_near_the_true_one_where_it_is_trusted(clip):
    frame, before = clip.frames[3], clip.frames[2]
    flow, back = optical_flow(frame, before), optical_flow(before, frame)
    trust = consistency(flow, back)
    off = (flow - clip.flows[2]).norm(dim=1, keepdim=True)
    assert trust.mean() > 0.6
    assert (off * trust).sum() / trust.sum() < 0.3


def test_the_warping_error_of_a_known_difference():
    """Frames that differ by 0.1 everywhere that is seen: 25.5 grey levels."""
    before, seen = torch.full((1, 3, 8, 8), 0.4), torch.ones(1, 1, 8, 8)
    frame = before + 0.1
    seen[..., :2] = 0
    frame[..., :2] = 1
    assert warping_error(frame, before, torch.zeros(1, 2, 8, 8), seen) == pytest.approx(25.5, rel=1e-5)
