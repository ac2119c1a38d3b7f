"""Charts as the pipeline makes them: files read, measured against independent truth, and written."""

import json

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image

from nstbench.charts.chart import load_chart, load_charts
from nstbench.charts.statistic_cost import WRITTEN_OUT
from nstbench.charts.writing import write_chart
from nstbench.core.errors import InputError
from nstbench.core.hardware import Hardware
from nstbench.images.manifest import load_manifest
from nstbench.images.pictures import load_picture
from nstbench.images.tensors import to_tensor
from nstbench.networks.loading import load_backbone
from nstbench.pipeline.execution import execute
from nstbench.pipeline.finished import read_record
from nstbench.pipeline.plan import PlannedRun
from nstbench.pipeline.project import CHECKOUT, Project
from nstbench.report.notebook import Document
from nstbench.report.site.chart_page import make_chart_page
from nstbench.report.tables.chart_values import chart_values

MANIFEST = load_manifest(CHECKOUT / "data" / "images.yaml")
CHART = """
id: mine
title: A chart
source: {document: Nobody, row: nobody, figure: None}
question: How many?
settings_note: None.
kind: gram_entries
parameters: {layers: [relu1_1, relu2_1]}
pictures: [chelsea]
"""


@pytest.fixture
def written(tmp_path):
    def write(text):
        file = tmp_path / "mine.yaml"
        file.write_text(text)
        return file

    return write


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (("kind: gram_entries", "kind: tarot"), "unknown kind of chart 'tarot'; allowed: bot_answers"),
        (("relu2_1", "relu9_9"), "unknown layer 'relu9_9'"),
        (("layers:", "lairs:"), "lairs: unknown key; allowed: backbone"),
        (("[chelsea]", "[felix]"), "felix"),
        (("pictures: [chelsea]", "experiment: nikulin-fig99"), "unknown experiment 'nikulin-fig99'"),
        (("id: mine", "id: yours"), "must be the file's name"),
    ],
)
def test_mistakes_in_a_chart_file_are_said_in_one_line(written, change, complaint):
    file = written(CHART.replace(*change))
    with pytest.raises(InputError) as failure:
        load_chart(file, MANIFEST, {"nikulin-fig3"}, {"fast_starry_night"})
    assert complaint in str(failure.value)
    assert str(file) in str(failure.value)
    assert "\n" not in str(failure.value)


@pytest.mark.parametrize("pictures", [[], ["chelsea"], ["coffee", "coffee"], ["chelsea", "temple", "coffee"]])
def test_a_kind_says_how_many_pictures_it_takes(written, pictures):
    chart = CHART.replace("gram_entries", "statistic_cost")
    load_chart(written(chart.replace("[chelsea]", "[chelsea, temple]")), MANIFEST, set(), set())
    file = written(chart.replace("[chelsea]", str(pictures)))
    with pytest.raises(InputError, match=r"mine\.yaml: pictures: statistic_cost takes 2; given: [013] \("):
        load_chart(file, MANIFEST, set(), set())


