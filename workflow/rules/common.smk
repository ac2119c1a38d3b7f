"""What is to be made: experiments, profile, runs and batches. Nothing here imports torch."""

import os
import sys
from pathlib import Path

from nstbench.networks.embedded import embedded_files
from nstbench.charts.chart import load_charts
from nstbench.core.errors import InputError
from nstbench.pipeline.experiment import short_name
from nstbench.pipeline.cache_keys import (
    CHARTING,
    ENGINE,
    NOTEBOOK,
    PICTURES,
    REPORTING,
    SCORING,
    TRAINING,
    code_hash,
)
from nstbench.pipeline.plan import shown
from nstbench.pipeline.project import Project
from nstbench.networks.feedforward.inventory import shipped_networks

ROOT = Path(workflow.basedir)
# For those who run with --software-deployment-method conda; the checkout itself is found by PYTHONPATH.
ENVIRONMENT = str(ROOT / "environment.yml")
os.environ.update(PYTHONPATH=str(ROOT))

try:
    PROJECT = Project.load(ROOT, config.get("profile") or os.environ.get("PROFILE"))
    DRAWINGS = load_charts(PROJECT)
    BATCHES = PROJECT.batches
    SCORING_BATCHES = PROJECT.scoring_batches
except InputError as error:
    print(f"nstbench: {error}", file=sys.stderr)
    sys.exit(2)

EXPERIMENTS = list(PROJECT.experiments)
CHARTS = list(DRAWINGS)
TRAININGS = list(PROJECT.trainings)
# Networks that ship in the package, and a file of the user's that the profile names.
OWN_WEIGHTS = Path(PROJECT.profile.weights)
WEIGHTS = [
    *(str(file) for file in (*embedded_files(), *shipped_networks().values())),
    *([str(OWN_WEIGHTS)] if OWN_WEIGHTS.is_file() else []),
]
# What a script needs to know the same plan.
PLAN = {"root": str(ROOT), "profile": PROJECT.profile.name}
# Sizes, weights and budgets by their values, so that a change of the profile makes again what rests on them.
BUDGET = PROJECT.profile.model_dump()
CONFIGURATION = [
    str(ROOT / "config" / "config.yaml"),
    str(ROOT / "data" / "images.yaml"),
    *(str(PROJECT.experiment_file(id)) for id in EXPERIMENTS),
    *(str(ROOT / "config" / "charts" / f"{id}.yaml") for id in CHARTS),
    *(str(PROJECT.training_file(id)) for id in TRAININGS),
]


def own_picture(wildcards):
    """The file in data/ or in the folder NSTBENCH_DATA; none for a picture of an installed package."""
    packaged = PROJECT.manifest[wildcards.name].package is not None
    return [] if packaged else [str(PROJECT.manifest.file(wildcards.name))]


def picture_files(specifications):
    """The pictures that runs, trials or trainings need."""
    names = sorted({name for each in specifications for name in each.pictures})
    return [f"results/pictures/{name}.png" for name in names]


def network_files(runs):
    """The networks of trainings that runs read."""
    return [f"results/networks/{id}.safetensors" for id in PROJECT.trainings_of(runs)]


def batch_files(runs):
    """What is there when `runs` are made."""
    return [f"results/batches/{id}.csv" for id in PROJECT.batches_of(runs)]


def shown_in(experiment):
    return shown(PROJECT.experiments[experiment], PROJECT.plans[experiment])


def runs_of_chart(chart):
    planned = PROJECT.plans.get(DRAWINGS[chart].experiment, [])
    return [entry.run for entry in planned]


def chart_pictures(chart):
    own = [PROJECT.manifest.available(name) for name in DRAWINGS[chart].pictures]
    files = {f"results/pictures/{name}.png" for name in own}
    return sorted(files.union(picture_files(runs_of_chart(chart))))


def results_shown(wildcards):
    """What a notebook reads: every verdict, or the figures and charts of the document that it is named after."""
    if wildcards.name == "claims":
        return ["results/claims.json"]

    def own(entries):
        return [
            entry.id
            for entry in entries.values()
            if short_name(entry.source.document) == wildcards.name
        ]

    return [
        "results/scores.csv",
        *expand("reports/figures/{id}.png", id=own(PROJECT.experiments)),
        *expand("reports/figures/{id}.json", id=own(DRAWINGS)),
    ]
