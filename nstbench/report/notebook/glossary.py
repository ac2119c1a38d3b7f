"""What metrics are called in notebooks, and how each is measured."""

from IPython.display import Markdown

from nstbench.core.errors import InputError
from nstbench.core.number_format import NO_BREAK
from nstbench.metrics import metrics
from nstbench.metrics.base import Metric
from nstbench.report.notebook.tables import bullets


def glossary() -> Markdown:
    """The metrics that `Document.scores` shows: what each is called and how it is measured."""
    main = [each for each in metrics().values() if each.main]
    return Markdown(bullets(f"**{heading(each)}** {each.title}: {each.definition}" for each in main))


def known_metric(name: str) -> Metric:
    """The metric of that id; InputError on an unknown one."""
    known = metrics()
    if name not in known:
        raise InputError(f"unknown metric {name!r}; allowed: {', '.join(known)}")
    return known[name]


def heading(metric: Metric) -> str:
    """A metric's id with an arrow to its better side."""
    return f"{metric.id}{NO_BREAK}{metric.arrow}"
