"""Shares of zero entries against an explicit double loop and against matrices made by hand."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch

from nstbench.charts.gram_matrices import (
    NORMALISERS,
    READ_OFF,
    SHIFTED,
    SILENT,
    UNSHIFTED,
    GramEntries,
    GramSparsity,
    zero_shares,
)
from nstbench.core.errors import InputError

# Four maps of 2 x 2: two that fire apart, one that fires with both, one that never fires.
MAPS = torch.tensor([[[3.0, 0], [0, 0]], [[0, 2.0], [0, 0]], [[1.0, 1], [0, 0]], [[0, 0], [0, 0]]])


def test_maps_that_never_fire_together_have_an_entry_of_zero():
    shares = dict(zero_shares(MAPS[None], shift=-1))
    assert shares[SILENT] == 12 / 16
    assert shares[UNSHIFTED] == 9 / 16  # G_12 twice, and the row and the column of the last map.
    assert shares[SHIFTED] == 0


def test_the_shift_is_added_to_the_activations():
    """A map that is 1 everywhere is the one that s = -1 silences."""
    ones = torch.ones(1, 3, 2, 2)
    assert dict(zero_shares(ones, shift=-1))[SHIFTED] == 1
    assert dict(zero_shares(ones, shift=1))[SHIFTED] == 0


def test_shares_are_those_of_a_double_loop():
    random = np.random.default_rng(0)
    maps = random.exponential(size=(7, 12)) * (random.random((7, 12)) < 0.25)
    zero = [np.dot(left, right) == 0 for left in maps for right in maps]
    shares = dict(zero_shares(torch.tensor(maps).reshape(1, 7, 3, 4), shift=-1))
    assert 0.1 < np.mean(zero) < 0.9
    assert shares[UNSHIFTED] == pytest.approx(np.mean(zero), abs=1e-12)
    assert shares[SILENT] == pytest.approx(np.mean(maps == 0), abs=1e-12)


def test_every_relu_of_every_picture_is_counted(materials):
    table = GramSparsity(read_off=[*range(16)]).measure(materials(["a", "b"]))
    counts = table.groupby("quantity")["layer"].nunique()
    assert counts.to_dict() == {UNSHIFTED: 16, SHIFTED: 16, SILENT: 16, READ_OFF: 16}
    assert len(table[table["quantity"] == UNSHIFTED]) == 2 * 16
    read_off = table[table["quantity"] == READ_OFF].set_index("layer")["value"]
    assert (read_off["relu1_1"], read_off["relu5_4"]) == (0.0, 0.15)


def test_pictures_with_one_stand_in_count_once(materials):
    asked = materials(["a", "b"])
    twice = replace(asked, pictures={**asked.pictures, "c": asked.pictures["a"]})
    table = GramSparsity(read_off=[*range(16)]).measure(twice)
    assert table.loc[table["quantity"] == UNSHIFTED, "picture"].unique().tolist() == ["a", "b"]


def test_read_off_values_are_one_a_layer():
    with pytest.raises((InputError, ValueError), match="read_off has 3 values for 16 layers"):
        GramSparsity(read_off=[0, 1, 2])


@pytest.fixture
def table():
    """Two pictures whose shares of zeros rise with depth, in one of them with two layers exchanged."""
    layers = ["relu1_1", "relu1_2", "relu2_1", "relu2_2"]
    shares = {
        ("", READ_OFF): [0.05, 0.05, 0.5, 0.9],
        ("first", UNSHIFTED): [0.0, 0.1, 0.2, 0.9],
        ("second", UNSHIFTED): [0.1, 0.0, 0.2, 0.9],
        ("first", SHIFTED): [0.0, 0.0, 0.0, 0.0],
        ("second", SHIFTED): [0.0, 0.001, 0.0, 0.0],
        ("first", SILENT): [0.0, 0.0, 0.4, 0.6],
        ("second", SILENT): [0.0, 0.0, 0.4, 0.6],
    }
    rows = [
        {"picture": picture, "layer": layer, "quantity": quantity, "value": value}
        for (picture, quantity), values in shares.items()
        for layer, value in zip(layers, values, strict=True)
    ]
    return pd.DataFrame(rows).assign(weights="embedded", size=32, shift=-1.0)


def test_findings_say_how_shares_grow_and_how_far_they_are_from_the_document(table):
    zeros, distance, shifted, silent = GramSparsity.findings(table)
    assert "90.0% at relu2_2 (medians over 2 pictures)" in zeros
    # Ranks 2 1 3 4 instead of 1 2 3 4: 1 - 6 (1 + 1) / (4 (16 - 1)) = 0.8.
    assert "0.90 in the median picture and 0.80 in the lowest" in zeros
    assert "up to 30 percentage points, at relu2_1" in distance
    assert "at most 0.10%" in shifted
    assert "40% to 60% are zero, more than half at 1 of 2 layers" in silent


def test_gram_findings_name_the_normalisers_that_rise():
    layers = ["relu1_1", "relu2_1", "relu3_1"]
    rows = [("p", layer, "small", "", 0.1) for layer in layers]
    for place in NORMALISERS:
        rows += [("p", layer, "mean", place, -depth) for depth, layer in enumerate(layers)]
    rows[-3:] = [("p", layer, "mean", "F Fᵀ / (N M)", 10.0**depth) for depth, layer in enumerate(layers)]
    table = pd.DataFrame(rows, columns=["picture", "layer", "quantity", "place", "value"])
    assert GramEntries.findings(table)[1] == "The mean entry rises with depth with F Fᵀ / (N M)."
