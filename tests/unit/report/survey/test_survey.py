"""The page of a survey: what it asks, what it hides, and how its orders are drawn."""

import base64
import io
import re
from collections import Counter

import pytest
from PIL import Image
from survey_page import (  # noqa: F401  # fixtures
    ARMS,
    Page,
    colour,
    save_telling,
    table,
    write,
    write_table,
)

from nstbench.images.manifest import Manifest
from nstbench.pipeline.experiment import Experiment
from nstbench.pipeline.plan import plan
from nstbench.pipeline.profile import Profile
from nstbench.pipeline.project import Project
from nstbench.report.survey.candidates import arm_names, of_project, of_table
from nstbench.report.survey.design import SHEETS, draw_design
from nstbench.report.survey.mode import Mode

TELLING = ("zebra", "quagga", "okapi", "gnu-shore", "ibex")
SCHEMES = ("light", "dark")


@pytest.mark.parametrize("mode", Mode)
def test_no_name_is_in_the_page(write, mode):
    page, key = write("--pairs", "4", "--mode", mode)
    assert not [name for name in TELLING if name in page.html.lower()]
    assert {shown["arm"] for shown in key["results"].values()} == set(ARMS)
    for name in page.data["results"]:
        assert b"ibex" not in page.picture(name)
        with Image.open(io.BytesIO(page.picture(name))) as picture:
            assert not picture.getexif() and "exif" not in picture.info and "xmp" not in picture.info


def test_nothing_comes_from_or_goes_to_a_network(write):
    page, _ = write("--pairs", "2")
    addresses = [element[name] for _, element in page.elements for name in ("src", "href") if name in element]
    assert addresses == ["data:,"]
    assert "http:" not in page.html and "https:" not in page.html
    policy = next(meta for meta in page.all("meta") if meta.get("http-equiv"))["content"]
    assert policy.startswith("default-src 'none'; img-src data:;")


@pytest.mark.parametrize(("mode", "buttons"), [("rating", 10), ("choice", 2)])
def test_controls_are_labelled(write, mode, buttons):
    page, _ = write("--pairs", "2", "--mode", mode)
    ids = {element.get("id") for _, element in page.elements}
    assert sum("aria-pressed" in button for button in page.all("button")) == buttons
    assert all(button["type"] == "button" for button in page.all("button"))
    assert all(image["alt"] for image in page.all("img"))
    assert page.all("html")[0]["lang"] == "en"
    for _, element in page.elements:
        for reference in ("aria-labelledby", "aria-describedby", "for"):
            assert element.get(reference) in {None, *ids}
    assert len([id for _, element in page.elements if (id := element.get("id"))]) == len(ids - {None})


def test_the_key_tells_what_a_picture_is(write):
    page, key = write("--pairs", "4")
    assert page.data["page"] == key["page"]
    assert page.data["results"].keys() == key["results"].keys()
    for name, shown in key["results"].items():
        number = int(shown["run"][-5])
        expected = {"content": colour("content", number), "style": colour("style", number)}
        with Image.open(io.BytesIO(page.picture(name))) as picture:
            assert distance(picture.convert("RGB").getpixel((20, 15)), colour(shown["arm"], number)) < 8
        for role, wanted in expected.items():
            source = page.data["sources"][page.data["results"][name][role]]
            with Image.open(io.BytesIO(base64.b64decode(source.partition(",")[2]))) as picture:
                assert distance(picture.convert("RGB").getpixel((20, 15)), wanted) < 8


def distance(one, other):
    return max(abs(a - b) for a, b in zip(one, other, strict=True))


def test_the_seed_decides_everything(write):
    first, key = write("--pairs", "3", "--seed", "5", name="one.html")
    again, same_key = write("--pairs", "3", "--seed", "5", name="two.html")
    other, other_key = write("--pairs", "3", "--seed", "6", name="three.html")
    assert (first.html, key) == (again.html, same_key)
    assert first.data["sheets"] != other.data["sheets"]
    assert key["results"].keys().isdisjoint(other_key["results"])
    assert key["page"] != other_key["page"]


