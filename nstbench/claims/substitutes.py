"""What a test was made with in the place of what the documents used."""

from collections.abc import Iterator

from nstbench.claims.statistics.base import StatisticParameters
from nstbench.experiments.project import Project
from nstbench.metrics import metrics

# Pixels of a side that the documents work with, as far as they say so.
USUAL_SIZE = 512


def substitutes(parameters: StatisticParameters, project: Project) -> list[str]:
    """Phrases: embedded weights, painted pictures, a smaller size; none for what needs no pictures."""
    if not parameters.arms_read and not parameters.charts_read:
        return []
    return list(_substitutes(parameters, project))


def _substitutes(parameters: StatisticParameters, project: Project) -> Iterator[str]:
    profile = project.profile
    if profile.weights == "embedded":
        yield "embedded weights"
    elif any(metrics()[name].judge for name in parameters.metrics_read):
        yield "judged by embedded networks"
    if any(project.manifest[name].painted for name in _pictures(parameters, project)):
        yield "painted pictures"
    if profile.size < USUAL_SIZE:
        yield f"{profile.size} px"


def _pictures(parameters: StatisticParameters, project: Project) -> set[str]:
    """The pictures that are used, by name."""
    charts = [project.charts[id] for id in parameters.charts_read]
    experiments = {*parameters.arms_read, *(chart.experiment for chart in charts if chart.experiment)}
    used = {name for id in experiments for entry in project.plans[id] for name in entry.trial.pictures}
    return used | {project.manifest.available(name) for chart in charts for name in chart.pictures}
