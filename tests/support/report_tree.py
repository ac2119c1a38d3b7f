"""A finished project, small and made up: two experiments, their runs, scores, claims, figures and site."""

import json
import math
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

from nstbench.charts.chart import Chart
from nstbench.images.manifest import Manifest
from nstbench.metrics.feature_spaces import INDEPENDENT
from nstbench.pipeline.experiment import Experiment
from nstbench.pipeline.plan import PlannedRun, plan
from nstbench.pipeline.profile import Profile
from nstbench.pipeline.tables import control_id, tidy_scores
from nstbench.report.figures.files import write_figure
from nstbench.report.figures.pair_results import results_by_pair
from nstbench.report.figures.panel import draw_panel
from nstbench.report.site.write import write_site

COLOURS = {
    "chelsea": (200, 30, 30),
    "temple": (150, 150, 40),
    "swirls": (30, 160, 30),
    "weak": (30, 30, 200),
    "strong": (200, 130, 20),
    "alone": (120, 20, 160),
}
LONG = "a caption that is much longer than its tile is wide and holds anunbreakablewordofmanymanyletters"
MANIFEST = Manifest.model_validate(
    {
        "chelsea": {"title": "Chelsea", "author": "a", "licence": "CC0", "package": "chelsea"},
        "temple": {"title": "Temple", "author": "a", "licence": "CC0", "package": "temple"},
        "swirls": {"title": "Swirls", "author": "a", "licence": "MIT"} | {"file": "swirls.png"},
        "famous": {"title": "A Famous Night", "author": "a", "licence": "PD"}
        | {"url": "https://example.org/n.jpg", "md5": "0", "stand_in": "swirls"},
    }
)
PROFILE = Profile(name="smoke", size=64, evaluations=5, seeds=2)

PAGES = (
    "index.html",
    "claims.html",
    "explorer.html",
    "contradictions.html",
    "methods.html",
    "provenance.html",
)


def experiment(id: str, **changes: object) -> Experiment:
    arms = [
        {"id": "weak", "caption": LONG, "settings": {"alpha": 0.1}},
        {"id": "strong", "caption": "strong", "settings": {"alpha": 0.2}},
        {"id": "alone", "caption": "from noise", "settings": {"init": "noise"}},
    ]
    values = {
        "id": id,
        "title": "Weak <or> strong",
        "source": {"document": "A Document", "row": "row-1", "figure": "Figure 1", "claims": ["claim-a"]},
        "question": "Which one?",
        "settings_note": "As printed.",
        "deviations": ["A known departure."],
        "method": "gatys2015",
        "parameters": "nikulin",
        "axes": [arms],
        "pairs": [{"content": "chelsea", "style": "famous"}, {"content": "temple", "style": "famous"}],
        "panel": {"rows": [["content", "style", ""], ["weak", "strong", "alone"]]},
        "comparisons": [{"arm": "strong", "reference": "weak"}],
    }
    return Experiment.model_validate(values | changes)


RATIOS = [0.7, 0.75, 0.8, 0.8, 0.85, 1.2]


def claim(id: str, verdict: str, **more: object) -> dict[str, object]:
    """A claim as results/claims.json holds it, without a measurement."""
    empty = dict.fromkeys(
        ("estimate", "interval", "confidence", "p", "p_corrected", "bound", "floor", "unit")
    )
    entry = {
        "id": id,
        "document": "A Document",
        "quote": f"what {id} says",
        "line": 12,
        "rule": "directional",
        "verdict": verdict,
        "surrogate": None,
        "reason": f"Because of {id}.",
        "n_pairs": 0,
        "claimed_side": "less",
        "experiments": ["first"],
        "charts": [],
        "arms": None,
        "values": [],
    }
    return entry | empty | more


MEASURED = {
    "surrogate": "embedded weights",
    "n_pairs": 6,
    "estimate": math.log(0.8),
    "interval": [math.log(0.72), math.log(0.9)],
    "confidence": 0.95,
    "p": 0.2,
    "p_corrected": 0.4,
    "bound": 0.0,
    "floor": math.log(1.1),
    "unit": "log ratio",
    "arms": ["weak", "strong"],
    "values": [
        {"content": f"c{number}", "style": "swirls", "a": ratio, "b": 1.0, "difference": math.log(ratio)}
        for number, ratio in enumerate(RATIOS)
    ],
}
CLAIMS = {
    "claims": [
        claim("a-claim-one", "supported", **MEASURED),
        claim("a-claim-two", "not run", passage="Before. what a-claim-two says After <it>."),
        claim(
            "b-claim-one", "contradicted", document="Burr, Report", experiments=["second"], charts=["gone"]
        ),
        claim("b-claim-two", "supported", document="Burr, Report", experiments=[]),
    ],
    "documents": [
        {
            "id": "burr",
            "title": "Burr, Report",
            "authors": ["A. Burr"],
            "reference": "A. Burr. Report. 1801.",
            "link": "https://example.org/burr",
        }
    ],
    "contradictions": [
        {
            "topic": "which is stronger",
            "positions": [
                {"documents": ["a"], "says": "the strong one", "claims": ["a-claim-one"]},
                {"documents": ["burr"], "says": "the weak one", "claims": ["b-claim-one"]},
                {"documents": ["nobody"], "says": "neither"},
            ],
            "decided_by": ["a-claim-one", "b-claim-one"],
            "outcome": "position 1",
            "reason": "a-claim-one is supported.",
        }
    ],
}


