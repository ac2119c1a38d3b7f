import itertools
import re

import pytest
import yaml

from nstbench.core.errors import InputError
from nstbench.images.manifest import Manifest
from nstbench.methods.base import Method, Parameters
from nstbench.pipeline.experiment import load_experiment
from nstbench.pipeline.plan import batches, plan, scoring_batches, shown
from nstbench.pipeline.profile import Grid, Profile, load_profile
from nstbench.pipeline.project import CHECKOUT, Project

MANIFEST = Manifest.model_validate(
    {
        "cat": {"title": "A cat", "author": "x", "licence": "CC0", "package": "chelsea"},
        "ours": {
            "title": "Ours",
            "author": "x",
            "licence": "CC0",
            "file": "ours.png",
        },
        "famous": {
            "title": "Famous",
            "author": "x",
            "licence": "public domain",
            "url": "https://example.org/famous.jpg",
            "md5": "0" * 32,
            "stand_in": "ours",
        },
    }
)
PROFILE = Profile(name="test", size=64, evaluations=5)


@pytest.fixture
def content():
    return {
        "id": "fig",
        "title": "A figure",
        "source": {"document": "A paper", "row": "paper-fig1", "figure": "Figure 1"},
        "question": "Does it?",
        "settings_note": "As it says.",
        "method": "gatys2015",
        "parameters": "nikulin",
        "axes": [
            [
                {"id": "c", "caption": "from content", "settings": {"init": "content"}},
                {"id": "n", "caption": "from noise", "settings": {"init": "noise"}},
            ],
            [
                {"id": "low", "caption": "low", "settings": {"alpha": 0.001}},
                {"id": "high", "caption": "high", "settings": {"alpha": 0.1}},
            ],
        ],
        "pairs": [{"content": "cat", "style": "famous"}, {"content": "cat", "style": "ours"}],
        "panel": {"rows": [["content", "c/low", "c/high"], ["style", "n/low", "n/high"]]},
    }


@pytest.fixture
def write(tmp_path):
    def write(content):
        file = tmp_path / "fig.yaml"
        file.write_text(yaml.safe_dump(content))
        return file

    return write


def test_arms_are_the_product_of_the_axes(write, content):
    arms = load_experiment(write(content), MANIFEST).arms
    assert [arm.id for arm in arms] == ["c/low", "c/high", "n/low", "n/high"]
    assert arms[3].settings == {"init": "noise", "alpha": 0.1}
    assert arms[1].caption == "from content, high"


def test_plan_has_pairs_times_arms_times_seeds_of_noisy_arms(write, content):
    experiment = load_experiment(write(content), MANIFEST)
    assert len(plan(experiment, PROFILE, MANIFEST)) == 2 * 4
    assert len(plan(experiment, PROFILE.model_copy(update={"seeds": 3}), MANIFEST)) == 2 * (2 + 2 * 3)
    assert len(plan(experiment, PROFILE.model_copy(update={"pairs": 1}), MANIFEST)) == 4


def test_a_grid_adds_its_pairs_to_those_of_experiments_that_ask_for_it(write, content):
    gridded = PROFILE.model_copy(update={"grid": Grid(contents=("cat", "ours"), styles=("famous", "ours"))})
    assert len(plan(load_experiment(write(content), MANIFEST), gridded, MANIFEST)) == 2 * 4
    experiment = load_experiment(write({**content, "grid": True}), MANIFEST)
    planned = plan(experiment, gridded, MANIFEST)
    pairs = list(dict.fromkeys((entry.pair.content, entry.pair.style) for entry in planned))
    assert pairs == [("cat", "famous"), ("cat", "ours"), ("ours", "famous"), ("ours", "ours")]
    assert shown(experiment, planned) == planned[: 2 * 4]
    assert len(plan(experiment, PROFILE, MANIFEST)) == 2 * 4


