"""Usage: `nstbench claims`."""

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from nstbench.cli.options import Results
from nstbench.cli.output import AsJson, print_json, print_table
from nstbench.cli.requirements import checkout
from nstbench.core.errors import InputError

EXAMPLES = ("nstbench claims", "nstbench claims --profile full --json > claims.json")

ProfileName = Annotated[
    str | None,
    typer.Option(
        "--profile",
        envvar="PROFILE",
        help="The profile that made them.",
        show_default="the one recorded there",
    ),
]


def claims(results: Results = Path("results"), profile: ProfileName = None, as_json: AsJson = False) -> None:
    """Judge every claim of the documents by the results: verdict, numbers, reason."""
    root = checkout()
    from nstbench.claims.evidence import Evidence
    from nstbench.claims.register import load_register
    from nstbench.claims.verdicts import judge_claims
    from nstbench.core.number_format import MISSING
    from nstbench.pipeline.recorded_profile import project_of

    project = project_of(results, root, profile)
    load_register(project)  # What is wrong with the claims themselves comes first.
    if not (results / "scores.csv").is_file():
        raise InputError(f"there are no results in {results}; make them with `snakemake --cores all`")
    Evidence(project, results).check_complete()
    found = judge_claims(project, results).claims
    if as_json:
        print_json([claim.model_dump(mode="json") for claim in found])
        return
    rows = []
    for each in found:
        estimate = MISSING
        if each.estimate is not None:
            # The first test's median with its interval, in its unit.
            ends = " to ".join(f"{end:.2f}" for end in each.interval or ())
            estimate = f"{each.estimate:.2f}{f' ({ends})' if ends else ''} {each.unit}"
        rows.append((each.id, each.verdict, str(each.n_pairs), estimate, each.reason))
    print_table(("claim", "verdict", "n", "estimate", "reason"), rows)
    counts = Counter(claim.verdict for claim in found)
    print(
        f"{len(found)} claims: " + ", ".join(f"{count} {verdict}" for verdict, count in counts.most_common())
    )
    if project.profile.warning:
        print(project.profile.warning)
