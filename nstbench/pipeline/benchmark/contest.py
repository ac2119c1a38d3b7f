"""From config/benchmark.yaml to runs, planned as those of experiments: every method with its presets."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from nstbench.core.errors import InputError, shortened
from nstbench.images.manifest import Manifest
from nstbench.methods import methods
from nstbench.methods.base import Method
from nstbench.methods.strength import Strength, strength_of
from nstbench.networks.feedforward.inventory import locate_network, read_card, shipped_networks
from nstbench.pipeline.benchmark.configuration import Benchmark, Scope
from nstbench.pipeline.benchmark.records import Entry
from nstbench.pipeline.experiment import Experiment, Pair
from nstbench.pipeline.plan import PlannedRun, plan
from nstbench.pipeline.profile import Profile

# What the batches of its runs are called after.
ID = "benchmark"


@dataclass(frozen=True)
class Contest:
    """The benchmark under a profile: who takes part, with which runs, and who does not and why.

    Entries are of methods of this suite; `competitors` of the configuration come besides. Each method's
    default preset is the first of its entries.
    """

    name: str
    scope: Scope
    pairs: tuple[Pair, ...]
    entries: tuple[Entry, ...]
    planned: tuple[PlannedRun, ...]
    left_out: dict[str, str]

    def entry_of(self, planned: PlannedRun) -> Entry:
        """Who made a run."""
        wanted = (planned.arm.method, planned.arm.parameters)
        return next(entry for entry in self.entries if (entry.method, entry.preset) == wanted)


def contest(benchmark: Benchmark, name: str, profile: Profile, manifest: Manifest) -> Contest:
    """Expand a benchmark in the scope of that name, on the weights and with the precision of a profile.

    A preset that makes the same pictures as another one of its method, because the budget is the same for
    all, takes no part. A method whose networks have learned one style each takes part with those that the
    package ships, on pairs of their styles.
    """
    scope = benchmark.scope(name)
    pairs = tuple(
        dict.fromkeys(
            Pair(content=manifest.available(pair.content), style=manifest.available(pair.style))
            for pair in benchmark.pairs(scope)
        )
    )
    budget = Profile.model_validate(
        {
            **dict(profile),
            "size": scope.size,
            "evaluations": scope.evaluations,
            "own_budgets": False,
            "pairs": None,
            "grid": None,
            "seeds": 1,
            "sweeps": scope.sweeps,
        }
    )
    entries, planned, left_out = [], [], dict(benchmark.leave_out)
    for recipe in methods().values():
        known: dict[str, str] = {}
        for preset in sorted(recipe.presets, key=lambda name: name != recipe.default_preset):
            entry = f"{recipe.id}/{preset}"
            if recipe.id in left_out or entry in left_out:
                continue
            settings = benchmark.settings.get(entry, {})
            strength = strength_of(recipe.configure(preset, settings))
            swept = None
            if scope.sweeps and preset == recipe.default_preset and strength:
                swept = strength if strength.parameter in benchmark.sweep else None
            runs: list[PlannedRun] = []
            try:
                for own, learned in _pairs_of(recipe, preset, pairs):
                    experiment = _experiment(benchmark, recipe, preset, {**settings, **own}, swept, learned)
                    runs += plan(experiment, budget, manifest)
            except InputError as error:
                left_out[entry] = str(error)
                continue
            if not runs:
                left_out[entry] = "none of its networks has learned a style of these pairs"
                continue
            first = next(run.run.id for run in runs if run.factor == 1)
            if first in known:
                left_out[entry] = f"makes what {recipe.id}/{known[first]} makes, with the same budget"
                continue
            known[first] = preset
            planned += runs
            entries.append(
                Entry(
                    method=recipe.id,
                    preset=preset,
                    title=recipe.title,
                    source=recipe.source,
                    kind="ours",
                    swept=swept.parameter if swept else None,
                )
            )
    return Contest(name, scope, pairs, tuple(entries), tuple(planned), left_out)


def chosen(entered: Contest, names: Sequence[str]) -> Contest:
    """What is left of a contest with some methods, each named alone or as method/preset."""
    known = [entry.id for entry in entered.entries]
    for name in names:
        if not any(name in (entry, entry.partition("/")[0]) for entry in known):
            raise InputError(
                f"{shortened(name)} takes no part; allowed: {', '.join(known)}, or a method alone"
            )
    kept = tuple(
        entry
        for entry, name in zip(entered.entries, known, strict=True)
        if name in names or entry.method in names
    )
    planned = tuple(each for each in entered.planned if entered.entry_of(each) in kept)
    return replace(entered, entries=kept, planned=planned)


def strength_of_style(planned: PlannedRun) -> float:
    """How strong the style of a run is relative to its preset's own."""
    strength = strength_of(planned.run.typed_parameters())
    return strength.of(planned.factor) if strength and planned.factor != 1 else 1.0


def _pairs_of(
    recipe: Method, preset: str, pairs: Sequence[Pair]
) -> Iterator[tuple[Mapping[str, Any], Sequence[Pair]]]:
    """Settings, each with its pairs: a network for each style, where a network has learned one."""
    network = getattr(recipe.presets[preset], "network", None)
    if recipe.needs_style or network is None:
        yield {}, pairs
        return
    kind = read_card(locate_network(network)).get("kind")
    for name, file in shipped_networks().items():
        card = read_card(file)
        own = [pair for pair in pairs if pair.style == card.get("style", {}).get("name")]
        if card.get("kind") == kind and own:
            yield {"network": name}, own


def _experiment(
    benchmark: Benchmark,
    recipe: Method,
    preset: str,
    settings: Mapping[str, Any],
    swept: Strength | None,
    pairs: Sequence[Pair],
) -> Experiment:
    """An entry as an experiment, so that its runs are planned, named and cached as all others are."""
    arm = f"{recipe.id}/{preset}"
    point = {
        "id": arm,
        "caption": arm,
        "method": recipe.id,
        "parameters": preset,
        "settings": dict(settings),
    }
    sweep = swept and {"parameter": swept.parameter, "factors": benchmark.sweep[swept.parameter]}
    return Experiment.model_validate(
        {
            "id": ID,
            "title": "Benchmark",
            "source": {"document": "nstbench", "row": ID, "figure": "the ranking"},
            "question": "Which method is best, and at what cost?",
            "settings_note": "Every method with its presets, on the same pairs.",
            "method": recipe.id,
            "parameters": preset,
            "axes": [[point]],
            "pairs": list(pairs),
            "every_pair": True,
            "sweep": sweep,
            "panel": {"rows": [["content", "style", arm]]},
        }
    )