def test_every_sheet_asks_everything_once(table):
    design = draw_design(of_table(table), (), 4, Mode.RATING, seed=0)
    assert len(design.sheets) == SHEETS
    for sheet in design.sheets:
        assert sorted(sheet) == sorted((name,) for name in design.results)
    assert len(set(design.sheets)) == SHEETS


def test_orders_and_sides_are_balanced(table):
    design = draw_design(of_table(table), (), 4, Mode.CHOICE, seed=3)
    lefts = [[design.results[left].arm for left, _ in sheet] for sheet in design.sheets]
    assert all(Counter(arms) == {"zebra": 2, "quagga": 2} for arms in lefts)
    for name, candidate in design.results.items():
        places = [place for sheet in design.sheets for place, shown in enumerate(sheet) if name in shown]
        assert sum(places) / SHEETS == 1.5
        assert sum(name == shown[0] for sheet in design.sheets for shown in sheet) == SHEETS / 2, candidate
    for sheet in design.sheets:
        for left, right in sheet:
            assert design.results[left].pair == design.results[right].pair


def test_arms_may_be_chosen(write):
    _, key = write("--pairs", "4", "--arm", "quagga")
    assert key["arms"] == ["quagga"]
    assert {shown["arm"] for shown in key["results"].values()} == {"quagga"}


def test_the_first_arm_is_the_one_named_first(write):
    _, key = write("--pairs", "4", "--mode", "choice", "--arm", "quagga", "--arm", "zebra")
    assert key["arms"] == ["quagga", "zebra"]


def refused(process, *words):
    assert process.returncode == 2
    assert len(process.stderr.strip().splitlines()) == 1
    assert all(word in process.stderr for word in words), process.stderr


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--pairs", "9"), ("9 pairs", "4 with results of zebra and quagga", "--pairs 4", "add lines")),
        (("--arm", "okapi"), ("unknown arm 'okapi'", "zebra, quagga")),
        (("--mode", "choice", "--arm", "zebra"), ("between two arms, not 1 (zebra)", "--arm twice")),
        (("--experiment", "nikulin-fig1"), ("--experiment and --pictures", "one of them")),
    ],
)
def test_what_cannot_be_asked_is_refused(run, table, tmp_path, options, words):
    out = tmp_path / "out" / "survey.html"
    refused(run("survey", "-o", out, "--pictures", table, *options), *words)
    assert not out.exists() and not out.with_suffix(".key.json").exists()


def test_a_pair_counts_only_with_every_arm(run, table, tmp_path):
    lines = table.read_text().splitlines()
    table.write_text("\n".join(lines[:-1]) + "\n")
    process = run("survey", "-o", tmp_path / "s.html", "--pictures", table, "--pairs", "4")
    refused(process, "4 pairs are asked for, 3 with results of zebra and quagga")


def test_tables_that_cannot_be_read_are_refused(run, table, tmp_path):
    def attempt(text):
        table.write_text(text)
        return run("survey", "-o", tmp_path / "s.html", "--pictures", table, "--pairs", "1")

    refused(
        attempt("arm,content,result\na,b,c\n"), "gnu-shore.csv: line 2 has no style", "arm, content, style"
    )
    refused(attempt("arm,content,style,result\na,b,,c\n"), "line 2 has no style")
    refused(attempt(""), "1 pairs are asked for, 0 with finished results")
    refused(attempt("arm,content,style,result\na,b.png,c.png,d.png\n"), "d.png does not exist")
    refused(
        run("survey", "-o", tmp_path / "s.html", "--pictures", tmp_path / "no.csv"), "no.csv cannot be read"
    )


MANIFEST = Manifest.model_validate(
    {
        name: {"title": name, "author": "a", "licence": "CC0", "package": name}
        for name in ("chelsea", "temple", "coffee", "rocket")
    }
)
PROFILE = Profile(name="smoke", size=32, evaluations=5, seeds=2)


def experiment(id, axes, pairs):
    return Experiment.model_validate(
        {
            "id": id,
            "title": "t",
            "source": {"document": "d", "row": "r", "figure": "f"},
            "question": "q",
            "settings_note": "s",
            "method": "gatys2015",
            "parameters": "nikulin",
            "axes": axes,
            "pairs": pairs,
            "panel": {"rows": [["content", "style"]]},
        }
    )