def test_an_experiment_may_have_pictures_of_its_own_on_the_grid(write, content):
    gridded = PROFILE.model_copy(update={"grid": Grid(contents=("cat", "ours"), styles=("famous",))})

    def pairs(**changes):
        experiment = load_experiment(write({**content, "grid": True, **changes}), MANIFEST)
        planned = plan(experiment, gridded, MANIFEST)
        return {(each.pair.content, each.pair.style) for each in planned if each.evidence}

    assert pairs(grid_styles=["ours", "cat"]) == {(c, s) for c in ("cat", "ours") for s in ("ours", "cat")}
    assert pairs(grid_contents=["cat"], grid_styles=["ours"]) == {("cat", "ours")}
    with pytest.raises(InputError, match="unknown picture 'dog'"):
        pairs(grid_styles=["dog"])


SWEEP = {"parameter": "alpha", "factors": [0.01, 0.1, 1, 10, 100], "arms": ["c/low", "n/low"]}


def test_a_sweep_multiplies_a_parameter_where_the_profile_has_sweeps(write, content):
    swept = PROFILE.model_validate({**PROFILE.model_dump(), "sweeps": True, "pairs": 1, "seeds": 2})
    experiment = load_experiment(write({**content, "sweep": SWEEP}), MANIFEST)
    planned = plan(experiment, swept, MANIFEST)
    found = {}
    for entry in planned:
        alpha = entry.run.parameters["alpha"]
        found.setdefault(entry.arm.id, []).append((entry.factor, entry.run.seed, alpha))
    points = [(0.01, 1e-5), (0.1, 1e-4), (1, 1e-3), (10, 1e-2), (100, 0.1)]
    assert found["c/low"] == [(factor, 0, alpha) for factor, alpha in points]
    # Noise is drawn again where the figure is made, and once at the other points.
    repeated = [(1, 1, 1e-3)]
    assert found["n/low"] == sorted([(factor, 0, alpha) for factor, alpha in points] + repeated)
    assert found["c/high"] == [(1, 0, 0.1)] and found["n/high"] == [(1, 0, 0.1), (1, 1, 0.1)]
    # Another arm names the alpha that a multiple has, and both are one run.
    by_arm = {(entry.arm.id, entry.factor, entry.run.seed): entry.run.id for entry in planned}
    assert by_arm["c/low", 100, 0] == by_arm["c/high", 1, 0]
    assert {entry.factor for entry in shown(experiment, planned)} == {1}


def test_runs_at_factor_1_are_those_without_a_sweep(write, content):
    plain = plan(load_experiment(write(content), MANIFEST), PROFILE, MANIFEST)
    experiment = load_experiment(write({**content, "sweep": SWEEP | {"arms": []}}), MANIFEST)
    for sweeps, runs in ((False, 1), (True, 5)):
        profile = PROFILE.model_validate({**PROFILE.model_dump(), "sweeps": sweeps})
        planned = plan(experiment, profile, MANIFEST)
        assert len(planned) == runs * len(plain)
        assert [entry.run.id for entry in shown(experiment, planned)] == [entry.run.id for entry in plain]


def test_a_sweep_multiplies_what_a_shortened_profile_and_a_preset_set(write, content):
    content |= {"when_shortened": {"alpha": 3.0}, "axes": [[{"id": "a", "caption": "a"}]]}
    content |= {"panel": {"rows": [["a"]]}, "sweep": SWEEP | {"arms": ["a"]}}
    experiment = load_experiment(write(content), MANIFEST)

    def alphas(evaluations):
        changes = {"sweeps": True, "pairs": 1, "evaluations": evaluations}
        profile = PROFILE.model_validate({**PROFILE.model_dump(), **changes})
        return [entry.run.parameters["alpha"] for entry in plan(experiment, profile, MANIFEST)]

    assert alphas(5) == [0.03, 0.3, 3.0, 30.0, 300.0]
    usual = experiment.configure(experiment.arms[0], {}).alpha
    assert alphas(None) == pytest.approx([usual * factor for factor in SWEEP["factors"]], rel=1e-11)


