"""Usage: `nstbench claims`."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nstbench.cli.options import Results
from nstbench.cli.output import AsJson, print_json, print_table
from nstbench.cli.requirements import checkout

EXAMPLES = ("nstbench claims", "nstbench claims --profile full --json > claims.json")

if TYPE_CHECKING:
    from nstbench.claims.records import ClaimVerdict

ProfileName = Annotated[
    str | None,
    typer.Option(
        "--profile", envvar="PROFILE", help="The profile that made them.", show_default="that of config.yaml"
    ),
]


def claims(results: Results = Path("results"), profile: ProfileName = None, as_json: AsJson = False) -> None:
    """Judge every claim of the documents by the results: verdict, numbers, reason."""
    root = checkout()
    from nstbench.claims.verdicts import judge_claims
    from nstbench.pipeline.project import Project

    found = judge_claims(Project.load(root, profile), results).claims
    if as_json:
        print_json([claim.model_dump(mode="json") for claim in found])
        return
    print_table(
        ("claim", "verdict", "n", "estimate", "reason"),
        [(each.id, each.verdict, str(each.n_pairs), _estimate(each), each.reason) for each in found],
    )
    counts = Counter(claim.verdict for claim in found)
    print(
        f"{len(found)} claims: " + ", ".join(f"{count} {verdict}" for verdict, count in counts.most_common())
    )


def _estimate(claim: "ClaimVerdict") -> str:
    """The first test's median with its interval, in its unit."""
    from nstbench.core.number_format import MISSING

    if claim.estimate is None:
        return MISSING
    ends = " to ".join(f"{end:.2f}" for end in claim.interval or ())
    return f"{claim.estimate:.2f}{f' ({ends})' if ends else ''} {claim.unit}"
