"""Schematic figures: what they say of networks and matrices against known facts, and their layout."""

import itertools

import matplotlib
import numpy as np
import pytest
import torch
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch
from PIL import Image

from nstbench.charts.chart import load_charts
from nstbench.charts.diagrams.chain import chain
from nstbench.charts.diagrams.data_uri import from_data_uri, to_data_uri
from nstbench.charts.diagrams.flow import FlowDiagram
from nstbench.charts.diagrams.gram import GramDiagram
from nstbench.charts.diagrams.layers import LayerDiagram
from nstbench.charts.style import TYPOGRAPHY
from nstbench.core.errors import InputError
from nstbench.methods.johnson2016.architecture import JAIN
from nstbench.methods.johnson2016.modules import Transformation
from nstbench.networks.architecture import Rectifier
from nstbench.networks.loading import load_backbone
from nstbench.pipeline.finished import FinishedRun
from nstbench.pipeline.project import CHECKOUT, Project

PROJECT = Project.load(CHECKOUT, "smoke")
SCHEMATICS = ["layer_diagram", "gram_diagram", "flow_diagram"]
CHARTS = [chart for chart in load_charts(PROJECT).values() if chart.kind in SCHEMATICS]
READ = {
    "style_layers": ["relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1"],
    "content_layers": ["relu4_2"],
}


def layers(materials, **parameters):
    return LayerDiagram.model_validate(parameters).measure(materials())


# Layers.


@pytest.mark.parametrize(
    ("network", "convolutions", "alone", "whole"),
    [("vgg16", 13, 14_714_688, 138_357_544), ("vgg19", 16, 20_024_384, 143_667_240)],
)
def test_vgg_has_its_published_layers_and_parameters(materials, network, convolutions, alone, whole):
    """Simonyan and Zisserman 2015, table 1; counts as torchvision states them for the whole networks."""
    table = layers(materials, network=network, dense=[4096, 4096, 1000])
    kinds = table.groupby("kind")["parameters"].agg(["count", "sum"])
    assert tuple(kinds.loc["convolution"]) == (convolutions, alone)
    assert tuple(kinds.loc["pooling"]) == (5, 0)
    assert table["parameters"].sum() == whole
    assert table.loc[table["kind"] == "pooling", "side"].tolist() == [112, 56, 28, 14, 7]
    said = LayerDiagram.findings(table)
    assert f"{alone:,}" in said[0]
    assert f"{whole:,}" in said[1]


def test_vgg19_is_read_where_torchvisions_users_read_it(materials):
    """The indices in `vgg19().features` that public implementations have in common."""
    table = layers(materials, **READ)
    read = table[table["read_for"] != ""].set_index("activation")["place"].to_dict()
    assert read == {
        "relu1_1": "1",
        "relu2_1": "6",
        "relu3_1": "11",
        "relu4_1": "20",
        "relu4_2": "22",
        "relu5_1": "29",
    }


