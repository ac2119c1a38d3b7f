"""Shares of layers in the style loss against Gram matrices by numpy, and what is said of them."""

import numpy as np
import pandas as pd
import pytest
import torch

from nstbench.charts.channel_means import NETWORKS
from nstbench.charts.style_layers import (
    NORMALISERS,
    LayerBalance,
    LayerShares,
    rank_correlations,
    shares,
    spreads,
)
from nstbench.core.errors import InputError
from nstbench.networks.loading import load_backbone

LAYERS = ["relu1_1", "relu2_1", "relu3_1"]
SHARES = LayerShares(pooling="max", layers=LAYERS)


def maps(materials, network, picture):
    backbone = load_backbone("vgg19", "embedded", "max", materials.hardware, network)
    with torch.no_grad():
        features = backbone(materials.picture(materials.pictures[picture]), LAYERS)
    return {layer: features[layer][0].flatten(1).double().numpy() for layer in LAYERS}


@pytest.mark.parametrize("network", NETWORKS)
def test_shares_are_those_of_the_losses_written_out(materials, network):
    """1/(4 N^2) |F F^T / M - R R^T / M|^2, with R of the style, the second picture."""
    asked = materials(["first", "second"])
    table = SHARES.measure(asked)
    rows = table[table["network"] == network].set_index("layer")
    found, wanted = (maps(asked, network, name) for name in ("first", "second"))
    losses = {}
    for layer in LAYERS:
        (channels, positions), pair = found[layer].shape, (found[layer], wanted[layer])
        gram, target = (each @ each.T / positions for each in pair)
        losses[layer] = ((gram - target) ** 2).sum() / (4 * channels**2)
    for layer in LAYERS:
        assert rows.loc[layer, "share"] == pytest.approx(losses[layer] / sum(losses.values()), rel=1e-3)
        assert rows.loc[layer, "activation"] == pytest.approx(np.mean(wanted[layer]), rel=1e-4)


def test_pictures_are_contents_and_styles_in_turns(materials):
    table = SHARES.measure(materials([*"abcd"]))
    assert set(zip(table["content"], table["style"], strict=True)) == {("a", "b"), ("c", "d")}
    with pytest.raises(InputError, match="3 pictures; name a style after every content"):
        SHARES.measure(materials([*"abc"]))


@pytest.fixture
def table():
    """Shares that follow the activations in the regular network, and do the opposite in the others."""
    rows = [
        (network, "c", "s", layer, share, activation if network == "one-scale" else -activation)
        for network in NETWORKS
        for layer, share, activation in zip(LAYERS, (0.1, 0.2, 0.7), (1.0, 3.0, 4.0), strict=True)
    ]
    return pd.DataFrame(rows, columns=["network", "content", "style", "layer", "share", "activation"])


def test_rank_correlations_and_findings(table):
    assert rank_correlations(table).to_list() == pytest.approx([1, -1, -1])
    first, *_ = LayerShares.findings(table)
    assert "relu3_1 makes up 70% of the style loss" in first
    assert "is 1.00 (medians over 1 pair)" in first


BALANCE = LayerBalance(pooling="max", layers=LAYERS)


def test_normalisers_change_losses_by_what_they_divide_by(materials):
    """Sums of squares of F F^T - R R^T, divided as each normaliser says."""
    asked = materials(["first", "second"])
    table = BALANCE.measure(asked)
    rows = table[table["start"] == "content"].set_index(["layer", "normaliser"])
    found, wanted = (maps(asked, "mean-1", name) for name in ("first", "second"))
    for layer in LAYERS:
        n, m = found[layer].shape
        squares = ((found[layer] @ found[layer].T - wanted[layer] @ wanted[layer].T) ** 2).sum()
        divisors = {
            "F Fᵀ": 1,
            "F Fᵀ / M": m**2,
            "F Fᵀ / (C H W)": (n * m) ** 2,
            "C H W once more": (n * m) ** 2 * n * m,
        }
        for normaliser, divisor in divisors.items():
            assert rows.loc[(layer, normaliser), "loss"] == pytest.approx(squares / divisor, rel=5e-3)
    assert set(table["start"]) == {"content", "noise"}
    assert (table["gradient"] > 0).all()


def test_gradients_are_compared_in_decades_and_shares():
    """Layers 1 and 100 apart are 1 decade from their mean; the larger one has 100 of 101 parts."""
    rows = [
        (style, "noise", name, layer, length, length)
        for style in ("s", "t")
        for name in NORMALISERS
        for layer, length in (("relu1_1", 1.0), ("relu2_1", 1.0 if name == "F Fᵀ" else 100.0))
    ]
    columns = ["style", "start", "normaliser", "layer", "loss", "gradient"]
    table = pd.DataFrame(rows, columns=columns)
    assert spreads(table, "noise").to_list() == pytest.approx([0, 1, 1, 1])
    assert shares(table, "gradient", "noise").loc["relu2_1"].to_list() == pytest.approx(
        [0.5, *[100 / 101] * 3]
    )
    even, heaviest = LayerBalance.findings(table)
    assert even.endswith("the most even is F Fᵀ.")
    assert "relu2_1 99% (F Fᵀ / M)" in heaviest
