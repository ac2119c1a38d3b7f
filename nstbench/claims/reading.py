"""Which runs the tests of claims read, by having them read evidence that is made up; and what runs cost."""

import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from typing_extensions import override

from nstbench.claims.evidence import Evidence
from nstbench.claims.register import load_register
from nstbench.claims.sample import NoEvidenceError, Pair
from nstbench.claims.statistics import find_statistic
from nstbench.pipeline.cost import Speeds, evaluations_of, seconds_of
from nstbench.pipeline.plan import PlannedRun, shown
from nstbench.pipeline.project import Project

if TYPE_CHECKING:
    import pandas as pd

T = TypeVar("T")
# Experiment, arm, and the factor of its sweep.
Place = tuple[str, str, float]


def cost_table(project: Project, speeds: Speeds) -> "pd.DataFrame":
    """Every run of a profile once, where it is first asked for: what it costs and who reads it.

    Columns experiment, arm, factor, run, evaluations, seconds (NaN where nothing alike was measured), claims
    (how many read it) and figure (whether one does).
    """
    import pandas as pd

    reading = readers(project)
    rows: dict[str, dict[str, object]] = {}
    claims: dict[str, set[str]] = {}
    shown_in_figures = {
        entry.run.id
        for id, experiment in project.experiments.items()
        for entry in shown(experiment, project.plans[id])
    }
    for entry in project.planned:
        run = entry.run
        rows.setdefault(
            run.id,
            {
                "experiment": entry.experiment,
                "arm": entry.arm.id,
                "factor": entry.factor,
                "run": run.id,
                "evaluations": evaluations_of(run),
                "seconds": seconds_of(run, speeds),
                "figure": run.id in shown_in_figures,
            },
        )
        read_by = reading.get((entry.experiment, entry.arm.id, entry.factor), set()) if entry.evidence else ()
        claims.setdefault(run.id, set()).update(read_by)
    return pd.DataFrame(row | {"claims": len(claims[id])} for id, row in rows.items())


def readers(project: Project) -> dict[Place, set[str]]:
    """The ids of the claims whose tests read the runs of an arm at a factor of its sweep.

    Those that read a chart read every run that it is drawn from.
    """
    found: dict[Place, set[str]] = {}
    for claim in load_register(project).claims:
        evidence = _MadeUp(project, project.root)
        for test in claim.tests:
            parameters = test.typed_parameters()
            for chart in parameters.charts_read:
                for entry in project.plans.get(evidence.charts[chart].experiment or "", []):
                    evidence.read.add((entry.experiment, entry.arm.id, 1.0))
            for experiment, arms in parameters.arms_read.items():
                evidence.read.update((experiment, arm, 1.0) for arm in arms)
            if parameters.arms_read:  # Others read charts, or compute something of their own.
                with suppress(NoEvidenceError):
                    find_statistic(test.statistic).sample(parameters, evidence)
        for place in evidence.read:
            found.setdefault(place, set()).add(claim.id)
    return found


@dataclass(frozen=True)
class _MadeUp(Evidence):
    """Has a number for whatever is asked of runs, and notes of which; it has no charts."""

    read: set[Place] = field(default_factory=set)

    @override
    def _by_pair(
        self,
        experiment: str,
        arm: str,
        what: str,
        value_of: Callable[[PlannedRun], T | None],
        factor: float = 1.0,
    ) -> dict[Pair, dict[int, T]]:
        self.read.add((experiment, arm, factor))
        return super()._by_pair(experiment, arm, what, value_of, factor)

    @override
    def _score(self, entry: PlannedRun, id: str, metric: str) -> float:
        # Positive, below 1, and of no order.
        return (1 + zlib.crc32(f"{id} {metric}".encode()) % 997) / 1000

    @override
    def least_loss(self, entry: PlannedRun) -> "pd.Series":
        import pandas as pd

        return pd.Series([3.0, 2.0, 1 + self._score(entry, entry.run.id, "loss")], index=[1, 2, 3])

    @override
    def _fact(self, entry: PlannedRun, name: str) -> float:
        return self._score(entry, entry.run.id, name)
