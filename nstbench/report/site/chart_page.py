"""The page of a chart: the drawing, its findings and the values behind it, ready for the template."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nstbench.charts.chart import Chart
from nstbench.charts.kinds import chart_kind
from nstbench.charts.writing import DOTS_PER_INCH, drawing_file, facts_file
from nstbench.core.number_format import duration
from nstbench.images.manifest import Manifest
from nstbench.pipeline.profile import Profile
from nstbench.pipeline.seals import whole
from nstbench.pipeline.usage import SURROGATE
from nstbench.report.figures.files import thumbnail_file
from nstbench.report.site.addresses import relative, snakemake_command
from nstbench.report.tables.chart_values import ValueTable, chart_values, published_table


@dataclass(frozen=True)
class ChartPage:
    """One chart; `thumbnail` is an address on the first page, the others are on the chart's.

    What `is_inked` is lines and letters alone, which a dark page may turn light.
    """

    entry: Chart
    drawing: str
    width: int
    height: int
    thumbnail: str
    findings: list[str]
    used: dict[str, str]
    substitutions: list[str]
    table: str
    values: ValueTable | None
    command: str
    is_inked: bool
    template: str = "chart.html.j2"

    @property
    def differences(self) -> list[str]:
        """How the chart differs from the source's, in sentences."""
        return [*self.substitutions, *self.entry.deviations]


def make_chart_page(
    chart: Chart, profile: Profile, manifest: Manifest, results: Path, reports: Path
) -> ChartPage:
    """The page of a chart; InputError when it is not drawn yet."""
    file = facts_file(reports, chart.id)
    facts: dict[str, Any] = json.loads(whole(file).read_text(encoding="utf-8"))
    used = {"Profile": profile.name}
    if facts["weights"]:  # Only a network has a size and a precision to be used at.
        used |= {
            "Size": f"{facts['size']} px",
            "Weights": ", ".join(facts["weights"]),
            "Precision": f"{facts['precision']} on {facts['device']}",
            "Measured in": duration(facts["seconds"]),
        }
    surrogates = [weights for weights in facts["weights"] if weights.startswith(SURROGATE)]
    stand_ins = [
        f"{manifest[used].title} is a stand-in for {manifest[wanted].title}"
        for wanted, used in facts["pictures"].items()
        if used != wanted
    ]
    width, height = (round(DOTS_PER_INCH * inches) for inches in chart_kind(chart.kind).inches)
    return ChartPage(
        entry=chart,
        drawing=relative(drawing_file(reports, chart.id), reports / "figures"),
        width=width,
        height=height,
        thumbnail=relative(thumbnail_file(reports, chart.id), reports),
        findings=facts["findings"],
        used=used,
        substitutions=[f"{clause[0].upper()}{clause[1:]}." for clause in (*surrogates, *stand_ins)],
        table=relative(published_table(reports, chart.id), reports / "figures"),
        values=chart_values(results, chart.id),
        command=snakemake_command(f"reports/figures/{chart.id}.svg", profile),
        is_inked="<image" not in drawing_file(reports, chart.id).read_text(encoding="utf-8"),
    )
