"""How long a profile takes on several cores, by what jobs of another one took on one: a simulation.

`python -m nstbench.pipeline.timing.scaling results full paper` reads the finished results in a folder, plans
the named profiles, and lets 1, 2, 8 and 64 cores work at their jobs. A run takes what its evaluations took at
its size, a training what its steps took, a score or a drawing what one of its kind took. Drawings and scores
take as long as they did, whatever the size.
"""

import heapq
import math
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median

from nstbench.core.job_logging import seconds_computed
from nstbench.core.yaml_files import read_yaml
from nstbench.pipeline.cost import Speeds, measured_speeds, seconds_of
from nstbench.pipeline.plan import PlannedRun, shown
from nstbench.pipeline.project import CHECKOUT, Project
from nstbench.pipeline.recorded_profile import project_of
from nstbench.pipeline.specification import RunSpecification

WORKERS = (1, 2, 8, 64)
# Seconds that a job costs before it computes: beside Snakemake, and through Slurm (docs/clusters.md).
HERE, THROUGH_SLURM = 0.1, 12.0
# Runs in a job, besides as many as the pipeline puts there.
BATCHES = (1, 4, 40)
DOLLARS_PER_CORE_HOUR = 0.05


@dataclass(frozen=True)
class Job:
    """What a job computes, in seconds of a core, and the names of those that have to end before it begins."""

    seconds: float
    after: tuple[str, ...] = ()


def ways_to_the_end(jobs: Mapping[str, Job], overhead: float = 0.0) -> dict[str, float]:
    """For each job the seconds from its beginning to the end of all, had everything cores enough.

    The longest of them is the critical path: no number of cores is quicker. `jobs` come after those that they
    wait for.
    """
    following: defaultdict[str, list[float]] = defaultdict(lambda: [0.0])
    ways = {}
    for name, job in reversed(list(jobs.items())):
        ways[name] = overhead + job.seconds + max(following[name])
        for earlier in job.after:
            following[earlier].append(ways[name])
    return ways


def makespan(jobs: Mapping[str, Job], workers: int, overhead: float = 0.0) -> float:
    """Seconds until the last job ends, when a free worker takes the job with the longest way to the end."""
    ways = ways_to_the_end(jobs, overhead)
    waiting = {name: len(job.after) for name, job in jobs.items()}
    following: defaultdict[str, list[str]] = defaultdict(list)
    for name, job in jobs.items():
        for earlier in job.after:
            following[earlier].append(name)
    ready = [(-ways[name], name) for name, count in waiting.items() if count == 0]
    heapq.heapify(ready)
    running: list[tuple[float, str]] = []
    now = 0.0
    while ready or running:
        while ready and len(running) < workers:
            _, name = heapq.heappop(ready)
            heapq.heappush(running, (now + overhead + jobs[name].seconds, name))
        now, ended = heapq.heappop(running)
        for name in following[ended]:
            waiting[name] -= 1
            if waiting[name] == 0:
                heapq.heappush(ready, (-ways[name], name))
    return now


@dataclass(frozen=True)
class Measured:
    """What jobs have taken, in seconds of a core: a job of a kind, a step of a training, an evaluation."""

    kinds: Mapping[str, float]
    steps: Mapping[str, float]
    speeds: Speeds

    @classmethod
    def of(cls, results: Path) -> "Measured":
        """From the logs and runs of a finished pipeline."""
        project = project_of(results, CHECKOUT)
        kinds: defaultdict[str, list[float]] = defaultdict(list)
        steps = {}
        for log in (results / "logs").glob("*.log"):
            kind, _, id = log.stem.partition("-")
            seconds = seconds_computed(log)[1]
            kinds[kind].append(seconds)
            if kind == "training" and id in project.trainings:
                steps[id] = seconds / project.training(id).recipe["steps"]
        return cls({kind: mean(each) for kind, each in kinds.items()}, steps, measured_speeds([results]))

    def training(self, id: str, steps: int) -> float:
        """The seconds of a training; of one that was not measured, as the median of those that were."""
        return steps * self.steps.get(id, median(self.steps.values()))

    def runs(self, runs: tuple[RunSpecification, ...]) -> float:
        """The seconds of runs; of a kind that was not measured, 0."""
        seconds = (seconds_of(run, self.speeds) for run in runs)
        return sum(each for each in seconds if not math.isnan(each))


