"""What a student is compared with: the teacher's standardised activations, at the same points."""

import pytest
import torch

from nstbench.networks.backbone import Backbone
from nstbench.networks.catalogue import ARCHITECTURES
from nstbench.networks.distillation.student import HEADS, Student, read
from nstbench.networks.distillation.teacher import POINTS_A_SIDE, TAPS, Teacher, rows_and_columns
from nstbench.networks.loading import random_backbone
from nstbench.networks.vgg import VGG19

SIDE = 96
PAIRS = [(id, layer, tap) for id, heads in HEADS.items() for layer, tap in heads.items()]


@pytest.fixture
def teacher():
    return Teacher(random_backbone(VGG19, 0.0625, "max", seed=0))


def test_the_grids_go_through_every_point_once():
    for side in (96, 48, 24, 12, 6, 3):
        every = -(-side // POINTS_A_SIDE)
        seen = torch.zeros(side, side)
        for grid in range(every**2):
            rows, columns = rows_and_columns(side, grid)
            seen[rows, columns] += 1
            assert max(seen[rows, columns].shape) <= POINTS_A_SIDE
        assert (seen == 1).all()


def test_standardised_activations_have_mean_0_and_deviation_1(teacher):
    """On the pictures of the calibration, over all grids."""
    images = torch.rand(3, 3, SIDE, SIDE)
    teacher.calibrate(images)
    for tap, side in (("relu2_2", 48), ("relu4_1", 12), ("relu5_4", 6)):
        grids = range((-(-side // POINTS_A_SIDE)) ** 2)
        values = torch.cat([teacher(images, grid)[tap].flatten(2) for grid in grids], 2)
        values = values - teacher.levels[tap].view(-1, 1)
        alive = teacher.deviations[tap] > 1e-3
        torch.testing.assert_close(values.mean((0, 2)), torch.zeros(len(alive)), atol=1e-3, rtol=0)
        torch.testing.assert_close(values.std((0, 2))[alive], torch.ones(int(alive.sum())), atol=1e-3, rtol=0)


@pytest.mark.parametrize(("id", "layer", "tap"), PAIRS)
def test_a_student_is_read_where_its_teacher_was(id, layer, tap):
    """Features that say where on the picture they sit are read as where the teacher's sit."""
    table = ARCHITECTURES[id]
    _, _, height, width = Backbone(table, 0.0625)(torch.zeros(1, 3, SIDE, SIDE), [layer])[layer].shape
    down, across = (
        table.first_centre(layer) + table.stride(layer) * torch.arange(n) for n in (height, width)
    )
    features = torch.stack([down.view(-1, 1).expand(height, width), across.expand(height, width)])[None]
    grid = 5
    stride = VGG19.stride(tap)
    centres = VGG19.first_centre(tap) + stride * torch.arange(SIDE // stride)
    rows, columns = rows_and_columns(SIDE // stride, grid)
    found = read(features, table, layer, tap, SIDE, grid)[0]
    # Outside its first and last activations a student has none.
    wanted_y, wanted_x = centres[rows].clamp(down[0], down[-1]), centres[columns].clamp(across[0], across[-1])
    torch.testing.assert_close(found[0], wanted_y.view(-1, 1).expand_as(found[0]))
    torch.testing.assert_close(found[1], wanted_x.expand_as(found[1]))


def test_vgg_students_are_read_at_their_own_points():
    features = torch.rand(2, 3, 24, 24)
    rows, columns = rows_and_columns(24, 4)
    found = read(features, VGG19, "relu3_1", "relu3_1", SIDE, 4)
    assert torch.equal(found, features[:, :, rows][..., columns])


@pytest.mark.parametrize("id", HEADS)
def test_heads_predict_what_the_teacher_says(id, teacher):
    assert set(HEADS[id].values()) <= set(TAPS)
    images = torch.rand(2, 3, SIDE, SIDE)
    answers = teacher(images, 7)
    predictions = Student(id, 0.0625, 0, teacher)(images, 7)
    assert {layer: p.shape for layer, p in predictions.items()} == {
        layer: answers[tap].shape for layer, tap in HEADS[id].items()
    }
    for layer, tap in HEADS[id].items():
        assert ARCHITECTURES[id].stride(layer) in (VGG19.stride(tap), 2 * VGG19.stride(tap))
