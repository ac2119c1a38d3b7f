"""The first page while figures are still being made."""

import re

import pytest

from nstbench.charts.chart import load_charts
from nstbench.pipeline.project import CHECKOUT, Project
from nstbench.pipeline.seals import seal
from nstbench.report.site import unfinished
from nstbench.report.site.templating import Pages
from nstbench.report.site.unfinished import write_unfinished

PROJECT = Project.load(CHECKOUT, "smoke")
ENTRIES = [*PROJECT.experiments.values(), *load_charts(PROJECT).values()]
PICTURES = {"jain-alpha": "jain-alpha.jpg", "da-tv": "da-tv.jpg", "jain-fig1": "jain-fig1.svg"}


@pytest.fixture
def folders(tmp_path):
    return tmp_path / "results", tmp_path / "reports"


def make(reports, id):
    """What the job of a figure leaves, as far as the page looks at it."""
    (reports / "figures").mkdir(parents=True, exist_ok=True)
    for name in (PICTURES[id], f"{id}.thumb.jpg"):
        (reports / "figures" / name).touch()


def page(folders, **options):
    write_unfinished(ENTRIES, PROJECT.profile, *folders, **options)
    return (folders[1] / "index.html").read_text(encoding="utf-8")


def test_it_grows_and_names_what_is_to_come(folders):
    for count, id in enumerate(PICTURES, 1):
        make(folders[1], id)
        html = page(folders)
        assert f"{count} of {len(ENTRIES)} figures so far" in html
        assert html.count("to come</span>") == html.count('class="gap"') == len(ENTRIES) - count
        for entry in ENTRIES:
            assert entry.title in html.replace("&#39;", "'")
        shown = set(re.findall(r'(?:src|href)="(figures/[^"]+)"', html))
        made = list(PICTURES)[:count]
        assert shown == {f"figures/{name}" for id in made for name in (PICTURES[id], f"{id}.thumb.jpg")}
    assert PROJECT.profile.caveat in html
    assert 'href="claims.html"' not in html  # It is not there yet.


def test_it_says_when_the_pipeline_is_not_at_work(folders):
    make(folders[1], "da-tv")
    assert "location.reload()" in page(folders)
    html = page(folders, at_work=False)
    assert "location.reload()" not in html
    assert "<code>snakemake --cores all --config profile=smoke</code> makes the others" in html


def test_a_whole_site_is_left_alone(folders):
    results, reports = folders
    make(reports, "da-tv")
    (reports / "index.html").write_text("all of it")
    seal(results, "report", [reports / "index.html"])
    assert page(folders) == "all of it"


def test_a_figure_that_another_job_finishes_meanwhile_is_shown(folders, monkeypatch):
    class Interrupted(Pages):
        def write(self, *arguments, **content):
            make(folders[1], "jain-alpha")
            super().write(*arguments, **content)

    make(folders[1], "da-tv")
    monkeypatch.setattr(unfinished, "Pages", Interrupted)
    assert f"2 of {len(ENTRIES)} figures" in page(folders)
