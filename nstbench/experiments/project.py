"""Everything that the pipeline is about to do, known before torch is imported."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from nstbench.experiments.chart import Chart, load_chart
from nstbench.experiments.experiment import Experiment
from nstbench.experiments.plan import (
    Batch,
    PlannedRun,
    ScoringBatch,
    batches,
    load_experiments,
    plan,
    scoring_batches,
    with_numbers,
)
from nstbench.experiments.profile import Profile, load_profile
from nstbench.experiments.specification import RunSpecification
from nstbench.images.manifest import Manifest, load_manifest

CHECKOUT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Project:
    """The experiments and charts of a checkout under one profile."""

    root: Path
    profile: Profile
    manifest: Manifest
    experiments: dict[str, Experiment]
    charts: dict[str, Chart]

    @classmethod
    def load(cls, root: str | Path, profile: str | None = None) -> "Project":
        """Read data/images.yaml and everything in config/ below `root`; InputError on a bad file."""
        root = Path(root)
        manifest = load_manifest(root / "data" / "images.yaml")
        experiments = {
            experiment.id: experiment
            for experiment in load_experiments(root / "config" / "experiments", manifest)
        }
        charts = [
            load_chart(file, manifest, set(experiments))
            for file in sorted((root / "config" / "charts").glob("*.yaml"), key=with_numbers)
        ]
        return cls(
            root,
            load_profile(root / "config" / "config.yaml", profile),
            manifest,
            experiments,
            {chart.id: chart for chart in charts},
        )

    @cached_property
    def plans(self) -> dict[str, list[PlannedRun]]:
        """The planned runs of each experiment."""
        return {id: plan(entry, self.profile, self.manifest) for id, entry in self.experiments.items()}

    @property
    def planned(self) -> list[PlannedRun]:
        return [entry for plans in self.plans.values() for entry in plans]

    @cached_property
    def batches(self) -> dict[str, Batch]:
        return {batch.id: batch for batch in batches(self.planned)}

    @cached_property
    def scoring_batches(self) -> dict[str, ScoringBatch]:
        return {batch.id: batch for batch in scoring_batches(self.planned)}

    def experiment_file(self, id: str) -> Path:
        return self.root / "config" / "experiments" / f"{id}.yaml"

    def chart_file(self, id: str) -> Path:
        return self.root / "config" / "charts" / f"{id}.yaml"

    def batches_of(self, runs: Iterable[RunSpecification]) -> list[str]:
        """The batches that make `runs`."""
        wanted = {run.id for run in runs}
        return [id for id, batch in self.batches.items() if wanted & {run.id for run in batch.runs}]