def test_verdicts_rest_on_the_grid_where_there_is_one(write, content):
    """Own pairs beside it are made once, for the figure; only the arms that are listed run on the grid."""
    grid = Grid(contents=("cat", "ours"), styles=("ours",))
    changes = {"grid": grid.model_dump(), "seeds": 2, "sweeps": True}
    profile = PROFILE.model_validate({**PROFILE.model_dump(), **changes})
    asked = {"grid": ["c/low", "n/low"], "sweep": SWEEP}
    planned = plan(load_experiment(write({**content, **asked}), MANIFEST), profile, MANIFEST)
    on_grid = {("cat", "ours"), ("ours", "ours")}
    for pair in on_grid:
        own = [
            entry for entry in planned if (entry.pair.content, entry.pair.style) == pair and entry.evidence
        ]
        points = {(entry.arm.id, entry.factor, entry.run.seed) for entry in own}
        noise = {("n/low", factor, 0) for factor in SWEEP["factors"]} | {("n/low", 1, 1)}
        assert points == {("c/low", factor, 0) for factor in SWEEP["factors"]} | noise
        assert len(own) == len(points)
    others = [entry for entry in planned if not entry.evidence]
    assert [(entry.pair.style, entry.arm.id) for entry in others] == [
        *(("famous", arm) for arm in ("c/low", "c/high", "n/low", "n/high")),
        *(("ours", arm) for arm in ("c/high", "n/high")),
    ]
    assert {(entry.factor, entry.run.seed) for entry in others} == {(1, 0)}
    everywhere = plan(load_experiment(write(content | asked), MANIFEST), PROFILE, MANIFEST)
    assert all(entry.evidence for entry in everywhere)


def test_a_grid_of_unknown_pictures_is_told(tmp_path):
    file = tmp_path / "config.yaml"
    grid = {"contents": ["cat"], "styles": ["dog"]}
    file.write_text(yaml.safe_dump({"profile": "wide", "profiles": {"wide": {"size": 64, "grid": grid}}}))
    with pytest.raises(InputError, match=r"config.yaml: unknown picture 'dog'; allowed: cat, ours, famous"):
        load_profile(file, MANIFEST)


def test_experiments_that_compute_little_share_batches(write, content):
    experiment = load_experiment(write(content), MANIFEST)

    def planned(id, **changes):
        named = experiment.model_copy(update={"id": id})
        return plan(named, PROFILE.model_copy(update=changes), MANIFEST)

    little = [
        *planned("one", evaluations=1),
        *planned("two", evaluations=2),
        *planned("three", evaluations=3),
    ]
    assert [(id, len(runs)) for id, runs in batches(little).items()] == [("one-000", 3 * 4)]
    mixed = [*planned("long", size=512, evaluations=50), *little]
    assert {id: len(runs) for id, runs in batches(mixed).items()} == {"long-000": 4, "one-000": 3 * 4}


def test_missing_famous_painting_is_replaced_and_its_run_shared(write, content, monkeypatch):
    monkeypatch.delenv("NSTBENCH_DATA", raising=False)
    planned = plan(load_experiment(write(content), MANIFEST), PROFILE, MANIFEST)
    assert {entry.run.style for entry in planned} == {"ours"}
    assert len({entry.run.id for entry in planned}) == 4
    assert sum(map(len, batches(planned).values())) == 4


def test_own_famous_painting_is_used(write, content, tmp_path, monkeypatch):
    (tmp_path / "famous.jpg").touch()
    monkeypatch.setenv("NSTBENCH_DATA", str(tmp_path))
    planned = plan(load_experiment(write(content), MANIFEST), PROFILE, MANIFEST)
    assert {entry.run.style for entry in planned} == {"famous", "ours"}


def test_identity_is_the_specification(write, content):
    first, second, *_ = (
        entry.run for entry in plan(load_experiment(write(content), MANIFEST), PROFILE, MANIFEST)
    )
    assert re.fullmatch(r"gatys2015-[0-9a-f]{12}", first.id)
    assert first.id != second.id
    assert first.id == first.model_validate_json(first.model_dump_json()).id
    assert first.id != first.model_copy(update={"seed": 1}).id


def test_an_experiment_may_have_a_size_of_its_own_under_a_profile(write, content):
    content["sizes"] = {PROFILE.name: 48, "other": 500}
    planned = plan(load_experiment(write(content), MANIFEST), PROFILE, MANIFEST)
    assert {entry.run.size for entry in planned} == {48}
    elsewhere = PROFILE.model_copy(update={"name": "third"})
    assert {
        entry.run.size for entry in plan(load_experiment(write(content), MANIFEST), elsewhere, MANIFEST)
    } == {PROFILE.size}


