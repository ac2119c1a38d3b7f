"""What is to be made: experiments, profile, runs and batches. Nothing here imports torch."""

import json
import os
import shlex
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from snakemake.logging import logger
from snakemake.persistence import PersistenceBase

from nstbench.charts.chart import load_charts
from nstbench.claims.register import load_register
from nstbench.core.errors import InputError
from nstbench.core.files import lock, remove_litter
from nstbench.networks.efficientnet import find_efficientnet_weights
from nstbench.networks.feedforward.inventory import shipped_networks
from nstbench.networks.weight_sources import embedded_files
from nstbench.pipeline.cache_keys import (
    method_package,
    run_key,
    script_key,
)
from nstbench.pipeline.console import take_over
from nstbench.pipeline.experiment import short_name
from nstbench.pipeline.plan import shown, without_sweeps
from nstbench.pipeline.project import Project
from nstbench.pipeline.recorded_profile import record_profile
from nstbench.pipeline.seals import damages, seal_file

ROOT = Path(workflow.basedir)
# For those who run with --software-deployment-method conda; the checkout itself is found by PYTHONPATH.
ENVIRONMENT = str(ROOT / "environment.yml")
os.environ.update(PYTHONPATH=str(ROOT))
# Jobs are side by side, and numbers must not depend on how many cores NumPy finds.
os.environ.update(OMP_NUM_THREADS="1")
# Of a pipeline that runs; --verbose and --printshellcmds show Snakemake's own output, and so does a dry run.
OWN_OUTPUT = workflow.output_settings
if workflow.is_main_process and not (
    OWN_OUTPUT.dryrun
    or OWN_OUTPUT.verbose
    or OWN_OUTPUT.printshellcmds
    or OWN_OUTPUT.quiet
):
    take_over(logger)

try:
    PROJECT = Project.load(
        ROOT, config.get("profile") or os.environ.get("PROFILE"), config
    )
    DRAWINGS = load_charts(PROJECT)
    BATCHES = PROJECT.every_batch
    SCORING_BATCHES = PROJECT.scoring_batches | PROJECT.benchmark_scoring_batches
    load_register(PROJECT)  # Refuses what does not fit before anything runs.
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
PLAN = {"root": str(ROOT), "profile": PROJECT.profile.model_dump()}
# Sizes, weights and budgets by their values, so that a change of the profile makes again what rests on them.
BUDGET = PROJECT.profile.model_dump(exclude={"caveat"})
CONFIGURATION = [
    str(ROOT / "config" / "config.yaml"),
    str(ROOT / "data" / "images.yaml"),
    *(str(PROJECT.experiment_file(id)) for id in EXPERIMENTS),
    *(str(ROOT / "config" / "charts" / f"{id}.yaml") for id in CHARTS),
    *(str(PROJECT.training_file(id)) for id in TRAININGS),
]
# What `nstbench job` needs to know the same plan.
PLANNED_BY = ["--profile", PROJECT.profile.name, "--changes", json.dumps(config)]


def command(script, subjects=""):
    """What runs a script of workflow/scripts; -S and -E, because run_job.py needs nothing that is installed."""
    runner = [
        sys.executable,
        "-S",
        "-E",
        str(ROOT / "workflow" / "scripts" / "run_job.py"),
    ]
    # Snakemake takes braces for its own.
    plan = shlex.join(PLANNED_BY).replace("{", "{{").replace("}", "}}")
    options = f"{plan} --log {{log:q}} --threads {{threads}}"
    return f"{shlex.join(runner)} {script} {subjects} {options}"


def code_of(script, *looked_up, **options):
    """The key of the code behind a rule, as `script_key` gives it."""
    return script_key(
        ROOT / "workflow" / "scripts" / f"{script}.py", *looked_up, **options
    )


def packages_of(runs):
    """The packages of the methods that make `runs`."""
    return sorted({method_package(run.method) for run in runs})


def own_picture(wildcards):
    """The file in data/ or in the folder NSTBENCH_DATA; none for a picture of an installed package."""
    packaged = PROJECT.manifest[wildcards.name].package is not None
    return [] if packaged else [str(PROJECT.manifest.file(wildcards.name))]


def picture_files(specifications):
    """The pictures that runs, trials or trainings need."""
    names = sorted({name for each in specifications for name in each.pictures})
    return [f"results/pictures/{name}.png" for name in names]


