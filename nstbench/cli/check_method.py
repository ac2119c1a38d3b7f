"""Usage: `nstbench check-method gatys2015`."""

from typing import Annotated

import typer

from nstbench.cli.output import AsJson, print_json, print_table

EXAMPLES = ("nstbench check-method adain2017", "nstbench check-method gatys2015 --json")


def check_method(
    name: Annotated[str, typer.Argument(help="A method, as `nstbench list methods` has it.")],
    as_json: AsJson = False,
) -> None:
    """Check that a method keeps its promises; exit status 1 where it does not."""
    from nstbench.methods import conformance, method

    findings = list(conformance.check_method(method(name)))
    if as_json:
        print_json([{"method": name, **vars(finding)} for finding in findings])
    else:
        rows = [(finding.check, "pass" if finding.passed else "FAIL", finding.reason) for finding in findings]
        print_table(("check", "", "seen"), rows, [not finding.passed for finding in findings])
    if not all(finding.passed for finding in findings):
        raise typer.Exit(1)