def test_original_weights_are_of_vgg19_alone(write, content):
    """The other networks of an experiment take their embedded ones."""
    content["axes"] = [
        [
            {"id": "deep", "caption": "a"},
            {"id": "wide", "caption": "b", "settings": {"backbone": "alexnet"}},
            {"id": "own", "caption": "c", "settings": {"weights": "random"}},
        ]
    ]
    content["panel"] = {"rows": [["deep"]]}
    content.pop("comparisons", None)
    profile = PROFILE.model_copy(update={"weights": "original"})
    planned = plan(load_experiment(write(content), MANIFEST), profile, MANIFEST)
    found = {entry.arm.id: entry.run.parameters["weights"] for entry in planned}
    assert found == {"deep": "original", "wide": "embedded", "own": "random"}


def test_shortened_settings_only_under_a_budget(write, content):
    content["when_shortened"] = {"optimiser": {"kind": "adam", "rate": 0.5}}
    experiment = load_experiment(write(content), MANIFEST)
    (short, *_), (full, *_) = (
        plan(experiment, PROFILE.model_copy(update={"evaluations": budget}), MANIFEST) for budget in (5, None)
    )
    assert short.run.parameters["optimiser"]["kind"] == "adam"
    assert full.run.parameters["optimiser"]["kind"] == "lbfgs"
    assert (short.run.parameters["evaluations"], full.run.parameters["evaluations"]) == (5, 1500)


@pytest.mark.parametrize(("own_budgets", "expected"), [(True, 80), (False, 5)])
def test_an_experiment_gets_a_budget_of_its_own_where_the_profile_allows(
    write, content, own_budgets, expected
):
    content["settings"] = {"evaluations": 80}
    profile = PROFILE.model_copy(update={"evaluations": 5, "own_budgets": own_budgets})
    first, *_ = plan(load_experiment(write(content), MANIFEST), profile, MANIFEST)
    assert first.run.parameters["evaluations"] == expected


def test_a_budget_by_profile_wins_over_the_files_and_the_profiles(write, content):
    """Quilting beside it has no evaluations, and is not given any."""
    content["settings"], content["budgets"] = {"evaluations": 80}, {PROFILE.name: 7}
    quilting = {"id": "quilted", "caption": "q", "method": "efros2001", "parameters": "paper"}
    content["axes"], content["panel"] = [[content["axes"][0][0], quilting]], {"rows": [["c"]]}
    planned = plan(load_experiment(write(content), MANIFEST), PROFILE, MANIFEST)
    assert {entry.run.parameters.get("evaluations") for entry in planned} == {7, None}
    other = PROFILE.model_copy(update={"name": "third"})
    elsewhere = plan(load_experiment(write(content), MANIFEST), other, MANIFEST)
    assert {entry.run.parameters.get("evaluations") for entry in elsewhere} == {80, None}


def test_an_experiment_may_ask_for_fewer_seeds_but_not_for_more(write, content):
    def planned(seeds, of_profile):
        content["seeds"] = seeds
        profile = PROFILE.model_copy(update={"seeds": of_profile})
        experiment = load_experiment(write(content), MANIFEST)
        return {entry.run.seed for entry in plan(experiment, profile, MANIFEST)}

    assert planned(1, 3) == {0}
    assert planned(2, 3) == {0, 1}
    assert planned(5, 3) == {0, 1, 2}


def test_a_truth_is_planned_by_the_name_that_is_here_and_shown_in_the_panel(write, content, monkeypatch):
    monkeypatch.delenv("NSTBENCH_DATA", raising=False)
    content["pairs"][0] = {"content": "cat", "style": "cat"}
    plain = plan(load_experiment(write(content), MANIFEST), PROFILE, MANIFEST)
    for pair, truth in zip(content["pairs"], ("famous", "cat"), strict=True):
        pair["truth"] = truth
    content["panel"]["rows"].append(["truth"])
    planned = plan(load_experiment(write(content), MANIFEST), PROFILE, MANIFEST)
    assert [entry.truth for entry in planned] == ["ours"] * 4 + ["cat"] * 4
    assert [entry.run for entry in planned] == [entry.run for entry in plain]
    assert (planned[0].asked.truth, planned[0].used.truth) == ("famous", "ours")
    assert (planned[0].pictures, planned[0].run.pictures) == ({"cat", "ours"}, {"cat"})
    assert plain[0].truth is None


