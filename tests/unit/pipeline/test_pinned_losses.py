"""The regression check: silent on the same code, loud on a change of one per cent."""

import json
from functools import partial

import pandas as pd
import pytest
import torch
import yaml

from nstbench.core.errors import InputError
from nstbench.images.manifest import load_manifest
from nstbench.images.pictures import load_picture, save_picture
from nstbench.losses import total_variation
from nstbench.losses.content import ContentLoss
from nstbench.losses.distributions import BatchStatisticsLoss, GaussianMMDLoss, LinearMMDLoss
from nstbench.losses.gram import GramLoss
from nstbench.methods import descent
from nstbench.methods.adain2017 import modules as adain_modules
from nstbench.methods.chen2016 import algorithm as swap_algorithm
from nstbench.methods.chen2016 import network as swap_network
from nstbench.methods.colour import preservation
from nstbench.methods.gatys2015 import algorithm
from nstbench.methods.johnson2016.modules import Transformation
from nstbench.methods.ulyanov2016.generator import Generator
from nstbench.networks import backbone
from nstbench.networks.backbone import POOLING
from nstbench.networks.normalisation import Calibration
from nstbench.pipeline.pinned_losses.reference import (
    COLUMNS,
    KEYS,
    check_same_losses,
    compare,
    read_reference,
    write_reference,
)
from nstbench.pipeline.pinned_losses.running import measure
from nstbench.pipeline.pinned_losses.specification import Regression, load_regression
from nstbench.pipeline.project import CHECKOUT

PICTURE = {"title": "t", "author": "a", "licence": "l"}
PICTURES = {
    "bank": PICTURE | {"file": "dotted_bank.png"},
    "mosaic": PICTURE | {"file": "tesserae.png"},
    "cat": PICTURE | {"package": "chelsea"},
}
# One term alone and both, L-BFGS and Adam, average and max pooling.
SPECIFICATIONS = {
    "content": "bank",
    "style": "mosaic",
    "size": 32,
    "tolerances": {"all": {"reason": "rounding", "at": {1: 1e-5, 6: 1e-3}}},
    "specifications": [
        {
            "id": "content-lbfgs",
            "method": "gatys2015",
            "parameters": "nikulin",
            "settings": {"style_layers": {}, "alpha": 1.0, "init": "noise"},
            "tolerances": "all",
        },
        {
            "id": "both-adam",
            "method": "gatys2015",
            "parameters": "jain",
            "settings": {"alpha": 0.1, "init": "noise", "optimiser": {"kind": "adam", "rate": 0.02}},
            "tolerances": "all",
        },
    ],
}


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """A folder with two small pinned runs and their reference."""
    root = tmp_path_factory.mktemp("checkout")
    for folder, name, content in (
        ("config", "config.yaml", {}),
        ("config", "regression.yaml", SPECIFICATIONS),
        ("data", "images.yaml", PICTURES),
    ):
        (root / folder).mkdir(exist_ok=True)
        (root / folder / name).write_text(yaml.safe_dump(content))
    for file in ("dotted_bank.png", "tesserae.png"):
        save_picture(load_picture(CHECKOUT / "data" / "pictures" / file, 64), root / "data" / file)
    write_reference(losses_of(root), root / "results" / "reference" / "losses.csv")
    return root


def regression_of(root):
    return load_regression(root / "config" / "regression.yaml")


def losses_of(root):
    return measure(regression_of(root), load_manifest(root / "data" / "images.yaml"))


@pytest.fixture
def regress(checkout, monkeypatch, run):
    """Run `nstbench regress` on the small checkout; the losses of now are measured once."""

    def regress(*arguments, root=checkout, losses=None):
        monkeypatch.setattr("nstbench.pipeline.project.CHECKOUT", root)
        if losses is not None:
            monkeypatch.setattr("nstbench.pipeline.pinned_losses.running.measure", lambda *_: losses)
        return run("regress", *arguments)

    return regress


@pytest.fixture
def reference(checkout):
    return read_reference(checkout / "results" / "reference" / "losses.csv")


