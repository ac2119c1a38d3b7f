"""Editions: finished results as far as claims read them, published so that anybody can judge them again.

In data/editions/<name>/ edition.json says which profile, pictures, weights, versions and machines the results
are of, plan.parquet which run stands where in which experiment, runs.parquet what each run was asked to do,
and what it recorded. scores.parquet holds all scores, traces.parquet the steps in which the loss fell of runs
whose descent a claim reads, differences.parquet the colour differences that claims read off pictures, and
charts/ the tables of charts.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from typing_extensions import override

from nstbench.claims.evidence import Evidence, Picture
from nstbench.claims.sample import NoEvidenceError
from nstbench.claims.verdicts import judge_by
from nstbench.core.configuration import MOST_EVALUATIONS, Record, first_problem, is_plain_name
from nstbench.core.errors import InputError, shortened
from nstbench.core.files import folder_written_whole
from nstbench.core.strict_json import from_json, to_json
from nstbench.core.version import __version__
from nstbench.networks.kinship import Origin
from nstbench.pipeline.experiment import Pair
from nstbench.pipeline.plan import PlannedRun
from nstbench.pipeline.profile import Profile
from nstbench.pipeline.project import Project
from nstbench.pipeline.specification import RunSpecification

if TYPE_CHECKING:
    import pandas as pd

FOLDER = Path("data") / "editions"
MOST_BYTES = 20_000_000
# What of run.json is said once for the whole edition, or is of files that are not published.
NOT_PUBLISHED = {"id", "specification", "sha256", "versions", "platform", "outputs"}


class Provenance(Record):
    """edition.json.

    `own_pictures` are the famous pictures that were not stood in for. `made_with` counts runs by version,
    device, precision and platform, and `hours` are of a core. `pictures` and `weights` are SHA-256 of files,
    and `networks` says whose features a trained network has learned by.
    """

    name: str
    nstbench: str
    profile: dict[str, Any]
    own_pictures: tuple[str, ...]
    runs: int
    evaluations: int
    hours: float
    made_with: dict[str, dict[str, int]]
    pictures: dict[str, str]
    weights: dict[str, str]
    networks: dict[str, tuple[str, str]]


def publish(evidence: Evidence, name: str, folder: Path) -> Provenance:
    """Write finished results as the edition `name` below `folder`, in the place of one that is there.

    InputError when the name is none, results are not complete, or they are more than an edition may hold.
    """
    import pandas as pd

    if not is_plain_name(name):
        raise InputError(
            f"{shortened(name)} cannot be the name of an edition; allowed: letters, digits, _, -"
        )
    evidence.check_complete()
    noting = _Noting(evidence.project, evidence.results)
    judge_by(noting)
    entries = {entry.run.id: entry for entry in evidence.project.planned}
    records = {id: noting.record(entry) or {} for id, entry in entries.items()}
    scores = noting.score_table()
    runs = []
    for id, entry in entries.items():
        kept = {key: value for key, value in records[id].items() if key not in NOT_PUBLISHED}
        specification = entry.run.model_dump_json()
        runs.append({"run": id, "specification": specification, "record": to_json(kept, indent=0)})
    tables = {
        "plan": pd.DataFrame(_place(entry) for entry in evidence.project.planned),
        "runs": pd.DataFrame(runs),
        "scores": None if scores is None else scores.drop(columns="reason", errors="ignore"),
        "traces": pd.DataFrame(noting.steps, columns=["run", "evaluation", "loss"]),
        "differences": pd.DataFrame(noting.differences, columns=["one", "other", "size", "difference"]),
        **{f"charts/{id}": noting.chart_table(id) for id in noting.charts if noting.has_chart(id)},
    }
    provenance = _provenance(name, evidence, records)
    with folder_written_whole(folder / name) as temporary:
        (temporary / "charts").mkdir()
        for file, table in tables.items():
            if table is not None:
                table.to_parquet(temporary / f"{file}.parquet", compression="zstd", index=False)
        (temporary / "edition.json").write_text(to_json(provenance.model_dump()) + "\n", encoding="utf-8")
        size = sum(file.stat().st_size for file in temporary.rglob("*") if file.is_file())
        if size > MOST_BYTES:
            raise InputError(
                f"edition {name} would take {size / 1e6:.1f} MB; allowed: at most {MOST_BYTES / 1e6:.0f} MB"
            )
    return provenance


def _place(entry: PlannedRun) -> dict[str, object]:
    return {
        "experiment": entry.experiment,
        **entry.pair.model_dump(),
        "truth_used": entry.truth,
        "arm": entry.arm.id,
        "factor": entry.factor,
        "evidence": entry.evidence,
        "run": entry.run.id,
    }


def _provenance(name: str, evidence: Evidence, records: Mapping[str, Mapping[str, Any]]) -> Provenance:
    project = evidence.project
    made_with: dict[str, Counter[str]] = {}
    pictures: dict[str, str] = {}
    weights: dict[str, str] = {}
    networks: dict[str, tuple[str, str]] = {}
    for run in {entry.run.id: entry.run for entry in project.planned}.values():
        record = records[run.id]
        sums: dict[str, Any] = dict(record.get("sha256", {}))
        weights |= sums.pop("weights", {})
        own = {"content": run.content, "style": run.style}
        pictures |= {own.get(role, role): checksum for role, checksum in sums.items()}
        facts = {key: record.get(key) for key in ("device", "precision", "threads", "platform")}
        for what, value in {**facts, **record.get("versions", {})}.items():
            made_with.setdefault(what, Counter())[str(value)] += 1
        if run.network and (origin := evidence.optimised(run)):
            networks[run.network] = origin.network, origin.weights
    return Provenance(
        name=name,
        nstbench=__version__,
        profile=project.profile.model_dump(),
        own_pictures=tuple(project.manifest.own),
        runs=len(records),
        evaluations=sum(record.get("evaluations", 0) for record in records.values()),
        hours=round(sum(record.get("seconds", 0.0) for record in records.values()) / 3600, 2),
        made_with={what: dict(counts) for what, counts in made_with.items()},
        pictures=dict(sorted(pictures.items())),
        weights=dict(sorted(weights.items())),
        networks=networks,
    )


@dataclass(frozen=True)
class _Noting(Evidence):
    """Results that note which descents and which pairs of pictures are read."""

    noted: dict[str, "pd.Series"] = field(default_factory=dict)
    compared: dict[tuple[Picture, Picture], float] = field(default_factory=dict)

    @override
    def least_loss(self, entry: PlannedRun) -> "pd.Series | None":
        found = super().least_loss(entry)
        if found is not None:
            self.noted[entry.run.id] = found
        return found

    @override
    def colour_difference(self, one: Picture, other: Picture) -> float:
        return self.compared.setdefault((one, other), super().colour_difference(one, other))

    def has_chart(self, id: str) -> bool:
        """Whether the pipeline has drawn it."""
        try:
            return len(self.chart_table(id).columns) > 0
        except NoEvidenceError:
            return False

    @property
    def steps(self) -> Iterable[tuple[str, int, float]]:
        """Run, evaluation and loss wherever a loss fell below all before it, and at the end."""
        for run, least in self.noted.items():
            fell = least.ne(least.shift())
            fell.iloc[-1] = True
            for evaluation, loss in least[fell].items():
                yield run, int(str(evaluation)), float(loss)

    @property
    def differences(self) -> Iterable[tuple[str, str, int, float]]:
        """Two files below the folder of results, their side in pixels, and how far apart they are."""
        for (one, other), value in self.compared.items():
            yield one.file, other.file, one.size, value


@dataclass(frozen=True)
class Edition(Evidence):
    """The evidence of an edition, in the folder `results`."""

    provenance: Provenance

    @override
    def score_table(self) -> "pd.DataFrame":
        return self._table("scores")

    @override
    def check_complete(self) -> None:
        """It was, when it was published."""

    @override
    def record(self, entry: PlannedRun) -> dict[str, Any] | None:
        return self._records.get(entry.run.id)

    @override
    def least_loss(self, entry: PlannedRun) -> "pd.Series | None":
        steps = self._traces.get(entry.run.id)
        if steps is None:
            return None
        with _reading(self.results / "traces.parquet"):
            return steps.reindex(range(1, steps.index[-1] + 1)).ffill()

    @override
    def optimised(self, run: RunSpecification) -> Origin | None:
        if not run.network:
            return super().optimised(run)
        known = self.provenance.networks.get(run.network)
        return Origin(*known) if known else None

    @override
    def colour_difference(self, one: Picture, other: Picture) -> float:
        try:
            return self._differences[one.file, other.file, one.size]
        except KeyError as error:
            raise NoEvidenceError(f"no colour difference of {one.file} and {other.file}") from error

    @override
    def chart_table(self, id: str) -> "pd.DataFrame":
        if not (self.results / "charts" / f"{id}.parquet").exists():
            raise NoEvidenceError(f"{id} is not among the charts of the edition")
        return self._table(f"charts/{id}")

    @override
    def _result(self, entry: PlannedRun) -> Picture | None:
        made = entry.run.id in self._records
        return Picture(f"runs/{entry.run.id}/image.png", entry.run.size) if made else None

    @override
    def _content(self, entry: PlannedRun) -> Picture:
        return Picture(f"pictures/{entry.run.content}.png", entry.run.size)

    @cached_property
    def _records(self) -> dict[str, dict[str, Any]]:
        table = self._table("runs")
        with _reading(self.results / "runs.parquet"):
            rows = zip(table["run"], table["specification"], table["record"], strict=True)
            return {id: {"specification": from_json(asked), **from_json(found)} for id, asked, found in rows}

    @cached_property
    def _traces(self) -> "dict[str, pd.Series]":
        table = self._table("traces")
        with _reading(self.results / "traces.parquet"):
            if not table["evaluation"].between(1, MOST_EVALUATIONS).all():
                raise ValueError(f"evaluations are not from 1 to {MOST_EVALUATIONS:,}")
            by_run = table.set_index("evaluation").groupby("run", sort=False)
            return {str(run): steps["loss"].astype(float) for run, steps in by_run}

    @cached_property
    def _differences(self) -> dict[tuple[str, str, int], float]:
        rows = self._table("differences").itertuples(index=False)
        with _reading(self.results / "differences.parquet"):
            return {(one, other, int(size)): float(value) for one, other, size, value in rows}

    def _table(self, name: str) -> "pd.DataFrame":
        return _read_table(self.results / f"{name}.parquet")


def editions(root: Path) -> list[str]:
    """The names of those that a checkout has."""
    return sorted(file.parent.name for file in (root / FOLDER).glob("*/edition.json"))


def load_edition(root: Path, name: str) -> Edition:
    """An edition of a checkout, with the plan that it was made by; InputError when it cannot be read."""
    if name not in editions(root):
        allowed = ", ".join(editions(root)) or "none, for none is published here yet"
        raise InputError(f"unknown edition {shortened(name)}; allowed: {allowed}")
    folder = root / FOLDER / name
    file = folder / "edition.json"
    try:
        provenance = Provenance.model_validate_json(file.read_bytes())
        profile = Profile.model_validate(provenance.profile)
    except ValidationError as error:
        raise InputError(f"{file} cannot be read ({first_problem(error, Provenance)})") from error
    project = Project.load(root, own_pictures=provenance.own_pictures)
    # What was planned, without the experiments and arms that there are no more.
    table = _read_table(folder / "runs.parquet")
    with _reading(folder / "runs.parquet"):
        specifications = zip(table["run"], table["specification"], strict=True)
        runs = {id: RunSpecification.model_validate(json.loads(text)) for id, text in specifications}
    arms = {id: {arm.id: arm for arm in each.arms} for id, each in project.experiments.items()}
    planned: dict[str, list[PlannedRun]] = {id: [] for id in project.experiments}
    places = _read_table(folder / "plan.parquet")
    with _reading(folder / "plan.parquet"):
        for place in places.astype(object).where(places.notna(), None).to_dict("records"):
            experiment, arm = place["experiment"], arms.get(place["experiment"], {}).get(place["arm"])
            if arm is not None:
                pair = Pair(content=place["content"], style=place["style"], truth=place["truth"])
                factor, truth = float(place["factor"]), place["truth_used"]
                run, evidence = runs[place["run"]], bool(place["evidence"])
                planned[experiment].append(
                    PlannedRun(experiment, pair, arm, run, truth, factor, evidence=evidence)
                )
    return Edition(replace(project, profile=profile, recorded=planned), folder, provenance)


def _read_table(file: Path) -> "pd.DataFrame":
    """InputError when the file is damaged or not there."""
    import pandas as pd

    with _reading(file):
        return pd.read_parquet(file)


@contextmanager
def _reading(file: Path) -> Iterator[None]:
    """InputError when a table is not one of an edition; it may come from anybody."""
    try:
        yield
    except (OSError, LookupError, ValueError, TypeError, ArithmeticError, RuntimeError) as error:
        reason = f"{type(error).__name__}: {error}".splitlines()[0]
        raise InputError(f"{file} cannot be read ({reason}); fetch it again") from error