@pytest.fixture
def made(tmp_path):
    """Write a chart of the checkout at 64 px from two pictures of noise; its table and its facts."""
    project = Project.load(CHECKOUT, "smoke")
    random = np.random.default_rng(0)

    def make(id, planned=()):
        chart = load_charts(project)[id]
        folder = tmp_path / "results" / "pictures"
        folder.mkdir(parents=True, exist_ok=True)
        for name in {project.manifest.available(name) for name in chart.pictures}:
            pixels = random.integers(0, 256, (64, 64, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(folder / f"{name}.png")
        reports = tmp_path / "reports"
        write_chart(chart, planned, project.profile, project.manifest, tmp_path / "results", reports)
        assert (reports / "figures" / f"{id}.svg").read_text().rstrip().endswith("</svg>")
        facts = json.loads((reports / "figures" / f"{id}.json").read_text())
        return pd.read_csv(tmp_path / "results" / "charts" / f"{id}.csv", keep_default_na=False), facts

    return make


@pytest.mark.parametrize(("id", "measured"), [("jain-fig1", False), ("nikulin-gram-entries", True)])
def test_size_and_precision_are_told_of_what_was_measured(made, tmp_path, id, measured):
    made(id)
    project = Project.load(CHECKOUT, "smoke")
    folders = tmp_path / "results", tmp_path / "reports"
    section = make_chart_page(load_charts(project)[id], project.profile, MANIFEST, *folders)
    assert ("Size" in section.used) == ("Precision" in section.used) == measured
    shown = Document("mine", {}, MANIFEST, tmp_path).chart(id).data
    assert shown.startswith("<svg")
    assert ("Measured with" in shown) == measured


def test_gram_entries_are_those_of_a_plain_product(made, tmp_path):
    table, facts = made("nikulin-gram-entries")
    backbone = load_backbone("vgg19", "embedded", "average", Hardware(torch.device("cpu"), "fp32"))
    name = MANIFEST.available("starry_night")
    image = to_tensor(load_picture(tmp_path / "results" / "pictures" / f"{name}.png", 64, square=True))
    features = backbone(image, ["relu4_1"])["relu4_1"][0].flatten(1).double()
    entries = torch.einsum("ip,jp->ij", features, features)
    rows = table[(table.picture == "starry_night") & (table.layer == "relu4_1")]
    found = {(row.quantity, row.place): float(row.value) for row in rows.itertuples()}
    positions = features.shape[1]
    assert found["mean", "F Fᵀ / M"] == pytest.approx((entries / positions).mean().item(), rel=0.05)
    assert found["largest", "F Fᵀ"] == pytest.approx(entries.max().item(), rel=0.05)
    small = (entries < 1e-3 * entries.max()).double().mean().item()
    assert found["small", ""] == pytest.approx(small, abs=0.03)
    shares = rows[rows.quantity == "histogram"].value.astype(float)
    assert shares.sum() == pytest.approx(1, abs=1e-6)
    assert "surrogate" in facts["weights"][0]


def test_costs_are_counted_by_the_formulas(made):
    """N^2 (2X - 1)(2Y - 1) values of 4 bytes for all pairs of N maps of X by Y."""
    table, _ = made("nikulin-spatial-cost")
    rows = table.set_index(["statistic", "layer"])
    assert rows.loc[("all pairs, written out", "relu5_1"), "bytes"] == 256**2 * 7 * 7 * 4
    assert rows.loc[("self-convolution", "relu1_1"), "bytes"] == 32 * 127 * 127 * 4
    assert rows.loc[("Gram matrix", "relu3_1"), "bytes"] == 128**2 * 4
    assert float(rows.loc[("Gram matrix", "relu3_1"), "seconds"]) > 0


def test_a_statistic_that_fits_at_some_layers_is_drawn(made, monkeypatch):
    most = 4 * 64**2 * 63**2 - 1
    monkeypatch.setattr("nstbench.charts.statistic_cost.MOST_BYTES", most)
    table, _ = made("nikulin-spatial-cost")
    written_out = table[table["statistic"] == WRITTEN_OUT].set_index("layer")
    assert ((written_out["seconds"] != "") == (written_out["bytes"].astype(int) <= most)).all()
    assert 0 < (written_out["seconds"] != "").sum() < len(written_out)


def test_the_segments_end_at_the_runs_own_losses(made, tmp_path):
    """At the ends stand the pictures, whose loss run.json holds, apart from their rounding to 8 bits."""
    project = Project.load(CHECKOUT, "smoke")
    planned: list[PlannedRun] = project.plans["nikulin-fig3"]
    pictures = tmp_path / "results" / "pictures"
    pictures.mkdir(parents=True)
    random = np.random.default_rng(1)
    for name in {name for entry in planned for name in (entry.run.content, entry.run.style)}:
        small = random.integers(0, 256, (8, 8, 3), dtype=np.uint8)
        Image.fromarray(small).resize((64, 64), Image.Resampling.BICUBIC).save(pictures / f"{name}.png")
    finals = {}
    for entry in planned:
        record = read_record(*execute([entry.run], pictures, tmp_path / "results"))
        finals[entry.arm.caption] = record["final_losses"]["total"]
    table, facts = made("nikulin-barriers", planned)
    assert len(facts["runs"]) == 3
    assert facts["pictures"] == {name: MANIFEST.available(name) for name in ("chelsea", "starry_night")}
    starts = table[table.place == 0].set_index("start").loss.astype(float)
    for caption in starts.index.unique():
        assert starts[[caption]].iloc[0] == pytest.approx(finals[caption], rel=0.3)
    assert set(table.place.groupby([table.start, table.end]).count()) == {21}


def test_columns_of_text_are_told_from_those_with_a_number(tmp_path):
    """The page sets the first against the left edge; a column is one of numbers though some are missing."""
    (tmp_path / "charts").mkdir()
    table = "layer,kind,place\nconv1_1,convolution,1\npool1,pooling,\n"
    (tmp_path / "charts" / "layers.csv").write_text(table)
    numbers = chart_values(tmp_path, "layers")
    assert numbers is not None
    assert numbers.text_columns == {"layer", "kind"}
