"""Kinds of charts: all of them are used, and none makes planning a pipeline slow."""

import subprocess
import sys

from nstbench.charts.chart import load_charts
from nstbench.charts.gram_matrices import GramEntries
from nstbench.charts.kinds import KINDS
from nstbench.charts.loss_curves import Convergence
from nstbench.charts.picture_sizes import PictureSizes
from nstbench.pipeline.project import CHECKOUT, Project


def test_every_kind_is_shown_by_a_chart():
    charts = load_charts(Project.load(CHECKOUT, "smoke")).values()
    assert {chart.kind for chart in charts} == set(KINDS)


def test_reading_charts_does_not_import_what_measures_and_draws():
    program = (
        "import sys\n"
        "from nstbench.charts.chart import load_charts\n"
        "from nstbench.pipeline.project import CHECKOUT, Project\n"
        "load_charts(Project.load(CHECKOUT, 'smoke'))\n"
        "sys.exit(' '.join({'torch', 'pandas', 'matplotlib'} & sys.modules.keys()) or 0)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_a_kind_names_the_module_that_makes_it():
    modules = {name: kind.__module__ for name, kind in KINDS.items()}
    assert modules["segment"] == "nstbench.charts.landscape"
    assert all(module.startswith("nstbench.charts.") for module in modules.values())


def test_a_kind_says_at_which_sizes_it_measures_and_whether_a_network_is_embedded():
    sizes = PictureSizes(sides=((128, 96), (200, 64)))
    assert sizes.sizes_at(profile=32) == (128, 96, 200, 64)
    assert sizes.stands_on_embedded("imagenet")
    entries = GramEntries(layers=("relu1_1", "relu2_1"))
    assert entries.sizes_at(profile=32) == (32,)
    assert (entries.stands_on_embedded("embedded"), entries.stands_on_embedded("imagenet")) == (True, False)
    assert not Convergence().stands_on_embedded("embedded")