@pytest.fixture
def copy(checkout, tmp_path):
    """The checkout again, without a reference."""
    for name in ("config", "data"):
        (tmp_path / name).symlink_to(checkout / name)
    return tmp_path


def test_same_code_passes(regress):
    process = regress()
    assert process.returncode == 0, process.stdout
    assert "BREACH" not in process.stdout
    assert process.stdout.splitlines()[-1] == "all 18 losses are within tolerance"


def weighted(loss):
    def change(monkeypatch):
        forward = loss.forward
        monkeypatch.setattr(loss, "forward", lambda self, features: 1.01 * forward(self, features))

    return change


def pooled(monkeypatch):
    monkeypatch.setitem(POOLING, "max", POOLING["average"])


def hurried(monkeypatch):
    make = descent.make_optimiser

    def faster(*arguments):
        optimiser = make(*arguments)
        optimiser.rate *= 1.01
        return optimiser

    monkeypatch.setattr(descent, "make_optimiser", faster)


BOTH = {"content-lbfgs", "both-adam"}
CHANGES = [
    (weighted(ContentLoss), BOTH, 1),
    (weighted(GramLoss), {"both-adam"}, 1),
    (pooled, {"both-adam"}, 1),
    (hurried, BOTH, 6),
]


@pytest.mark.parametrize(("change", "specifications", "evaluation"), CHANGES)
def test_a_change_of_one_per_cent_is_seen(
    checkout, reference, monkeypatch, change, specifications, evaluation
):
    change(monkeypatch)
    table = compare(reference, losses_of(checkout), regression_of(checkout))
    breached = table[table.breach]
    assert set(breached.specification) == specifications
    assert breached.evaluation.min() == evaluation


def scaled(function):
    return lambda *arguments: 1.01 * function(*arguments)


def scaled_tail(function):
    """Mean and deviation, of which the deviation is off."""

    def moments(features):
        mean, deviation = function(features)
        return mean, 1.01 * deviation

    return moments


def with_divisors_off(divisors):
    return lambda calibration, procedure, scale: {
        name: 1.01 * values for name, values in divisors(calibration, procedure, scale).items()
    }


# The pinned run, and what of the code is off by 1 %: the place, its attribute, and how it comes to be off.
MECHANISMS = [
    ("total-variation-absolute", total_variation, "absolute_variation", scaled),
    ("total-variation-squared", total_variation, "squared_variation", scaled),
    ("gradient-normalisation", algorithm, "gradient_normalised_distance", scaled),
    ("port-normalisation", Calibration, "divisors", with_divisors_off),
    ("input-blur", backbone, "box_blur", scaled),
    ("channel-moments", adain_modules, "channel_moments", scaled_tail),
    ("channel-moments-luminance", preservation, "with_luminance_of", scaled),
    ("discrepancy-linear", LinearMMDLoss, "compare", scaled),
    ("discrepancy-polynomial", GramLoss, "compare", scaled),
    ("discrepancy-gaussian", GaussianMMDLoss, "forward", scaled),
    ("statistics-of-batch-norm", BatchStatisticsLoss, "forward", scaled),
    ("swap-from-noise", swap_algorithm, "swap", scaled),
    ("swap-inverted", swap_network, "swap", scaled),
    ("network-of-one-style", Transformation, "forward", scaled),
    ("generator-of-one-style", Generator, "forward", scaled),
]
# The pinned run, and the way of keeping colours of which the matching is off by 1 %.
MATCHINGS = {
    "colour-cholesky": "cholesky",
    "colour-image-analogies": "image-analogies",
    "colour-symmetric": "symmetric",
    "luminance": "luminance",
    "luminance-mean": "luminance-mean",
    "luminance-mean-std": "luminance-mean-std",
    "luminance-histogram": "histogram",
}


def breaches_of(id):
    """What breaks of a committed pinned run on the code as it is."""
    committed = load_regression(CHECKOUT / "config" / "regression.yaml")
    (run,) = (run for run in committed.specifications if run.id == id)
    alone = Regression.model_validate({**committed.model_dump(), "specifications": [run.model_dump()]})
    reference = read_reference(CHECKOUT / "results" / "reference" / "losses.csv")
    measured = measure(alone, load_manifest(CHECKOUT / "data" / "images.yaml"))
    return compare(reference[reference.specification == id], measured, alone).breach.sum()