STYLES = [{"id": name, "caption": name, "style": name} for name in ("temple", "coffee", "rocket")]
ALPHAS = [{"id": str(alpha), "caption": "a", "settings": {"alpha": alpha}} for alpha in (1.0, 2.0)]
PAIRS = [{"content": "chelsea", "style": "temple"}, {"content": "rocket", "style": "temple"}]


def test_arms_that_differ_in_style_alone_are_one():
    assert set(arm_names(experiment("e", [STYLES], PAIRS)).values()) == {"gatys2015"}
    names = arm_names(experiment("e", [STYLES, ALPHAS], PAIRS))
    assert names["coffee/2.0"] == "2.0"
    assert arm_names(experiment("e", [ALPHAS], PAIRS)) == {"1.0": "1.0", "2.0": "2.0"}


def test_arms_that_differ_in_method_or_parameters_alone_are_told_apart():
    methods = [{"id": "own", "caption": "own"}, {"id": "local", "caption": "l", "method": "nikulin2016"}]
    methods[1]["parameters"] = "local"
    sets = [{"id": name, "caption": name, "parameters": name} for name in ("nikulin", "paper")]
    assert set(arm_names(experiment("e", [methods], PAIRS)).values()) == {"own", "local"}
    assert set(arm_names(experiment("e", [STYLES, sets], PAIRS)).values()) == {"nikulin", "paper"}


@pytest.fixture
def project(tmp_path):
    """Two experiments with runs in `tmp_path`; one run of the second is missing."""
    made = {
        "styles": experiment("styles", [STYLES], PAIRS[:1]),
        "alphas": experiment("alphas", [ALPHAS], PAIRS),
    }
    project = Project(tmp_path, PROFILE, MANIFEST, made, trainings={})
    for name in MANIFEST.root:
        save_telling_at(tmp_path / "pictures" / f"{name}.png")
    for planned in [entry for one in made.values() for entry in plan(one, PROFILE, MANIFEST)][:-1]:
        save_telling_at(tmp_path / "runs" / planned.run.id / "image.png")
        (tmp_path / "runs" / planned.run.id / "run.json").write_text("{}")
    return project


def save_telling_at(file):
    file.parent.mkdir(parents=True, exist_ok=True)
    save_telling(file, (9, 9, 9))


def test_finished_runs_are_shown(project):
    collection = of_project(project, project.root, "alphas", ())
    assert collection.arms == ("1.0", "2.0")
    assert len(collection.complete(collection.arms)) == 1
    assert len(collection.complete(["1.0"])) == 2
    design = draw_design(collection, ["1.0"], 2, Mode.RATING, 0)
    planned = [entry.run for entry in project.plans["alphas"] if entry.arm.id == "1.0"]
    assert {shown.run for shown in design.results.values()} == {run.id for run in planned}


def test_without_a_name_the_experiment_with_most_pairs_is_shown(project):
    assert of_project(project, project.root, None, ()).experiment == "styles"
    assert of_project(project, project.root, None, ["1.0"]).experiment == "alphas"


def test_an_unfinished_pipeline_is_told(run, tmp_path):
    process = run("survey", "-o", tmp_path / "s.html", "--results", tmp_path / "none")
    refused(process, "10 pairs are asked for, 0 with finished results", "run snakemake")
    process = run("survey", "-o", tmp_path / "s.html", "--experiment", "fig99")
    refused(process, "unknown experiment 'fig99'", "nikulin-fig1")


def luminance(colour):
    """Relative luminance of an sRGB colour (WCAG 2.2)."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(
    ("text", "ground"),
    [("ink", "ground"), ("muted", "ground"), ("link", "ground"), ("ink", "key"), ("on-chosen", "chosen")],
)
def test_text_has_contrast(write, scheme, text, ground):
    page, _ = write("--pairs", "1")
    colours = re.findall(r"--([\w-]+): (#\w{6})", page.html)
    of_scheme = dict(colours if scheme == "dark" else reversed(colours))
    light, dark = sorted((luminance(of_scheme[text]), luminance(of_scheme[ground])), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5
