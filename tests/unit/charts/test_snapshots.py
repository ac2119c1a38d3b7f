"""Descents measured at their snapshots, against the losses and gradients written out."""

from itertools import pairwise

import pandas as pd
import pytest
import torch
from torch.nn.functional import interpolate

from nstbench.charts.snapshots import (
    COMMON,
    OWN_CONTENT,
    OWN_STYLE,
    CommonObjective,
    GradientBalance,
    ends,
)
from nstbench.core.errors import InputError
from nstbench.images.manifest import load_manifest
from nstbench.networks.loading import load_backbone
from nstbench.pipeline.execution import execute
from nstbench.pipeline.experiment import Experiment
from nstbench.pipeline.finished import FinishedRun
from nstbench.pipeline.plan import plan
from nstbench.pipeline.profile import Profile
from nstbench.pipeline.project import CHECKOUT

LAYERS = ["relu1_1", "relu2_1", "relu3_1"]
ALPHA = 1e-3
EXPERIMENT = {
    "id": "on-the-way",
    "title": "On the way",
    "source": {"document": "Nobody", "row": "nobody", "figure": "None"},
    "question": "How far?",
    "settings_note": "None.",
    "method": "novak2016",
    "parameters": "improved",
    "settings": {
        "alpha": ALPHA,
        "content_layers": {"relu2_2": 1.0},
        "style_layers": dict.fromkeys(LAYERS, 1 / 3),
        "optimiser": {"kind": "adam", "rate": 0.02},
    },
    "axes": [
        [
            {"id": "original", "caption": "original", "method": "gatys2015", "parameters": "jain"},
            {"id": "improved", "caption": "improved"},
        ]
    ],
    "pairs": [{"content": "chelsea", "style": "tesserae"}],
    "snapshots": 3,
    "panel": {"rows": [["original", "improved"]]},
}
ORIGINAL = {"objective": "jain", "metrics": ["C_vgg16", "SSIM"]}


@pytest.fixture
def descents(materials, tmp_path):
    """Two descents of 5 evaluations and pictures after 1, 3 and 5."""

    def make(**changes):
        profile = Profile(name="tiny", size=48, evaluations=5, precision="fp32")
        planned = plan(
            Experiment.model_validate(EXPERIMENT | changes),
            profile,
            load_manifest(CHECKOUT / "data" / "images.yaml"),
        )
        materials(["chelsea", "tesserae"], 48)
        for entry in planned:
            execute([entry.run], tmp_path, tmp_path / "results")
        runs = [FinishedRun.of(entry, tmp_path / "results") for entry in planned]
        return materials(["chelsea", "tesserae"], 48, runs)

    return make


def written_out(materials, arm, image):
    """Style and content loss of an arm at an image, with the weights of the methods' papers."""
    network = load_backbone("vgg19", "embedded", "max", materials.hardware, "none")
    content, style = (materials.picture(materials.pictures[name]) for name in ("chelsea", "tesserae"))
    wanted = [*LAYERS, "relu2_2"]
    found, painted, kept = (network(each, wanted) for each in (image, style, content))
    links = {(layer, layer): 1 / 3 for layer in LAYERS}
    if arm == "improved":
        links = dict(zip(pairwise(LAYERS), (2 / 3, 1 / 3), strict=True))
    shift = -1.0 if arm == "improved" else 0.0
    loss = 0.0
    for (shallow, deep), weight in links.items():
        matrices = [products(each[shallow], each[deep], shift) for each in (found, painted)]
        loss = loss + weight * (matrices[0] - matrices[1]).square().mean() / 4
    return loss, ALPHA * (found["relu2_2"] - kept["relu2_2"]).square().mean() / 2


def products(shallow, deep, shift):
    left, right = (
        maps[0].flatten(1) + shift
        for maps in (shallow, interpolate(deep, shallow.shape[-2:], mode="nearest"))
    )
    return left @ right.T / left.shape[1]