def test_a_run_is_scored_once_for_each_truth(write, content):
    content["pairs"] = [{"content": "cat", "style": "ours"}]
    planned = plan(load_experiment(write(content), MANIFEST), PROFILE, MANIFEST)
    content["pairs"][0]["truth"] = "cat"
    planned += 2 * plan(load_experiment(write(content), MANIFEST), PROFILE, MANIFEST)
    (batch,) = scoring_batches(planned).values()
    assert [trial.truth for trial in batch].count(None) == 4
    assert [trial.truth for trial in batch].count("cat") == 4


def test_an_arm_may_have_a_style_of_its_own(write, content, monkeypatch):
    monkeypatch.delenv("NSTBENCH_DATA", raising=False)
    content["axes"] = [[{"id": "a", "caption": "a"}, {"id": "b", "caption": "b", "style": "famous"}]]
    content |= {"panel": {"rows": [["a", "b"]]}, "pairs": [{"content": "cat", "style": "cat"}]}
    experiment = load_experiment(write(content), MANIFEST)
    assert experiment.pictures == {"cat", "famous"}
    plain, own = plan(experiment, PROFILE, MANIFEST)
    assert [plain.run.style, own.run.style] == ["cat", "ours"]
    assert (own.asked.style, own.used.style, own.pair.style) == ("famous", "ours", "cat")


class BlendParameters(Parameters):
    """Of a method that needs no network."""

    share: float = 0.5


def test_a_method_without_network_plans_too(write, content, monkeypatch):
    blend = Method(
        id="blend",
        title="Blend",
        source="nobody",
        parameters=BlendParameters,
        presets={"half": BlendParameters()},
        default_preset="half",
        stylize=lambda task: None,
    )
    monkeypatch.setattr("nstbench.methods.methods", lambda: {"blend": blend})
    axes = [
        [{"id": "half", "caption": "half"}, {"id": "most", "caption": "most", "settings": {"share": 0.9}}]
    ]
    content |= {"method": "blend", "parameters": "half", "axes": axes, "panel": {"rows": [["half", "most"]]}}
    planned = plan(load_experiment(write(content), MANIFEST), PROFILE, MANIFEST)
    assert [entry.run.parameters["share"] for entry in planned] == [0.5, 0.9, 0.5, 0.9]
    assert planned[0].run.typed_parameters().weight_files() == []


def test_an_arm_may_have_a_method_and_a_parameter_set_of_its_own(write, content):
    own = {"method": "nikulin2016", "parameters": "local", "settings": {"radius": 2}}
    other_set = {"parameters": "jain"}
    points = [{"id": id, "caption": id} | more for id, more in (("a", {}), ("b", own), ("c", other_set))]
    content |= {"axes": [points], "panel": {"rows": [["a", "b", "c"]]}, "settings": {"pooling": "average"}}
    plain, local, jain, *_ = (
        entry.run for entry in plan(load_experiment(write(content), MANIFEST), PROFILE, MANIFEST)
    )
    assert [run.method for run in (plain, local, jain)] == ["gatys2015", "nikulin2016", "gatys2015"]
    assert (local.parameters["statistic"], local.parameters["radius"]) == ("local", 2)
    assert [run.parameters["optimiser"]["kind"] for run in (plain, local, jain)] == ["lbfgs", "lbfgs", "adam"]
    assert {run.parameters["pooling"] for run in (plain, local, jain)} == {"average"}
    assert {run.parameters["evaluations"] for run in (plain, local, jain)} == {5}