@pytest.mark.parametrize(("id", "place", "name", "off"), MECHANISMS, ids=[entry[0] for entry in MECHANISMS])
def test_a_mechanism_that_is_off_by_one_per_cent_is_seen(monkeypatch, id, place, name, off):
    assert breaches_of(id) == 0
    monkeypatch.setattr(place, name, off(getattr(place, name)))
    assert breaches_of(id) > 0


@pytest.mark.parametrize(("id", "strategy"), MATCHINGS.items(), ids=MATCHINGS)
def test_a_matching_of_colours_that_is_off_by_one_per_cent_is_seen(monkeypatch, id, strategy):
    kept = preservation.STRATEGIES[strategy]
    ((role, matching),) = kept.keywords.items()
    monkeypatch.setitem(preservation.STRATEGIES, strategy, partial(kept.func, **{role: scaled(matching)}))
    assert breaches_of(id) > 0


def test_breach_is_marked_counted_and_ends_with_status_1(regress, reference):
    changed = reference.copy()
    changed.loc[[0, 5], "value"] *= 1.01
    process = regress(losses=changed)
    assert process.returncode == 1
    lines = process.stdout.splitlines()
    assert sum("BREACH" in line for line in lines) == 2
    assert lines[-1] == "2 of 18 losses are out of tolerance, in content-lbfgs, both-adam"
    assert lines[0].split() == [
        "specification",
        "evaluation",
        "loss",
        "before",
        "after",
        "ratio",
        "tolerance",
    ]
    assert "1.010000" in next(line for line in lines if "BREACH" in line)


def test_json_is_a_list_of_rows(regress, reference):
    changed = reference.copy()
    changed.loc[3, "value"] = float("nan")
    process = regress("--json", losses=changed)
    rows = json.loads(process.stdout)
    assert process.returncode == 1
    assert [row["breach"] for row in rows].count(True) == 1
    assert rows[3]["after"] is None
    assert rows[3].keys() == {*KEYS, "before", "after", "ratio", "tolerance", "breach"}
    assert "1 of 18" in process.stderr


def test_update_writes_what_the_next_check_accepts(regress, copy, reference):
    created = regress("--update", root=copy, losses=reference)
    assert created.returncode == 0
    assert "0 losses changed" in created.stdout.splitlines()[-1]
    assert "18 new" in created.stdout.splitlines()[-1]
    assert regress(root=copy, losses=reference).returncode == 0

    moved = reference.drop(index=17)
    moved.loc[0, "value"] *= 1.5
    moved.loc[1, "value"] *= 1 + 2e-6
    updated = regress("--update", root=copy, losses=moved)
    assert updated.returncode == 0
    assert "2 losses changed, 1 of them beyond their tolerance, 0 new, 1 gone" in updated.stdout
    assert regress(root=copy, losses=moved).returncode == 0
    assert regress("--update", "--json", root=copy, losses=moved).stdout.strip() == "[]"


def test_reference_brings_every_number_back(reference, tmp_path):
    write_reference(reference, tmp_path / "losses.csv")
    pd.testing.assert_frame_equal(read_reference(tmp_path / "losses.csv"), reference, check_exact=True)


def test_missing_reference_is_one_line(regress, copy):
    process = regress(root=copy)
    assert process.returncode == 2
    assert process.stderr.count("\n") == 1
    assert "losses.csv does not exist; write it with `nstbench regress --update`" in process.stderr


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "cannot be read"),
        ("a,b\n1,2\n", "cannot be read"),
        (",".join(COLUMNS) + "\nx,1,total,much\n", "cannot be read"),
        (",".join(COLUMNS) + "\nx,1,total,1\nx,1,total,2\n", "1 repeated rows"),
    ],
)
def test_damaged_reference_is_refused(tmp_path, text, words):
    file = tmp_path / "losses.csv"
    file.write_text(text)
    with pytest.raises(InputError, match=words):
        read_reference(file)


