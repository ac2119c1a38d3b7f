"""Published editions as files that travel with the site."""

import zipfile
from pathlib import Path

from nstbench.claims.editions import FOLDER, editions
from nstbench.core.files import written_whole


def write_editions(root: Path, reports: Path) -> list[str]:
    """Write reports/tables/edition-<name>.zip for each edition of a checkout; their addresses in the site.

    Times are left out, so that the same edition gives the same bytes. Tables are compressed already.
    """
    addresses = []
    for name in editions(root):
        folder = root / FOLDER / name
        address = f"tables/edition-{name}.zip"
        with written_whole(reports / address) as temporary, zipfile.ZipFile(temporary, "w") as archive:
            for file in sorted(filter(Path.is_file, folder.rglob("*"))):
                inside = zipfile.ZipInfo(f"{name}/{file.relative_to(folder).as_posix()}")
                archive.writestr(inside, file.read_bytes())
        addresses.append(address)
    return addresses
