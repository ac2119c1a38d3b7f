"""Where the results of the site come from: code, versions, machine, weights, pictures."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from nstbench.core.number_format import counted
from nstbench.images.manifest import Manifest, Picture
from nstbench.pipeline.cache_keys import code_key, run_key
from nstbench.pipeline.finished import FinishedRun
from nstbench.pipeline.profile import Profile
from nstbench.pipeline.usage import distinct, weights_used


@dataclass(frozen=True)
class UsedPicture:
    """A picture that results were made from, where it comes from and whose place it takes."""

    name: str
    picture: Picture
    stands_in_for: tuple[str, ...]

    @property
    def origin(self) -> str:
        """Where the picture comes from, in words."""
        if self.picture.file is not None:
            return "ships with nstbench"
        if self.picture.package is not None:
            return "comes with an installed package"
        return "a file of the user's"


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
        "Hash of the methods' code": distinct(
            f"{run.planned.run.method} {run_key(run.planned.run.method)[:12]}" for run in runs
        ),
        "Hash of the metrics' code": [code_key([], ["nstbench.metrics"])[:12]],
        "Profile": [profile.name],
        "Settings of the profile": [
            f"{name} {value}" for name, value in profile.model_dump(exclude={"name"}).items()
        ],
        "Weights": weights_used(runs),
        "SHA-256 of weights": distinct(files),
        "Precision": distinct(record["precision"] for record in records),
        "Device": distinct(devices),
        "Platform": distinct(record["platform"] for record in records),
        "Versions": distinct(versions),
    }
    return {heading: ", ".join(values) for heading, values in listed.items()}


def pictures_used(
    runs: Sequence[FinishedRun], others: Iterable[str], manifest: Manifest
) -> list[UsedPicture]:
    """Every picture that runs were made from, and `others` by the names asked for; sorted by title."""
    wanted = {name for run in runs for name in (run.planned.asked.content, run.planned.asked.style)}
    wanted |= {run.planned.asked.truth for run in runs if run.planned.asked.truth} | set(others)
    used: dict[str, list[str]] = {}
    for name in sorted(wanted):
        here = manifest.available(name)
        used.setdefault(here, []).extend([manifest[name].title] if here != name else [])
    pictures = [UsedPicture(name, manifest[name], tuple(titles)) for name, titles in used.items()]
    return sorted(pictures, key=lambda entry: entry.picture.title)