@dataclass
class Tree:
    """A finished project: two experiments, their runs, scores, figures and page."""

    experiments: list[Experiment]
    planned: list[PlannedRun]
    results: Path
    reports: Path
    charts: list[Chart] = field(default_factory=list)

    def panel(self, experiment: Experiment) -> Image.Image:
        return draw_panel(results_by_pair(experiment, self.planned, PROFILE, MANIFEST, self.results)[0])

    def write_figure(self, experiment: Experiment, reports: Path) -> None:
        write_figure(experiment, self.planned, PROFILE, MANIFEST, self.results, reports)

    def write_site(self) -> None:
        write_site(
            self.experiments,
            self.charts,
            self.planned,
            PROFILE,
            MANIFEST,
            self.results,
            self.reports,
            commit="abc1234",
        )


def make_tree(root: Path) -> Tree:
    """Everything below `root`."""
    tree = Tree([experiment("first"), experiment("second")], [], root / "results", root / "reports")
    tree.planned += [entry for one in tree.experiments for entry in plan(one, PROFILE, MANIFEST)]
    for name in ("chelsea", "temple", "swirls"):
        save(COLOURS[name], tree.results / "pictures" / f"{name}.png", 96)
    for entry in tree.planned:
        leave_run(entry, tree.results / "runs" / entry.run.id)
    scores(tree.planned).to_csv(tree.results / "scores.csv", index=False)
    for one in tree.experiments:
        tree.write_figure(one, tree.reports)
    (tree.results / "claims.json").write_text(json.dumps(CLAIMS))
    tree.write_site()
    return tree


def save(colour: tuple[int, int, int], file: Path, side: int) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (side, side), colour).save(file)


def leave_run(entry: PlannedRun, folder: Path) -> None:
    """What a finished run leaves: its picture in the colour of its arm, a trace and a record."""
    save(COLOURS[entry.arm.id], folder / "image.png", entry.run.size)
    evaluations = np.arange(1, 6)
    trace = {"evaluation": evaluations, "total": 1 / evaluations, "content/relu4_2": evaluations - 1.0}
    pd.DataFrame(trace | {"style/relu1_1": 2.0, "seconds": 0.1 * evaluations}).to_csv(
        folder / "trace.csv", index=False
    )
    record = {
        "evaluations": 5,
        "device": "cpu",
        "threads": 2,
        "precision": "fp32",
        "seconds": 60.0 + entry.run.seed,
        "final_losses": {"total": 0.2},
        "facts": {"canonical_ratio": float("inf") if entry.arm.id == "strong" else 4e-9},
        "sha256": {"weights": {"vgg19.safetensors": "f" * 64}},
        "versions": {"nstbench": "0.1.0", "torch": "2.15.0"},
        "platform": "Linux",
    }
    (folder / "run.json").write_text(json.dumps(record))


def scores(planned: list[PlannedRun]) -> pd.DataFrame:
    """C of a run is its seed plus a half, so its median over two seeds is 1; S of `second` is twice as much.

    S of other experiments is missing for a reason. The judge finds in `second` what C and S are.
    """
    values = {entry.run.id: entry.run.seed + 0.5 for entry in planned}
    values |= {control_id(copied, entry.run): 0.25 for entry in planned for copied in ("content", "style")}
    rows = [
        {"trial": run, "metric": metric, "value": value if metric == "C" else np.nan, "reason": reason}
        for run, value in values.items()
        for metric, reason in (("C", None), ("S", "no weights here"))
    ]
    table = tidy_scores(pd.DataFrame(rows), planned)
    second = (table["experiment"] == "second") & (table["metric"] == "S")
    table.loc[second, "value"] = (
        2 * table.loc[(table["experiment"] == "second") & (table["metric"] == "C"), "value"].to_numpy()
    )
    table = table.assign(reason=table["reason"].mask(second))
    own = table[table["experiment"] == "second"]
    return pd.concat([table, own.assign(metric=own["metric"] + INDEPENDENT.suffix)], ignore_index=True)
