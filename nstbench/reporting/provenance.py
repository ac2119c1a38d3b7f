"""Where the results of a page come from: code, versions, machine and weights."""

from collections.abc import Sequence

from nstbench.experiments.finished import FinishedRun
from nstbench.experiments.profile import Profile
from nstbench.reporting.quantities import counted
from nstbench.reporting.usage import distinct, weights_used


def provenance(runs: Sequence[FinishedRun], profile: Profile, commit: str) -> dict[str, str]:
    """Every value that `runs` were made with, by heading; several values are listed."""
    records = [run.record for run in runs]
    devices = (f"{record['device']}, {counted(record['threads'], 'thread')}" for record in records)
    files = (
        f"{name} {digest[:12]}" for record in records for name, digest in record["sha256"]["weights"].items()
    )
    versions = (f"{name} {version}" for record in records for name, version in record["versions"].items())
    listed = {
        "Commit": [commit],
        "Profile": [profile.name],
        "Weights": weights_used(runs),
        "SHA-256 of weights": distinct(files),
        "Precision": distinct(record["precision"] for record in records),
        "Device": distinct(devices),
        "Platform": distinct(record["platform"] for record in records),
        "Versions": distinct(versions),
    }
    return {heading: ", ".join(values) for heading, values in listed.items()}