def jobs_of(project: Project, measured: Measured, most: int | None = None) -> dict[str, Job]:
    """The jobs of a profile, each after those that it waits for; with `most`, so many runs at most a job."""
    jobs = {
        f"training {id}": Job(measured.training(id, project.training(id).recipe["steps"]))
        for id in project.trainings
    }
    made_by: dict[str, str] = {}
    for batch, runs in _parts(project, most):
        needed = tuple(f"training {id}" for id in project.trainings_of(runs))
        jobs[batch] = Job(measured.runs(runs), needed)
        made_by |= {run.id: batch for run in runs}

    def makers(entries: Iterable[PlannedRun]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(made_by[entry.run.id] for entry in entries))

    scored = project.scoring_batches | project.benchmark_scoring_batches
    for id, entries in scored.items():
        jobs[id] = Job(measured.kinds["score"], makers(entries))
    figures = {}
    for id, experiment in project.experiments.items():
        figures[f"figure {id}"] = Job(measured.kinds["figure"], makers(shown(experiment, project.plans[id])))
    for file in sorted((project.root / "config" / "charts").glob("*.yaml")):
        chart = read_yaml(file)
        made = makers(project.plans.get(chart.get("experiment"), []))
        trained = tuple(f"training {id}" for id in chart.get("trainings", ()))
        figures[f"chart {file.stem}"] = Job(measured.kinds["chart"], made + trained)
    jobs |= figures
    jobs["scores"] = Job(measured.kinds["scores"], tuple(scored))
    jobs["claims"] = Job(measured.kinds["claims"], ("scores", *figures))
    notebooks = {
        f"notebook {file.stem}": Job(measured.kinds["notebook"], ("claims",))
        for file in (CHECKOUT / "workflow" / "notebooks").glob("*.ipynb")
    }
    jobs |= notebooks
    jobs["report"] = Job(measured.kinds["report"], tuple(notebooks))
    return jobs


def _parts(project: Project, most: int | None) -> Iterator[tuple[str, tuple[RunSpecification, ...]]]:
    """The runs of each job; with `most`, those of an experiment's batches in parts of that many."""
    if most is None:
        yield from project.every_batch.items()
        return
    together: dict[str, list[RunSpecification]] = {}
    for batch, runs in project.every_batch.items():
        together.setdefault(batch.rpartition("-")[0], []).extend(runs)
    for name, every in together.items():
        for first in range(0, len(every), most):
            yield f"{name}-{first}", tuple(every[first : first + most])


def main() -> None:
    """Print a table of hours: workers, runs in a job, here and through Slurm."""
    folder, *profiles = sys.argv[1:]
    measured = Measured.of(Path(folder))
    print(
        "profile  jobs   runs/job  path, h " + "".join(f"{workers:>9}" for workers in WORKERS) + "        $"
    )
    for name in profiles:
        project = Project.load(CHECKOUT, name)
        for most in (None, *BATCHES):
            jobs = jobs_of(project, measured, most)
            hours = [makespan(jobs, workers, THROUGH_SLURM) / 3600 for workers in WORKERS]
            path = max(ways_to_the_end(jobs, THROUGH_SLURM).values()) / 3600
            print(
                f"{name:8} {len(jobs):5,} {most or 'own':>9} {path:8.2f} "
                + "".join(f"{each:9.2f}" for each in hours)
                + f"{hours[0] * DOLLARS_PER_CORE_HOUR:9.2f}"
            )


if __name__ == "__main__":
    main()
