"""What pictures were made with, and what that puts in the place of what the source used."""

from collections.abc import Iterable, Sequence

from nstbench.core.number_format import counted, span
from nstbench.images.manifest import Manifest
from nstbench.networks.weight_sources import EMBEDDED_WIDTH
from nstbench.pipeline.experiment import IMAGE_TILES, Experiment
from nstbench.pipeline.finished import FinishedRun
from nstbench.pipeline.profile import Profile

SURROGATE = "surrogate weights"


def usage(runs: Sequence[FinishedRun], profile: Profile) -> dict[str, str]:
    """What `runs` were made with, by heading; no weights for a method without a network."""
    return {
        "Profile": profile.name,
        "Size": f"{span([run.planned.run.size for run in runs])} px",
        "Evaluations": span([run.record["evaluations"] for run in runs]),
        "Weights": ", ".join(weights_used(runs)),
        "Precision": ", ".join(
            distinct(f"{run.record['precision']} on {run.record['device']}" for run in runs)
        ),
    }


def usage_lines(runs: Sequence[FinishedRun], profile: Profile, manifest: Manifest) -> list[str]:
    """`usage` in one line and one for each stand-in: what every panel and every table must say."""
    used = usage(runs, profile)
    unit = "evaluation" if used["Evaluations"] == "1" else "evaluations"
    used |= {"Profile": f"profile {used['Profile']}", "Evaluations": f"{used['Evaluations']} {unit}"}
    return [" · ".join(filter(None, used.values())), *stand_ins(runs, manifest)]


def substitutions(experiment: Experiment, runs: Sequence[FinishedRun], manifest: Manifest) -> list[str]:
    """What stands in the place of the source's weights, pictures and budget, in sentences."""
    surrogates = [weights for weights in weights_used(runs) if weights.startswith(SURROGATE)]
    cut = []
    for run in runs:
        settings = experiment.settings_of(run.planned.arm, shortened=False)
        asked = experiment.configure(run.planned.arm, settings).model_dump().get("evaluations")
        used = run.planned.run.parameters.get("evaluations")
        if used and asked and used != asked:
            cut.append(f"{counted(used, 'evaluation')} where the source's settings ask for {asked:,}")
    clauses = [*surrogates, *stand_ins(runs, manifest), *distinct(cut)]
    return [f"{clause[0].upper()}{clause[1:]}." for clause in clauses]


def weights_used(runs: Iterable[FinishedRun]) -> list[str]:
    """Where the weights of the runs' networks come from, a phrase per source."""
    backbones: dict[str, list[str]] = {}
    for used in ({**run.record["facts"], **run.planned.run.parameters} for run in runs):
        if "backbone" in used:
            backbones.setdefault(used["weights"], []).append(used["backbone"])
    return [weights_phrase(source, ", ".join(distinct(names))) for source, names in backbones.items()]


def stand_ins(runs: Iterable[FinishedRun], manifest: Manifest) -> list[str]:
    """A clause for each picture that another one replaces."""
    replaced = {
        getattr(run.planned.asked, role): getattr(run.planned.used, role)
        for run in runs
        for role in IMAGE_TILES
    }
    return [
        f"{manifest[used].title} is a stand-in for {manifest[wanted].title}"
        for wanted, used in replaced.items()
        if used != wanted
    ]


def distinct(texts: Iterable[str]) -> list[str]:
    """The texts without repetitions, in the order of their first appearance."""
    return list(dict.fromkeys(texts))


def weights_phrase(source: str, backbones: str) -> str:
    """Where the weights of networks come from."""
    known = {
        "embedded": f"{SURROGATE} (embedded {backbones} at {EMBEDDED_WIDTH:g} of its width)",
        "original": f"original weights ({backbones})",
        "imagenet": f"ImageNet weights ({backbones})",
        "random": f"random weights ({backbones})",
        "random-half": f"random weights ({backbones} at {EMBEDDED_WIDTH:g} of its width)",
    }
    return known.get(source, f"own weights ({backbones})")