def test_settings_hold_for_an_arm_of_another_method_as_far_as_it_has_them(write, content):
    own = {"method": "gatys2015", "parameters": "nikulin"}
    points = [{"id": id, "caption": id} | more for id, more in (("a", {}), ("b", own))]
    content |= {"method": "nikulin2016", "parameters": "local", "settings": {"pooling": "max", "radius": 2}}
    content |= {"when_shortened": {"alpha": 0.5, "strength": 2.0}}
    content |= {"axes": [points], "panel": {"rows": [["a", "b"]]}}
    local, gatys, *_ = (
        entry.run for entry in plan(load_experiment(write(content), MANIFEST), PROFILE, MANIFEST)
    )
    assert (local.parameters["radius"], local.parameters["strength"]) == (2, 2.0)
    assert "radius" not in gatys.parameters
    assert [run.parameters["alpha"] for run in (local, gatys)] == [0.5, 0.5]
    assert [run.parameters["pooling"] for run in (local, gatys)] == ["max", "max"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"titel": "x"}, r"titel: unknown key; allowed: id, title, source, question"),
        (
            {"axes": [[{"id": "c", "capton": "x"}]]},
            r"axes\.0\.0\.capton: unknown key; allowed: id, caption, settings",
        ),
        ({"source": {"document": "x", "row": "y"}}, r"source\.figure: Field required"),
        ({"method": "gatys1915"}, r"unknown method 'gatys1915'; allowed: adain2017, .*gatys2015"),
        ({"parameters": "picasso"}, r"unknown preset 'picasso'.*allowed: paper, jain"),
        ({"settings": {"alfa": 1}}, r"arm c/low: gatys2015: alfa: unknown key; allowed: .*alpha"),
        ({"settings": {"content_layers": {"relu9_9": 1}}}, r"unknown layer 'relu9_9'.*allowed"),
        (
            {"settings": {"tv": {"form": "squared", "weight": float("inf")}}},
            r"tv\.weight: Input should be a finite number \(given: inf\)",
        ),
        ({"settings": {"style_layers": {"relu1_1": -1}}}, r"style_layers\.relu1_1: .* \(given: -1\)"),
        ({"settings": {"content_layers": {"relu1_1": float("nan")}}}, r"content_layers\.relu1_1: .*finite"),
        (
            {"settings": {"optimiser": {"kind": "adam", "rate": float("inf")}}},
            r"optimiser\.adam\.rate: Input should be a finite number",
        ),
        ({"settings": {"pooling": "min"}}, r"pooling: Input should be 'max' or 'average' \(given: 'min'\)"),
        (
            {"panel": {"rows": [["contnet"]]}},
            r"unknown tile 'contnet' in panel; allowed: content, style, c/low",
        ),
        ({"id": "other"}, r"id 'other' must be the file's name, 'fig'"),
        (
            {"settings": {"optimiser": {"kind": "adam", "rate": 1, "history": 3}}},
            r"optimiser\.adam\.history: unknown key; allowed: kind, rate$",
        ),
        (
            {"comparisons": [{"arm": "c/low", "reference": "d/low"}]},
            r"unknown arm 'd/low' in comparisons; allowed: c/low",
        ),
        (
            {"pairs": [{"content": "dog", "style": "ours"}]},
            r"unknown picture 'dog'; allowed: cat, ours, famous",
        ),
        ({"pairs": []}, r"pairs: Tuple should have at least 1 item"),
        (
            {"pairs": [{"content": "cat", "style": "ours", "truth": "dog"}]},
            r"unknown picture 'dog'; allowed: cat, ours, famous",
        ),
        (
            {"pairs": [{"content": "cat", "style": "ours", "thruth": "cat"}]},
            r"pairs\.0\.thruth: unknown key; allowed: content, style, truth",
        ),
        (
            {
                "pairs": [
                    {"content": "cat", "style": "ours", "truth": "cat"},
                    {"content": "cat", "style": "famous"},
                ],
                "panel": {"rows": [["content", "truth"]]},
            },
            r"unknown tile 'truth' in panel; allowed: content, style, c/low",
        ),
        (
            {"axes": [[{"id": "c", "caption": "c", "method": "gatys1915"}]], "panel": {"rows": [["c"]]}},
            r"arm c: unknown method 'gatys1915'; allowed: adain2017, .*gatys2015",
        ),
        (
            {"axes": [[{"id": "c", "caption": "c", "method": "nikulin2016"}]], "panel": {"rows": [["c"]]}},
            r"arm c: unknown preset 'nikulin' of nikulin2016; allowed: conventional",
        ),
        (
            {"sweep": {"parameter": "alfa", "factors": [0.1, 0.3, 1, 3, 10]}},
            r"arm c/low: sweep: unknown parameter 'alfa'; allowed: .*alpha",
        ),
        (
            {"sweep": {"parameter": "backbone", "factors": [0.1, 0.3, 1, 3, 10]}},
            r"arm c/low: sweep: unknown parameter 'backbone'; allowed: .*alpha",
        ),
        (
            {"settings": {"alpha": 0}, "axes": [[{"id": "c", "caption": "c"}]], "panel": {"rows": [["c"]]}}
            | {"sweep": {"parameter": "alpha", "factors": [0.1, 0.3, 1, 3, 10]}},
            r"arm c: sweep: alpha is 0, and so are its multiples; name other arms only",
        ),
        (
            {"sweep": {"parameter": "input_blur", "factors": [0.5, 1, 2, 3, 4]}},
            r"arm c/low: gatys2015: input_blur: Input should be a valid integer.* \(given: 0\.5\)",
        ),
        (
            {"sweep": {"parameter": "alpha", "factors": [0.1, 1, 3, 10]}},
            r"sweep\.factors: Tuple should have at least 5 items",
        ),
        (
            {"sweep": {"parameter": "alpha", "factors": [0.1, 0.3, 0.9, 3, 10]}},
            r"sweep\.factors: the factor 1 is missing",
        ),
        (
            {"sweep": {"parameter": "alpha", "factors": [0.1, 0.3, 1, 1, 10]}},
            r"sweep\.factors: a factor is there twice",
        ),
        (
            {"sweep": {"parameter": "alpha", "factors": [-0.1, 0.3, 1, 3, 10]}},
            r"sweep\.factors\.0: Input should be greater than 0 \(given: -0\.1\)",
        ),
        (
            {"sweep": {"parameter": "alpha", "factors": [0.1, 0.3, 1, 3, 10], "arms": ["d/low"]}},
            r"unknown arm 'd/low' in sweep; allowed: c/low",
        ),
        ({"grid": ["d/low"]}, r"unknown arm 'd/low' in grid; allowed: c/low"),
        (
            {"sweep": {"parameter": "alpha", "factor": [0.1, 0.3, 1, 3, 10]}},
            r"sweep\.factor: unknown key; allowed: parameter, factors, arms",
        ),
        (
            {"axes": [[{"id": "c", "caption": "c", "style": "dog"}]], "panel": {"rows": [["c"]]}},
            r"unknown picture 'dog'; allowed: cat, ours, famous",
        ),
    ],
)
def test_mistakes_are_said_in_one_line_with_the_file(write, content, change, message):
    file = write(content | change)
    with pytest.raises(InputError, match=message) as failure:
        load_experiment(file, MANIFEST)
    assert str(failure.value).startswith(str(file))
    assert "\n" not in str(failure.value)


