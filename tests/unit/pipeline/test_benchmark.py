"""The benchmark's file, and the runs that it expands to."""

import pytest
import yaml
from rankings import a_ranking

from nstbench.core.errors import InputError
from nstbench.methods import method, methods
from nstbench.methods.strength import strength_of
from nstbench.pipeline.benchmark.configuration import Scope, load_benchmark
from nstbench.pipeline.benchmark.contest import contest, strength_of_style
from nstbench.pipeline.benchmark.records import ranking_file, read_ranking, write_ranking
from nstbench.pipeline.project import CHECKOUT, Project

FILE = CHECKOUT / "config" / "benchmark.yaml"


@pytest.fixture(scope="module")
def project():
    return Project.load(CHECKOUT, "smoke")


@pytest.fixture(scope="module")
def whole(project):
    benchmark = load_benchmark(FILE, project.manifest)
    return contest(benchmark, "decisive", project.profile, project.manifest)


def test_every_method_takes_part_with_every_preset_or_is_left_out_with_a_reason(whole):
    wanted = {f"{recipe.id}/{preset}" for recipe in methods().values() for preset in recipe.presets}
    there = {f"{entry.method}/{entry.preset}" for entry in whole.entries}
    reasons = {name for name in wanted if {name, name.split("/")[0]} & whole.left_out.keys()}
    assert there | reasons == wanted
    assert not there & reasons
    assert len(there) >= 14


def test_runs_are_those_of_an_experiment_with_the_same_settings(whole, project):
    run = next(each.run for each in whole.planned if each.arm.id == "gatys2015/paper")
    assert run.typed_parameters().evaluations == 60
    assert run.precision == project.profile.precision
    assert len({each.run.id for each in whole.planned}) == len(whole.planned)


def test_pairs_take_turns_with_contents_and_styles(project):
    benchmark = load_benchmark(FILE, project.manifest)
    four = benchmark.pairs(Scope(size=64, evaluations=1, pairs=4))
    assert len({pair.content for pair in four}) == len({pair.style for pair in four}) == 4
    every = benchmark.pairs(Scope(size=64, evaluations=1))
    assert len(set(every)) == len(benchmark.contents) * len(benchmark.styles)


def test_a_method_that_has_learned_one_style_gets_pairs_of_that_style_alone(whole):
    made = [each.run for each in whole.planned if each.run.method == "johnson2016"]
    assert made
    assert all(run.network == run.style for run in made)


def test_a_weight_of_content_is_swept_the_other_way_round(whole):
    swept = [each for each in whole.planned if each.run.method == "gatys2015" and each.factor != 1]
    base = method("gatys2015").presets["default"].alpha
    assert {strength_of_style(each) for each in swept} == {0.01, 0.1, 10, 100}
    for each in swept:
        assert each.run.parameters["alpha"] == pytest.approx(base / strength_of_style(each))
    assert strength_of(method("adain2017").presets["default"]).of(0.2) == 0.2
    assert strength_of(method("johnson2016").presets["default"]) is None


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"measures": ["C_light"]}, "unknown measure 'C_light'"),
        ({"contents": ["nobody"]}, "nobody"),
        ({"leave_out": {"gatys2014": "too old"}}, "unknown method 'gatys2014'"),
        ({"leave_out": {"gatys2015/jaine": "no"}}, "unknown preset 'gatys2015/jaine'; allowed: paper, jain"),
        ({"settings": {"gatys2015/jain": {"alhpa": 1}}}, "alhpa"),
        ({"sweep": {"radius": [1, 2, 3, 4, 5]}}, "'radius' is not swept; allowed: alpha, strength"),
        ({"scopes": {"quick": {"size": 64, "evaluations": 1}}}, "scope 'whole' is missing"),
    ],
)
def test_a_mistake_in_the_file_is_told_in_a_line(changes, said, tmp_path, project):
    file = tmp_path / "benchmark.yaml"
    file.write_text(yaml.safe_dump(yaml.safe_load(FILE.read_text()) | changes))
    with pytest.raises(InputError) as caught:
        load_benchmark(file, project.manifest)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("theirs {content} {stile} {output}", "unknown placeholder '{stile}'; allowed: {content}, {style}"),
        ("theirs {content} {style}", "lacks {output}"),
        ("theirs {content", "write {{ for a brace"),
    ],
)
def test_a_command_of_a_competitor_is_checked(command, said, tmp_path, project):
    file = tmp_path / "benchmark.yaml"
    entered = {"name": "theirs", "title": "Theirs", "source": "somewhere", "command": command}
    file.write_text(yaml.safe_dump(yaml.safe_load(FILE.read_text()) | {"competitors": [entered]}))
    with pytest.raises(InputError, match=r"benchmark\.yaml") as caught:
        load_benchmark(file, project.manifest)
    assert said in str(caught.value)


def test_a_ranking_is_read_as_it_was_written(tmp_path):
    assert read_ranking(tmp_path) is None
    write_ranking(a_ranking(), tmp_path)
    found = read_ranking(tmp_path)
    assert found == a_ranking()
    assert found.row(found.entries[1], "SSIM").place == 2
    assert [entry.name for entry in found.entries] == ["gatys2015 default", "theirs"]
    first, *rows = ranking_file(tmp_path, ".csv").read_text().splitlines()
    assert first == "method,preset,strength,kind,measure,value,low,high,place,pairs"
    assert len(rows) == 2
    agreement = ranking_file(tmp_path).with_name("agreement.csv").read_text()
    assert agreement == "one,other,rho\nSSIM,SSIM,\n"
    ranking_file(tmp_path).write_text("{}")
    with pytest.raises(InputError, match="is not a ranking; make it again with `nstbench benchmark`"):
        read_ranking(tmp_path)
