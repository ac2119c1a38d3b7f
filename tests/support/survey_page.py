"""A survey of four pairs from a table of pictures, as commands make it and as a parser reads it."""

import base64
import csv
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

ARMS = ("zebra", "quagga")


@pytest.fixture
def table(tmp_path):
    """Four pairs with a result of two arms each; every picture has a colour and telling metadata."""
    lines = []
    for number in range(4):
        for role in ("content", "style", *ARMS):
            save_telling(tmp_path / f"okapi-{role}-{number}.png", colour(role, number))
        pair = {role: f"okapi-{role}-{number}.png" for role in ("content", "style")}
        lines += [{"arm": arm, **pair, "result": f"okapi-{arm}-{number}.png"} for arm in ARMS]
    return write_table(tmp_path / "gnu-shore.csv", lines)


def write_table(file, lines):
    with file.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, ("arm", "content", "style", "result"))
        writer.writeheader()
        writer.writerows(lines)
    return file


def save_telling(file, colour):
    said = PngInfo()
    said.add_text("Comment", "made by ibex")
    Image.new("RGB", (40, 30), colour).save(file, pnginfo=said)


def colour(role, number):
    return (60 * ("content", "style", *ARMS).index(role), 50 * number, 128)


class Page(HTMLParser):
    """The elements of a page, and the data that its script reads."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.html = file.read_text(encoding="utf-8")
        self.feed(self.html)
        self.data = json.loads(re.findall(r'id="data">(.*)</script>', self.html)[0])

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attributes)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def picture(self, name: str) -> bytes:
        return base64.b64decode(self.data["results"][name]["picture"].removeprefix("data:image/webp;base64,"))


@pytest.fixture
def write(run, table, tmp_path):
    """`nstbench survey` of the table, with options; the page and its key."""

    def write(*options, name="survey.html"):
        process = run("survey", "-o", tmp_path / name, "--pictures", table, *options)
        assert process.returncode == 0, process.stderr
        key = json.loads((tmp_path / name).with_suffix(".key.json").read_text())
        return Page(tmp_path / name), key

    return write