def test_broken_yaml_is_said(tmp_path):
    file = tmp_path / "fig.yaml"
    file.write_text("id: [unclosed")
    with pytest.raises(InputError, match=r"fig\.yaml cannot be read") as failure:
        load_experiment(file, MANIFEST)
    assert "\n" not in str(failure.value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({}, r"unknown profile 'tiny'; allowed: smoke$"),
        (
            {"profiles": {"tiny": {"size": 4}}},
            r"profiles\.tiny\.size: .*greater than or equal to 16 \(given: 4\)",
        ),
        (
            {"profiles": {"tiny": {"sise": 64}}},
            r"profiles\.tiny\.sise: unknown key; allowed: size, evaluations",
        ),
        (
            {"profiles": {"tiny": {"size": 64, "precision": "fp8"}}},
            r"profiles\.tiny\.precision: Input should be 'auto', 'fp32' or 'bf16' \(given: 'fp8'\)",
        ),
        (
            {"profiles": {"tiny": {"size": 64, "weights": "nowhere"}}},
            r"weights 'nowhere' do not exist; allowed: original, embedded, imagenet, random, "
            r"random-half, or a file$",
        ),
    ],
)
def test_mistakes_in_profiles_are_said_with_the_file(tmp_path, change, message):
    file = tmp_path / "config.yaml"
    file.write_text(yaml.safe_dump({"profile": "smoke", "profiles": {"smoke": {"size": 64}}} | change))
    with pytest.raises(InputError, match=message) as failure:
        load_profile(file, MANIFEST, "tiny")
    assert str(failure.value).startswith(str(file))