def test_the_chain_of_vgg19_is_the_network_that_is_loaded(narrow_vgg):
    found = narrow_vgg(
        torch.rand(1, 3, 64, 64, dtype=torch.float64), [layer.name for layer in chain("vgg19")]
    )
    assert len(found) == len(narrow_vgg.architecture.layers) - sum(
        isinstance(layer, Rectifier) for layer in narrow_vgg.architecture.layers
    )
    side = 64.0
    for layer in chain("vgg19"):
        side /= layer.stride
        assert found[layer.name].shape == (1, layer.channels // 8, side, side)


def test_the_chain_of_the_transformation_network_is_the_network_that_is_trained():
    network = Transformation(JAIN, width=0.25)
    shapes = {}
    for name, layer in network.layers.items():
        layer.register_forward_hook(lambda _layer, _in, out, name=name: shapes.update({name: out.shape[1:]}))
    network(torch.rand(1, 3, 32, 32))
    side = 32.0
    for layer in chain("transformation"):
        side /= layer.stride
        channels = layer.channels if layer.name == "c9s1-3" else layer.channels / 4
        assert shapes[layer.name] == (channels, side, side)


def test_the_transformation_network_is_johnsons():
    """Johnson et al. 2016, supplement, table 1."""
    drawn = chain("transformation")
    assert [layer.channels for layer in drawn] == [32, 64, 128, *[128] * 5, 64, 32, 3]
    assert [layer.stride for layer in drawn] == [1, 2, 2, *[1] * 5, 0.5, 0.5, 1]
    assert [layer.kernel for layer in drawn] == [9, *[3] * 9, 9]


def test_unknown_layers_and_networks_are_told(materials):
    with pytest.raises(InputError, match="unknown layer 'relu6_1' of vgg19"):
        layers(materials, style_layers=["relu6_1"])
    with pytest.raises(InputError, match="unknown network 'lenet'; allowed: vgg16, vgg19, encoder"):
        chain("lenet")


# Matrices of features.


def described(materials, top, side):
    """The maps by name as arrays, and the entries by their maps, of a picture of 64 px."""
    parameters = {"pooling": "max", "top": top, "side": side}
    asked = materials(["a"], size=64)
    table = GramDiagram.model_validate(parameters).measure(asked)
    rows = table[table["part"] == "map"]
    maps = {
        name: own.pivot(index="y", columns="x", values="value").to_numpy()
        for name, own in rows.groupby("map")
    }
    entries = table[table["part"] == "entry"].set_index(["map", "other"])["value"].to_dict()
    return asked, maps, entries


def double_loop(shallow, deep):
    """The mean over positions of the products, the deeper map repeated to the size of the other."""
    (height, width), (coarse, _) = shallow.shape, deep.shape
    times = height // coarse
    products = [shallow[y, x] * deep[y // times, x // times] for y in range(height) for x in range(width)]
    return sum(products) / len(products)


@pytest.mark.parametrize("side", ["relu4_4", "relu5_1"])
def test_entries_are_those_of_a_double_loop(materials, side):
    _, maps, entries = described(materials, {"layer": "relu4_4", "count": 4}, {"layer": side, "count": 3})
    assert len(entries) == 12
    for (top, other), value in entries.items():
        assert value == pytest.approx(double_loop(maps[top], maps[other]), rel=1e-4)


def test_a_corner_of_a_gram_matrix_is_symmetric_and_positive(materials):
    same = {"layer": "relu3_1", "count": 4}
    _, maps, entries = described(materials, same, same)
    corner = np.array([[entries[one, other] for other in maps] for one in maps])
    assert corner == pytest.approx(corner.T, rel=1e-5)
    assert np.linalg.eigvalsh(corner).min() > -1e-4 * corner.max()
    assert np.diag(corner) == pytest.approx([np.mean(values**2) for values in maps.values()], rel=1e-4)


def test_the_maps_are_the_networks_that_vary_most(materials):
    same = {"layer": "relu4_1", "count": 2}
    asked, maps, _ = described(materials, same, same)
    backbone = load_backbone("vgg19", "embedded", "max", asked.hardware)
    features = backbone(asked.picture(asked.pictures["a"]), ["relu4_1"])["relu4_1"][0].numpy()
    liveliest = sorted(range(len(features)), key=lambda channel: -features[channel].var())[:2]
    assert set(maps) == {f"relu4_1/{channel}" for channel in liveliest}
    for channel in liveliest:
        assert maps[f"relu4_1/{channel}"] == pytest.approx(features[channel], rel=1e-4, abs=1e-5)


def test_a_chain_leads_to_a_deeper_layer(materials):
    with pytest.raises(ValueError, match="side: relu3_1 is not as deep as relu4_1 of top; exchange them"):
        described(materials, {"layer": "relu4_1", "count": 1}, {"layer": "relu3_1", "count": 1})


# Flows.

FLOW = {
    "grid": [2, 1],
    "nodes": {
        "noise": {"at": [0, 0], "shows": "noise", "part": "luminance", "text": "noise"},
        "network": {"at": [1, 0], "network": "transformation", "text": "network"},
    },
    "arrows": [{"start": "noise", "end": "network"}],
}


def changed(node, **values):
    return FLOW | {"nodes": FLOW["nodes"] | {node: FLOW["nodes"][node] | values}}


def test_a_flow_has_its_nodes_layers_and_arrows(materials):
    table = FlowDiagram.model_validate(FLOW).measure(materials())
    assert table["part"].value_counts().to_dict() == {"layer": 11, "node": 2, "arrow": 1}
    places = table[table["part"] == "node"].set_index("node")[["x", "y"]]
    assert places.loc["network"].tolist() == [0.75, 0.5]
    assert FlowDiagram.findings(table) == [
        "network: 4 convolutions, 5 residual blocks, 2 upsamplings; the output is of the size of its input."
    ]


def test_parts_of_pictures_add_up(materials):
    """Luminance is grey; what is called colours has one luminance, Y = 0.299 R + 0.587 G + 0.114 B."""
    shown = {}
    for part in ("luminance", "chroma"):
        table = FlowDiagram.model_validate(changed("noise", part=part)).measure(materials())
        (uri,) = table["picture"].dropna()
        shown[part] = np.asarray(from_data_uri(uri), dtype=float)
    assert np.ptp(shown["luminance"], axis=2).max() == 0
    assert shown["luminance"].std() > 5
    assert shown["chroma"] @ [0.299, 0.587, 0.114] == pytest.approx(127.5, abs=1.5)
    assert np.ptp(shown["chroma"], axis=2).mean() > 5


def test_pictures_survive_as_text():
    picture = Image.fromarray(np.random.default_rng(0).integers(0, 256, (7, 5, 3), dtype=np.uint8))
    assert np.array_equal(from_data_uri(to_data_uri(picture)), picture)


@pytest.mark.parametrize(
    ("parameters", "complaint"),
    [
        (changed("network", network="lenet"), "unknown network 'lenet'"),
        (FLOW | {"arrows": [{"start": "noise", "end": "nowhere"}]}, "unknown node 'nowhere'; allowed: noise"),
        (changed("noise", shows="nobody"), "nothing to show for 'nobody'; allowed: noise"),
    ],
)
def test_mistakes_in_a_flow_are_told(materials, parameters, complaint):
    with pytest.raises((InputError, ValueError), match=complaint):
        FlowDiagram.model_validate(parameters).measure(materials())


# What is drawn.


@pytest.fixture
def drawn(materials, tmp_path):
    """A schematic of the checkout, with noise for pictures, and its table."""

    def draw(chart):
        planned = PROJECT.plans[chart.experiment] if chart.experiment else []
        names = {name for entry in planned for name in (entry.run.content, entry.run.style)}
        runs = [FinishedRun(entry, tmp_path / entry.run.id) for entry in planned]
        for run in runs:
            run.folder.mkdir()
            (run.folder / "run.json").write_text("{}")
            Image.new("RGB", (8, 8), "red").save(run.folder / "image.png")
        kind = chart.configured()
        table = kind.measure(materials([*chart.pictures, *names], size=64, runs=runs))
        with matplotlib.rc_context(TYPOGRAPHY):
            figure = Figure(figsize=kind.inches)
            kind.draw(table, figure)
            figure.draw_without_rendering()
        return figure, table

    return draw


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.id)
def test_no_text_of_a_schematic_is_cut_off_or_covers_another(drawn, chart):
    figure, _ = drawn(chart)
    texts = {text: text.get_window_extent() for text in figure.axes[0].texts}
    assert texts
    for text, extent in texts.items():
        assert extent.x0 >= 0 and extent.y0 >= 0, text
        assert extent.x1 <= figure.bbox.x1 and extent.y1 <= figure.bbox.y1, text
    for (one, first), (other, second) in itertools.combinations(texts.items(), 2):
        assert not first.overlaps(second), (one, other)


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.id)
def test_every_box_and_picture_of_a_schematic_is_on_the_sheet(drawn, chart):
    figure, table = drawn(chart)
    axes = figure.axes[0]
    boxes = [patch for patch in axes.patches if isinstance(patch, FancyBboxPatch)]
    if chart.kind == "flow_diagram":
        assert len(boxes) == (table["part"] == "layer").sum() + (table["kind"] == "box").sum()
        assert len(axes.images) == (table["kind"] == "picture").sum()
    if chart.kind == "layer_diagram":
        assert len(boxes) == len(table)
    for drawn_part in (*boxes, *axes.images):
        extent = drawn_part.get_window_extent()
        assert extent.x0 >= 0 and extent.y0 >= 0
        assert extent.x1 <= figure.bbox.x1 and extent.y1 <= figure.bbox.y1
