"""Everything that the pipeline is about to do, known before torch is imported."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from nstbench.core.errors import InputError
from nstbench.images.manifest import Manifest, load_manifest
from nstbench.networks.feedforward.inventory import locate_network
from nstbench.pipeline.benchmark.configuration import Benchmark, load_benchmark
from nstbench.pipeline.benchmark.contest import ID as BENCHMARK
from nstbench.pipeline.benchmark.contest import Contest, contest
from nstbench.pipeline.experiment import Experiment
from nstbench.pipeline.plan import PlannedRun, batches, load_experiments, plan, scoring_batches, shown, work
from nstbench.pipeline.profile import NO_CHANGES, Changes, Profile, load_configuration, load_profile
from nstbench.pipeline.specification import RunSpecification, TrainingSpecification
from nstbench.pipeline.training import Training, load_training

CHECKOUT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Project:
    """The experiments and trainings of a checkout under one profile.

    `recorded` is what was planned when results were made, by experiment; without it, it is planned now.
    """

    root: Path
    profile: Profile
    manifest: Manifest
    experiments: dict[str, Experiment]
    trainings: dict[str, Training]
    recorded: dict[str, list[PlannedRun]] | None = None

    @classmethod
    def load(
        cls,
        root: str | Path,
        profile: str | None = None,
        changes: Changes = NO_CHANGES,
        own_pictures: Collection[str] | None = None,
    ) -> "Project":
        """Read data/images.yaml and everything in config/ below `root`; InputError on a bad file.

        `changes` are laid over config/config.yaml. `own_pictures` are those with an address that finished
        results were made with; without them they are those that this machine has.
        """
        root = Path(root)
        manifest = load_manifest(root / "data" / "images.yaml", own_pictures)
        experiments = {
            experiment.id: experiment
            for experiment in load_experiments(root / "config" / "experiments", manifest)
        }
        profiles = load_configuration(root / "config" / "config.yaml", changes).profiles
        for experiment in experiments.values():
            every = experiment.every_pair
            named: dict[str, Collection[str]] = {
                "sizes": experiment.sizes,
                "budgets": experiment.budgets,
                "every_pair": () if isinstance(every, bool) else every,
            }
            for key, names in named.items():
                for name in set(names) - profiles.keys():
                    file = root / "config" / "experiments" / f"{experiment.id}.yaml"
                    allowed = ", ".join(profiles)
                    raise InputError(f"{file}: {key}: unknown profile {name!r}; allowed: {allowed}")
        trainings = [
            load_training(file, manifest, profiles)
            for file in sorted((root / "config" / "trainings").glob("*.yaml"))
        ]
        return cls(
            root,
            load_profile(root / "config" / "config.yaml", manifest, profile, changes),
            manifest,
            experiments,
            {training.id: training for training in trainings},
        )

    @cached_property
    def plans(self) -> dict[str, list[PlannedRun]]:
        """The planned runs of each experiment; InputError when one cannot be planned."""
        if self.recorded is not None:
            return self.recorded
        plans = {}
        for id, experiment in self.experiments.items():
            try:
                plans[id] = plan(experiment, self.profile, self.manifest)
                for network in {entry.run.network for entry in plans[id]} - self.trainings.keys() - {None}:
                    locate_network(str(network))
            except InputError as error:
                raise InputError(f"{self.experiment_file(id)}: {error}") from error
        return plans

    @property
    def planned(self) -> list[PlannedRun]:
        """The planned runs of all experiments."""
        return [entry for plans in self.plans.values() for entry in plans]

    @cached_property
    def batches(self) -> dict[str, tuple[RunSpecification, ...]]:
        """The runs that one process makes, by the id of their batch."""
        return batches(self.planned)

    @cached_property
    def scoring_batches(self) -> dict[str, tuple[PlannedRun, ...]]:
        """What one process scores, by the id of the batch."""
        return scoring_batches(self.planned)

    @cached_property
    def benchmark(self) -> Benchmark:
        """config/benchmark.yaml; InputError on a bad file."""
        return load_benchmark(self.root / "config" / "benchmark.yaml", self.manifest)

    @cached_property
    def contest(self) -> Contest:
        """What the benchmark makes under this profile."""
        return contest(self.benchmark, self.profile.name, self.profile, self.manifest)

    @cached_property
    def benchmark_batches(self) -> dict[str, tuple[RunSpecification, ...]]:
        """The runs of the benchmark that no experiment makes, by the id of their batch."""
        made = {run.id for runs in self.batches.values() for run in runs}
        return batches([entry for entry in self.contest.planned if entry.run.id not in made])

    @cached_property
    def benchmark_scoring_batches(self) -> dict[str, tuple[PlannedRun, ...]]:
        """What one process scores of the benchmark, by the id of the batch."""
        return scoring_batches(self.contest.planned, f"{BENCHMARK}-scores")

    @property
    def every_batch(self) -> dict[str, tuple[RunSpecification, ...]]:
        """The runs of experiments and of the benchmark, by the id of their batch."""
        return self.batches | self.benchmark_batches

    @cached_property
    def ranks(self) -> dict[str, int]:
        """In which order the experiments that own batches make them, from 0, so that figures are soon there.

        The figure that takes least work comes first, then the one that takes least besides. Those that wait
        for trainings come last.
        """
        needed = {
            id: set(self.batches_of(entry.run for entry in shown(experiment, self.plans[id])))
            for id, experiment in self.experiments.items()
        }
        costs = {batch: (bool(self.trainings_of(runs)), work(runs)) for batch, runs in self.batches.items()}
        made: set[str] = set()

        def left(id: str) -> tuple[bool, int]:
            missing = [costs[batch] for batch in needed[id] - made]
            return any(waits for waits, _ in missing), sum(pixels for _, pixels in missing)

        ranks: dict[str, int] = {}
        while needed:
            next_batches = needed.pop(min(needed, key=left))
            made |= next_batches
            for batch in sorted(next_batches):
                ranks.setdefault(batch.rpartition("-")[0], len(ranks))
        return ranks

    @property
    def pictures_of_grid(self) -> str | None:
        """Which pictures of the profile's grid are real, in a sentence; None without a grid."""
        if not self.profile.grid:
            return None
        asked = (*self.profile.grid.contents, *self.profile.grid.styles)
        used = {name: self.manifest.available(name) for name in asked}
        procedural = [
            f"{here}{f' in the place of {name}' if here != name else ''}"
            for name, here in used.items()
            if self.manifest[here].procedural
        ]
        if not procedural:
            return f"All {len(asked)} pictures of the grid are real photographs and paintings."
        real = len(asked) - len(procedural)
        return (
            f"Of the {len(asked)} pictures of the grid {real} are real; procedural: {', '.join(procedural)}."
        )

    def experiment_file(self, id: str) -> Path:
        """Where the experiment of that id is written."""
        return self.root / "config" / "experiments" / f"{id}.yaml"

    def training_file(self, id: str) -> Path:
        """Where the training of that id is written."""
        return self.root / "config" / "trainings" / f"{id}.yaml"

    def training(self, id: str) -> TrainingSpecification:
        """What the training of that id is under this profile."""
        return self.trainings[id].specification(self.profile, self.manifest)

    def trainings_of(self, runs: Iterable[RunSpecification]) -> list[str]:
        """The trainings whose networks `runs` read."""
        return sorted({run.network for run in runs if run.network} & self.trainings.keys())

    def batches_of(self, runs: Iterable[RunSpecification]) -> list[str]:
        """The batches that make `runs`."""
        wanted = {self._batch_of[run.id] for run in runs}
        return [id for id in self.every_batch if id in wanted]

    @cached_property
    def _batch_of(self) -> dict[str, str]:
        return {run.id: batch for batch, runs in self.every_batch.items() for run in runs}