def test_rows_without_counterpart_are_named(regress, reference):
    process = regress(losses=reference.assign(specification=reference.specification + "-2"))
    assert process.returncode == 2
    assert process.stderr.count("\n") == 1
    assert "the reference lacks both-adam-2, evaluation 1" in process.stderr
    assert "--update" in process.stderr
    with pytest.raises(InputError, match=r"no specification makes .* content-lbfgs, evaluation 1, \S*4_2;"):
        check_same_losses(reference, reference.drop(index=1))


def table_of(*values):
    return pd.DataFrame(
        [("content-lbfgs", 6, f"loss {n}", value) for n, value in enumerate(values)], columns=COLUMNS
    )


def test_tolerance_is_relative_and_of_its_evaluation():
    before = table_of(100.0, 100.0, 100.0, 100.0, 0.0, 0.0, 2.0)
    after = table_of(100.09, 99.91, 100.11, 99.89, 1e-14, 1e-6, float("nan"))
    table = compare(before, after, Regression.model_validate(SPECIFICATIONS))
    assert list(table.breach) == [False, False, True, True, False, True, True]
    assert table.ratio[2] == pytest.approx(1.0011)


def test_one_thread_and_the_number_of_threads_put_back(checkout, monkeypatch):
    used = set()
    make = descent.make_optimiser
    monkeypatch.setattr(
        descent,
        "make_optimiser",
        lambda *arguments: used.add(torch.get_num_threads()) or make(*arguments),
    )
    threads = torch.get_num_threads()
    try:
        torch.set_num_threads(2)
        losses_of(checkout)
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(threads)
    assert used == {1}


def without(**changes):
    return SPECIFICATIONS | changes


def first_with(**changes):
    return without(specifications=[SPECIFICATIONS["specifications"][0] | changes])


BAD_FILES = [
    (without(size=7), "size: .*greater than or equal to 16"),
    (without(colour="red"), "colour: unknown key; allowed: content, style"),
    (without(specifications=SPECIFICATIONS["specifications"][:1] * 2), "'content-lbfgs' is given twice"),
    (without(tolerances={"all": {"reason": "none", "at": {0: 1e-3}}}), "greater than or equal to 1"),
    (first_with(tolerances="none"), "content-lbfgs: unknown tolerances 'none'; allowed: all"),
    (first_with(method="gatys1915"), "content-lbfgs: unknown method 'gatys1915'"),
    (first_with(parameters="mine"), "content-lbfgs: unknown preset 'mine'"),
    (first_with(settings={"alpha": -1}), "content-lbfgs: gatys2015: alpha: .*greater than or equal to 0"),
]


@pytest.mark.parametrize(("content", "words"), BAD_FILES)
def test_bad_specifications_are_refused_in_one_line(tmp_path, content, words):
    file = tmp_path / "regression.yaml"
    file.write_text(yaml.safe_dump(content))
    with pytest.raises(InputError, match=words) as refusal:
        load_regression(file)
    assert str(refusal.value).startswith(str(file))
    assert "\n" not in str(refusal.value)


def test_pictures_that_may_differ_elsewhere_are_refused(checkout):
    regression = Regression.model_validate(without(content="cat"))
    with pytest.raises(InputError, match=r"'cat' does not ship.*allowed: bank, mosaic"):
        measure(regression, load_manifest(checkout / "data" / "images.yaml"))


def test_committed_reference_is_of_the_committed_specifications():
    regression = load_regression(CHECKOUT / "config" / "regression.yaml")
    reference = read_reference(CHECKOUT / "results" / "reference" / "losses.csv")
    pinned = {
        (run.id, evaluation)
        for run in regression.specifications
        for evaluation in regression.tolerances_of(run)
    }
    assert set(reference[KEYS[:2]].itertuples(index=False, name=None)) == pinned
    assert all(min(group.at) == 1 and group.at[1] < 1e-3 for group in regression.tolerances.values())
