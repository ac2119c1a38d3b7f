"""Profiles: the user's own changes, those whose numbers mean nothing, and which one results are of."""

import json
import subprocess
import sys

import pytest

from nstbench.claims.verdicts import judge_claims
from nstbench.core.errors import InputError
from nstbench.pipeline.project import CHECKOUT, Project
from nstbench.pipeline.recorded_profile import RecordedProfile, project_of, record_profile, recorded_profile

MINE = {"profile": "mine", "profiles": {"mine": {"size": 48, "evaluations": 3, "pairs": 1}}}


def test_changes_are_laid_over_the_configuration():
    project = Project.load(CHECKOUT, None, {"profiles": {"smoke": {"size": 80}}, "profile": "smoke"})
    assert project.profile.size == 80
    assert project.profile.evaluations == Project.load(CHECKOUT, "smoke").profile.evaluations
    assert Project.load(CHECKOUT, None, MINE).profile.size == 48


def test_a_misspelt_key_of_the_changes_is_refused():
    with pytest.raises(InputError, match="unknown key"):
        Project.load(CHECKOUT, None, {"profiles": {"smoke": {"sise": 80}}})


def test_jobs_see_the_users_own_file(tmp_path):
    own = tmp_path / "my.yaml"
    own.write_text(json.dumps(MINE))
    target = "reports/figures/jain-alpha.jpg"
    command = [sys.executable, "-m", "snakemake", "--cores", "1", "--dry-run", "--printshellcmds"]
    command += ["--directory", str(tmp_path), "--configfile", str(own), "--", target]
    process = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True)
    assert process.returncode == 0, process.stderr
    assert f"--profile mine --changes '{json.dumps(MINE)}'" in process.stdout + process.stderr


def test_a_caveat_stands_beside_every_verdict(tmp_path):
    cautious = judge_claims(Project.load(CHECKOUT, "smoke"), tmp_path)
    assert cautious.profile == "smoke"
    assert {claim.caveat for claim in cautious.claims} == {
        "Profile smoke is made to test the program, so its pictures, numbers and verdicts mean nothing."
    }
    assert {claim.caveat for claim in judge_claims(Project.load(CHECKOUT, "full"), tmp_path).claims} == {None}


def test_a_verdict_says_that_its_chart_was_measured_in_brief(tmp_path):
    (tmp_path / "charts").mkdir()
    (tmp_path / "charts" / "soboleva-sizes.csv").write_text(
        "content,style,asked,kept,seconds,distance\nchelsea,facets,64 x 64,1,0.01,0.1\n"
    )
    for profile, brief in {"smoke": True, "default": False}.items():
        claims = {claim.id: claim for claim in judge_claims(Project.load(CHECKOUT, profile), tmp_path).claims}
        reason = claims["soboleva-claim-realtime"].reason
        assert "the table of soboleva-sizes" in reason
        assert ("(profile smoke measures a part of it)" in reason) == brief


def test_results_know_their_profile(tmp_path):
    assert recorded_profile(tmp_path) is None
    record_profile(tmp_path, "mine", MINE, ())
    found = recorded_profile(tmp_path)
    assert found is not None
    assert (found.name, found.changes) == ("mine", MINE)


def test_two_profiles_do_not_go_together(tmp_path):
    record_profile(tmp_path, "mine", MINE, ())
    with pytest.raises(InputError, match=r"results of profile mine.*--directory build/full.*make clean"):
        record_profile(tmp_path, "full", {}, ())
    record_profile(tmp_path, "mine", {}, ())
    assert recorded_profile(tmp_path) == RecordedProfile(name="mine", own_pictures=())


@pytest.mark.parametrize("given", [[], {}, None, 5, ["full"], {"a": 1}, "huge", ""])
def test_a_profile_that_is_none_is_told(given):
    with pytest.raises(InputError, match="profile"):
        Project.load(CHECKOUT, given or None, {"profile": given})


def test_the_profile_of_results_needs_no_telling(tmp_path):
    record_profile(tmp_path, "mine", MINE, ())
    assert project_of(tmp_path, CHECKOUT).profile.size == 48
    assert project_of(tmp_path, CHECKOUT, "mine").profile.size == 48
    with pytest.raises(InputError, match="was made with profile mine, not smoke"):
        project_of(tmp_path, CHECKOUT, "smoke")


def test_results_know_which_pictures_were_real(tmp_path, monkeypatch):
    """What was made with a folder of pictures is judged where there is none."""
    grid = {"contents": ["chelsea", "neckarfront"], "styles": ["the_great_wave", "facets"]}
    changes = {"profiles": {"mine": {"size": 48, "grid": grid}}}
    record_profile(tmp_path, "mine", changes, ["the_great_wave"])
    project = project_of(tmp_path, CHECKOUT)
    assert project.manifest.own == ["the_great_wave"]
    real, procedural = "2 are real", "valley_summer in the place of neckarfront, facets"
    told = f"Of the 4 pictures of the grid {real}; procedural: {procedural}."
    assert project.pictures_of_grid == told
    monkeypatch.setenv("NSTBENCH_DATA", str(tmp_path))
    monkeypatch.setitem(grid, "styles", ["the_great_wave"])
    for name in ("tubingen.jpg", "the_great_wave.jpg"):
        (tmp_path / name).touch()
    real = Project.load(CHECKOUT, "mine", changes)
    assert real.manifest.own == ["neckarfront", "the_great_wave"]
    assert real.pictures_of_grid == "All 3 pictures of the grid are real photographs and paintings."
    assert Project.load(CHECKOUT, "smoke").pictures_of_grid is None


def test_verdicts_are_not_judged_by_scores_of_other_runs(run, tmp_path):
    """As after a change of a profile's size, or while the pipeline is at work."""
    project = Project.load(CHECKOUT, "smoke")
    ids = sorted({entry.run.id for entry in project.planned})
    rows = [f"{id},jain-alpha,C,1.0," for id in ids[1:]]
    (tmp_path / "scores.csv").write_text("\n".join(["run,experiment,metric,value,reason", *rows]) + "\n")
    found = run("claims", "--results", tmp_path, "--profile", "smoke")
    assert found.returncode == 2
    assert f"lacks 1 of the {len(ids)} runs that profile smoke plans" in found.stderr
    assert len(found.stderr.splitlines()) == 1


def test_verdicts_need_results_of_the_profile_that_is_asked_for(run, tmp_path):
    none = run("claims", "--results", tmp_path, "--profile", "smoke")
    assert none.returncode == 2
    assert "snakemake --cores all" in none.stderr
    record_profile(tmp_path, "smoke", {}, ())
    other = run("claims", "--results", tmp_path, "--profile", "full")
    assert other.returncode == 2
    assert "was made with profile smoke, not full" in other.stderr
    assert len(other.stderr.splitlines()) == 1
