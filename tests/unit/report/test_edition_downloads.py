"""Published editions in the site: whole, unpacked where `nstbench claims --edition` looks for them."""

import zipfile

from nstbench.report.tables.editions import write_editions


def test_each_edition_is_a_file_that_unpacks_to_what_was_published(tmp_path):
    folder = tmp_path / "data" / "editions" / "decisive"
    (folder / "charts").mkdir(parents=True)
    files = {"edition.json": b"{}", "runs.parquet": b"PAR1", "charts/a.parquet": b"PAR1 too"}
    for name, content in files.items():
        (folder / name).write_bytes(content)
    (tmp_path / "data" / "editions" / "unfinished").mkdir()
    site = tmp_path / "site"
    assert write_editions(tmp_path, site) == ["tables/edition-decisive.zip"]
    with zipfile.ZipFile(site / "tables" / "edition-decisive.zip") as archive:
        archive.extractall(tmp_path / "unpacked")
    unpacked = tmp_path / "unpacked" / "decisive"
    assert {name: (unpacked / name).read_bytes() for name in files} == files
    first = (site / "tables" / "edition-decisive.zip").read_bytes()
    (folder / "runs.parquet").touch()
    write_editions(tmp_path, site)
    assert (site / "tables" / "edition-decisive.zip").read_bytes() == first


def test_a_checkout_without_editions_offers_none(tmp_path):
    assert write_editions(tmp_path, tmp_path / "site") == []