def weight_files(runs):
    """The weights in this checkout that runs read; the encoder of a trained network may be any of them."""
    files = set()
    for run in runs:
        if run.network:
            shipped = shipped_networks().get(run.network)
            files.update(embedded_files(), [shipped] if shipped else [])
        elif run.parameters.get("weights") not in ("original", "imagenet"):
            files.update(run.typed_parameters().weight_files())
    return sorted(map(str, files))


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
    return [entry.run for entry in without_sweeps(planned)]


def chart_priority(chart):
    """Charts that only draw come with the panels, those that measure networks after them, those that take time last."""
    if chart.when_brief:
        return 100
    return 900 if chart.configured().weights_of else 3000


def chart_pictures(chart):
    own = [PROJECT.manifest.available(name) for name in DRAWINGS[chart].pictures]
    files = {f"results/pictures/{name}.png" for name in own}
    return sorted(files.union(picture_files(runs_of_chart(chart))))


def of_document(name, entries):
    """Those of `entries`, experiments or charts by id, that are of the document that a notebook is called after."""
    return [
        id for id, entry in entries.items() if short_name(entry.source.document) == name
    ]


def results_shown(wildcards):
    """What a notebook reads: every verdict, nothing, or the figures and charts of its document."""
    if wildcards.name == "claims":
        return ["results/claims.json"]
    if wildcards.name == "library":
        return []
    return [
        "results/scores.csv",
        *expand(
            "reports/figures/{id}.jpg",
            id=of_document(wildcards.name, PROJECT.experiments),
        ),
        *expand("reports/figures/{id}.json", id=of_document(wildcards.name, DRAWINGS)),
    ]


def start_job_server():
    """Have one process import everything while Snakemake plans; jobs find it by NSTBENCH_JOB_SERVER."""
    address = str(Path(tempfile.mkdtemp(prefix="nstbench-")) / "jobs")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(address)
        listening.listen(1024)
        command = [
            sys.executable,
            "-m",
            "nstbench",
            "job-server",
            str(listening.fileno()),
        ]
        command += PLANNED_BY
        subprocess.Popen(command, pass_fds=[listening.fileno()])
    os.environ.update(NSTBENCH_JOB_SERVER=address)


# Snakemake makes again what it takes for unfinished (rerun-incomplete in profiles/default): also what is damaged.
unfinished = PersistenceBase.incomplete


async def unfinished_or_damaged(self, job):
    found = {}
    if job.log:
        found = damages(Path("results"), Path(job.log[0]).stem)
    for file, problem in found.items():
        print(f"nstbench: {file} {problem}; it is made again", file=sys.stderr)
    return list(job.output) if found else await unfinished(self, job)


PersistenceBase.incomplete = unfinished_or_damaged


onstart:
    # Kept open, and so held, until this process ends, in whichever way.
    global LOCK
    try:
        LOCK = lock(Path("results") / ".lock")
        record_profile(
            Path("results"), PROJECT.profile.name, config, PROJECT.manifest.own
        )
    except InputError as error:
        print(f"nstbench: {error}", file=sys.stderr)
        sys.exit(2)
    for folder in ("results", "reports"):
        remove_litter(Path(folder))
    if PROJECT.pictures_of_grid:
        print(f"nstbench: {PROJECT.pictures_of_grid}", file=sys.stderr)
    # Where a job cannot fork, and on a cluster, each starts by itself.
    if hasattr(os, "fork") and workflow.local_exec:
        start_job_server()


# Hooks are not for the nodes of a cluster. One that got a group of jobs, which only its arguments tell so early, has
# a server for them; a second Snakemake that the first one starts there, as the plugin for Slurm does, finds it.
if (
    workflow.remote_exec
    and "--local-groupid" in sys.argv
    and hasattr(os, "fork")
    and "NSTBENCH_JOB_SERVER" not in os.environ
):
    start_job_server()


def close_unfinished_site():
    """Have the first page say that nothing more is being made, where it is not the whole site's."""
    if (
        Path("reports/index.html").exists()
        and not seal_file(Path("results"), "report").exists()
    ):
        from nstbench.report.site.unfinished import write_unfinished

        figures = *PROJECT.experiments.values(), *DRAWINGS.values()
        write_unfinished(
            figures, PROJECT.profile, Path("results"), Path("reports"), at_work=False
        )


onsuccess:
    close_unfinished_site()


onerror:
    close_unfinished_site()
