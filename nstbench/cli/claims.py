"""Usage: `nstbench claims`."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nstbench.cli.options import Results
from nstbench.cli.output import AsJson, print_json, print_table, say
from nstbench.cli.requirements import checkout
from nstbench.core.errors import InputError

if TYPE_CHECKING:
    from nstbench.claims.evidence import Evidence

EXAMPLES = (
    "nstbench claims",
    "nstbench claims --profile full --json > claims.json",
    "nstbench claims --edition decisive",
    "nstbench claims --compare decisive results",
    "nstbench claims --publish decisive --results build/decisive/results",
)
THE_RECORDED = "the one recorded there"

ProfileName = Annotated[
    str | None,
    typer.Option(
        "--profile", envvar="PROFILE", help="The profile that made them.", show_default=THE_RECORDED
    ),
]
EditionName = Annotated[
    str | None,
    typer.Option("--edition", help="Judge a published edition (data/editions/) instead of results."),
]
Published = Annotated[
    str | None, typer.Option("--publish", help="Write the results as an edition of this name.")
]
Compared = Annotated[
    tuple[str, str] | None,
    typer.Option("--compare", help="Two editions, or folders of results: list the verdicts that differ."),
]
AsMarkdown = Annotated[
    bool, typer.Option("--markdown", help="Print the page of verdicts, as docs/verdicts.md has it.")
]


def claims(
    results: Results = Path("results"),
    profile: ProfileName = None,
    edition: EditionName = None,
    publish: Published = None,
    compare: Compared = None,
    as_json: AsJson = False,
    as_markdown: AsMarkdown = False,
) -> None:
    """Judge every claim of the documents by the results: verdict, numbers, reason."""
    root = checkout()
    if sum(asked is not None for asked in (edition, publish, compare)) > 1:
        raise InputError("--edition, --publish and --compare are three things to do; give one of them")
    if compare:
        _compare(root, *compare, as_json)
        return
    from nstbench.claims import editions
    from nstbench.claims.verdicts import judge_by

    evidence = editions.load_edition(root, edition) if edition else _finished(root, results, profile)
    if publish:
        folder = root / editions.FOLDER
        provenance = editions.publish(evidence, publish, folder)
        size = sum(file.stat().st_size for file in (folder / publish).rglob("*") if file.is_file()) / 1e6
        say(
            f"{folder / publish}: {provenance.runs:,} runs, {provenance.hours} hours of a core, {size:.1f} MB"
        )
        return
    found = judge_by(evidence)
    if as_markdown:
        from nstbench.claims.markdown import page

        print(page(found, evidence.project, edition), end="")
    elif as_json:
        print_json([claim.model_dump(mode="json") for claim in found.claims])
    else:
        from nstbench.core.number_format import MISSING

        rows = []
        for each in found.claims:
            estimate = MISSING
            if each.estimate is not None:
                # The first test's median with its interval, in its unit.
                ends = " to ".join(f"{end:.2f}" for end in each.interval or ())
                estimate = f"{each.estimate:.2f}{f' ({ends})' if ends else ''} {each.unit}"
            rows.append((each.id, each.verdict, str(each.n_pairs), estimate, each.reason))
        print_table(("claim", "verdict", "n", "estimate", "reason"), rows)
        counts = Counter(claim.verdict for claim in found.claims).most_common()
        print(f"{len(rows)} claims: " + ", ".join(f"{count} {verdict}" for verdict, count in counts))
        if warning := evidence.project.profile.warning:
            print(warning)


def _finished(root: Path, results: Path, profile: str | None = None) -> "Evidence":
    """The evidence of finished results; InputError when they are not."""
    from nstbench.claims.evidence import Evidence
    from nstbench.claims.register import load_register
    from nstbench.pipeline.recorded_profile import project_of

    project = project_of(results, root, profile)
    load_register(project)  # What is wrong with the claims themselves comes first.
    if not (results / "scores.csv").is_file():
        raise InputError(f"there are no results in {results}; make them with `snakemake --cores all`")
    evidence = Evidence(project, results)
    evidence.check_complete()
    return evidence


def _compare(root: Path, one: str, other: str, as_json: bool) -> None:
    """Print the claims on which two editions or folders of results have different verdicts."""
    from nstbench.claims.editions import editions, load_edition
    from nstbench.claims.verdicts import judge_by

    judged = []
    for name in (one, other):
        published = name in editions(root) or not Path(name).is_dir()
        evidence = load_edition(root, name) if published else _finished(root, Path(name))
        judged.append({claim.id: claim for claim in judge_by(evidence).claims})
    before, after = judged
    moved = [id for id in before if before[id].verdict is not after[id].verdict]
    if as_json:
        print_json([{"id": id, one: before[id].verdict, other: after[id].verdict} for id in moved])
        return
    rows = [(id, before[id].verdict, after[id].verdict, after[id].reason) for id in moved]
    print_table(("claim", one, other, f"why, in {other}"), rows)
    print(f"{len(moved)} of {len(before)} claims have another verdict")