@pytest.mark.parametrize("weights", ["original", "embedded", "imagenet", "random", "random-half", __file__])
def test_a_profile_takes_weights_by_name_or_file(tmp_path, weights):
    file = tmp_path / "config.yaml"
    profiles = {"tiny": {"size": 64, "weights": weights}, "other": {"size": 64, "weights": "elsewhere"}}
    file.write_text(yaml.safe_dump({"profile": "tiny", "profiles": profiles}))
    assert load_profile(file, MANIFEST).weights == weights


def test_an_arm_sets_its_precision_and_checks_run_every_pair(write, content):
    content["axes"] = [[{"id": "a", "caption": "a", "precision": "fp32"}, {"id": "b", "caption": "b"}]]
    content |= {"panel": {"rows": [["a", "b"]]}, "every_pair": True}
    one_pair = PROFILE.model_copy(update={"pairs": 1})
    planned = plan(load_experiment(write(content), MANIFEST), one_pair, MANIFEST)
    assert [entry.run.precision for entry in planned] == ["fp32", "auto", "fp32", "auto"]


def test_every_pair_runs_under_the_profiles_that_are_listed(write, content):
    content |= {"every_pair": ["tiny"]}
    experiment = load_experiment(write(content), MANIFEST)
    counts = {}
    for name in ("tiny", "other"):
        profile = PROFILE.model_validate({**dict(PROFILE), "name": name, "pairs": 1})
        counts[name] = len({entry.pair for entry in plan(experiment, profile, MANIFEST)})
    assert counts == {"tiny": len(experiment.pairs), "other": 1}
    assert len(experiment.pairs) > 1


@pytest.mark.parametrize("profile", ["smoke", "default", "full", "decisive", "paper"])
def test_every_shipped_experiment_plans_under_every_profile(profile):
    project = Project.load(CHECKOUT, profile)
    planned = {entry.run.id for entry in project.planned}
    assert planned == {run.id for batch in project.batches.values() for run in batch}
    assert all(project.plans[id] for id in project.experiments)


def test_batches_hold_every_distinct_run_once_and_score_pairs_together():
    project = Project.load(CHECKOUT, "default")
    distinct = {entry.run.id: entry.run for entry in project.planned}
    ids = [run.id for batch in project.batches.values() for run in batch]
    assert sorted(ids) == sorted(distinct)
    scored = [trial for batch in project.scoring_batches.values() for trial in batch]
    assert len(scored) == len({(trial.run.id, trial.truth) for trial in scored})
    assert {(entry.run.id, entry.truth) for entry in project.planned} == {
        (trial.run.id, trial.truth) for trial in scored
    }
    in_order = [trial.run for batch in project.scoring_batches.values() for trial in batch]
    pairs = [(run.content, run.style) for run in in_order]
    changes = sum(left != right for left, right in itertools.pairwise(pairs))
    assert changes == len(set(pairs)) - 1


def test_another_backbone_brings_its_own_layers(write, content):
    content |= {"axes": [[{"id": "a", "caption": "a", "settings": {"backbone": "alexnet"}}]]}
    content |= {"panel": {"rows": [["a"]]}}
    (first, *_) = plan(load_experiment(write(content), MANIFEST), PROFILE, MANIFEST)
    assert first.run.parameters["content_layers"] == {"relu4": 1.0}
    assert list(first.run.parameters["style_layers"]) == ["relu1", "relu2", "relu3", "relu4", "relu5"]
    assert first.run.typed_parameters().model_dump() == first.run.parameters


def test_figures_come_in_the_order_of_their_numbers():
    ids = list(Project.load(CHECKOUT).experiments)
    figures = [id for id in ids if id.startswith("nikulin-fig")]
    numbers = [int(id.removeprefix("nikulin-fig")) for id in figures]
    assert numbers == sorted(numbers)
    assert len(numbers) >= 6
