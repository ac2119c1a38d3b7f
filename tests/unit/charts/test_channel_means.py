"""Channel means and correlations of whole networks against numpy's on all positions at once."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch

from nstbench.charts.channel_means import BINS, LARGEST, NETWORKS, READ_OFF, ChannelMeans, histogram, moments
from nstbench.core.errors import InputError
from nstbench.networks.loading import load_backbone

LAYERS = ["relu1_1", "relu2_1"]


@pytest.fixture
def measured(materials):
    """The materials of two pictures of noise, and the table measured on them."""
    asked = materials(["a", "b"])
    return asked, ChannelMeans(pooling="max", layers=LAYERS).measure(asked)


def positions(materials, normalisation, layer):
    """Activations of all positions of all pictures: channels by positions."""
    network = load_backbone("vgg19", "embedded", "max", materials.hardware, normalisation)
    images = [materials.picture(file) for file in materials.pictures.values()]
    with torch.no_grad():
        return np.hstack([network(image, [layer])[layer][0].flatten(1).double().numpy() for image in images])


@pytest.mark.parametrize("normalisation", NETWORKS)
def test_means_and_correlations_are_numpys(measured, normalisation):
    materials, table = measured
    for layer in LAYERS:
        rows = table[(table["network"] == normalisation) & (table["layer"] == layer)]
        own, regular = (positions(materials, network, layer) for network in (normalisation, "one-scale"))
        assert rows["mean"].to_numpy() == pytest.approx(own.mean(1), rel=1e-4, abs=1e-6)
        before = positions(materials, normalisation, layer.replace("relu", "conv"))
        assert rows["mean_before_relu"].to_numpy() == pytest.approx(before.mean(1), rel=1e-4, abs=1e-5)
        firing = (own.std(1) > 1e-3) & (regular.std(1) > 1e-3)
        assert firing.mean() > 0.2
        expected = [np.corrcoef(*pair)[0, 1] for pair in zip(own[firing], regular[firing], strict=True)]
        assert rows["correlation"].to_numpy()[firing] == pytest.approx(expected, abs=1e-3)


def test_pictures_have_a_size_of_their_own(materials):
    asked = materials(["a"])
    small = ChannelMeans(pooling="max", layers=LAYERS, size=16)
    assert (small.sizes_at(64), ChannelMeans(layers=LAYERS).sizes_at(64)) == ((16,), (64,))
    found = small.measure(asked)["mean"].to_numpy()
    assert found == pytest.approx(small.measure(replace(asked, size=16))["mean"].to_numpy())
    whole = ChannelMeans(pooling="max", layers=LAYERS).measure(asked)["mean"].to_numpy()
    assert found != pytest.approx(whole)


def test_the_right_procedure_keeps_what_channels_compute_and_the_ports_does_not(measured):
    _, table = measured
    lowest = table.groupby("network")["correlation"].min()
    assert lowest["one-scale"] == pytest.approx(1, abs=1e-6)
    assert lowest["mean-1"] > 0.999
    assert lowest["port"] < 0.5


def test_moments_are_means_over_positions():
    x, z, y = torch.rand(3, 1, 2, 4, 5, generator=torch.Generator().manual_seed(0))
    found = moments(x, z, y).numpy()
    flat = [each[0].flatten(1).double().numpy() for each in (x, z, y)]
    expected = [*flat, flat[0] ** 2, flat[2] ** 2, flat[0] * flat[2]]
    assert found == pytest.approx(np.stack([each.mean(1) for each in expected]), rel=1e-6)


def test_a_histogram_accounts_for_every_channel():
    shares, edges, beyond = histogram([0.0, 0.01, 0.07, 2.99, 3.5])
    assert (len(shares), edges[0], edges[-1]) == (BINS, 0, LARGEST)
    assert shares[0] == pytest.approx(40)
    assert shares[1] == shares[-1] == beyond == pytest.approx(20)
    assert sum(shares) + beyond == pytest.approx(100)


def test_findings_compare_medians_signs_and_layers():
    """Layers' means 1 and 4 apart in the regular network: the fourth power of their ratio is 256."""
    scales = {"one-scale": 1, "port": 0.1, "mean-1": 0.5}
    correlations = {"one-scale": 1.0, "port": 0.2, "mean-1": 1.0}
    rows = [
        (network, layer, scales[network] * mean, before, correlations[network])
        for network in NETWORKS
        for layer, mean, before in [("relu1_1", 1.0, -1.0), ("relu2_1", 4.0, 2.0)]
    ]
    columns = ["network", "layer", "mean", "mean_before_relu", "correlation"]
    medians, signs, spread = ChannelMeans.findings(pd.DataFrame(rows, columns=columns))
    assert "2.50 in the regular network, 0.25 after the port's procedure and 1.25" in medians
    assert signs.startswith("50% of the regular network's channels have a negative mean")
    assert "0.20 at relu1_1, 0.20 at relu2_1" in signs
    assert "by a factor of 4.0" in spread
    assert "256" in spread


def test_what_a_document_shows_stands_beside_the_medians(materials):
    chart = ChannelMeans(pooling="max", layers=LAYERS, read_off=[0.4, 0.9])
    table = chart.measure(materials(["a"]))
    shown = table[table["network"] == READ_OFF]
    assert shown["mean"].tolist() == [0.4, 0.9]
    regular = table[(table["network"] == "one-scale") & (table["layer"] == "relu2_1")]
    assert chart.findings(table)[-1].endswith(f"{regular['mean'].median():.2f} (0.9) at relu2_1.")
    with pytest.raises(ValueError, match="read_off has 1 values for 2 layers"):
        ChannelMeans(layers=LAYERS, read_off=[0.4])


def test_layers_must_exist():
    with pytest.raises(InputError, match="unknown layer 'relu9_9' of vgg19; allowed: conv1_1"):
        ChannelMeans(layers=["relu9_9"])