def test_gradients_are_those_of_the_losses_written_out(descents):
    asked = descents()
    table = GradientBalance().measure(asked)
    assert table["evaluation"].tolist() == [3, 5, 3, 5]  # not of the start, where the content has none
    for run in asked.runs:
        arm = run.planned.arm.id
        for row in table[table["arm"] == arm].itertuples():
            image = asked.picture(run.snapshots[row.evaluation]).requires_grad_()
            lengths = [
                torch.autograd.grad(loss, image, retain_graph=True)[0].norm().item()
                for loss in written_out(asked, arm, image)
            ]
            assert [row.style_gradient, row.content_gradient] == pytest.approx(lengths, rel=1e-3)
            assert row.ratio == pytest.approx(lengths[0] / lengths[1], rel=1e-3)


def test_balance_says_how_many_descents_stay_an_order_above():
    """One arm falls below ten times on its way, the other does not."""
    ratios = {"weak": [50.0, 5.0], "strong": [10.0, 2e4]}
    rows = [
        {"content": "c", "style": "s", "arm": arm, "evaluation": evaluation, "ratio": ratio}
        for arm, values in ratios.items()
        for evaluation, ratio in zip((3, 5), values, strict=True)
    ]
    spans, above = GradientBalance.findings(pd.DataFrame(rows))
    assert "weak 5.00 to 50.0; strong 10.0 to 2.0" in spans
    assert "on 1 of 2 descents" in above


def test_methods_without_a_lasting_objective_have_no_balance(descents):
    arm = {"id": "arm", "caption": "arm", "method": "nikulin2016_random_gram", "parameters": "sparse"}
    arm |= {"settings": {"style_layers": {"relu1_1": 1.0}, "optimiser": {"kind": "adam", "rate": 0.02}}}
    changes = {"settings": {}, "axes": [[arm]], "panel": {"rows": [["arm"]]}}
    with pytest.raises(InputError, match="nikulin2016_random_gram has no objective that stays the same"):
        GradientBalance().measure(descents(**changes))


def test_all_arms_are_measured_by_the_originals_objective(descents):
    """By the original's own trace where it minimises that objective, apart from rounding to 8 bits."""
    everything = {"style_layers": dict.fromkeys(["relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1"], 0.2)}
    everything |= {"content_layers": {"relu4_2": 1.0}, "alpha": 5.25e-7}
    asked = descents(settings=EXPERIMENT["settings"] | everything)
    table = CommonObjective.model_validate(ORIGINAL).measure(asked)
    values = table.set_index(["arm", "quantity", "evaluation"])["value"].sort_index()
    traces = {run.planned.arm.id: run.trace.set_index("evaluation") for run in asked.runs}
    common, total = values["original", COMMON], traces["original"]["total"]
    assert common[1] == pytest.approx(total[1], rel=1e-4)
    assert common[5] == pytest.approx(total[5], rel=0.1)
    assert values["improved", COMMON][1] == pytest.approx(common[1], rel=1e-6)
    assert values["improved", COMMON][5] != pytest.approx(common[5], rel=1e-3)
    own = values["improved", OWN_STYLE] + 5.25e-7 * values["improved", OWN_CONTENT]
    assert own.to_list() == pytest.approx(traces["improved"].loc[own.index, "total"].to_list(), rel=1e-5)
    assert values["improved", OWN_CONTENT].to_list() == pytest.approx(
        traces["improved"].loc[[1, 3, 5], "content/relu4_2"].to_list(), rel=1e-5, abs=1e-12
    )
    for arm in traces:  # The start is the content.
        assert values[arm, "C_vgg16"][1] == pytest.approx(0, abs=1e-9)
        assert values[arm, "SSIM"][1] == pytest.approx(1)
        assert values[arm, "C_vgg16"][5] > 1e-4


def test_ends_are_medians_of_the_last_evaluation():
    rows = [
        {"content": str(pair), "style": "s", "arm": "a", "evaluation": at, "quantity": "q", "value": value}
        for pair, values in enumerate([(9.0, 1.0), (9.0, 2.0), (9.0, 7.0)])
        for at, value in zip((1, 5), values, strict=True)
    ]
    assert ends(pd.DataFrame(rows)).loc["a", "q"] == 2.0


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"objective": "nobodys"}, "unknown preset 'nobodys' of gatys2015; allowed: paper, jain"),
        ({"metrics": ["beauty"]}, "unknown metric 'beauty'; allowed: C"),
    ],
)
def test_unknown_objectives_and_metrics_are_named(change, complaint):
    with pytest.raises(InputError, match=complaint):
        CommonObjective.model_validate(ORIGINAL | change)
