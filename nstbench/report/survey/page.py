"""The survey as a file: one HTML page that holds its pictures, asks, remembers, and sends nothing."""

import base64
import hashlib
import io
import json
from functools import cache
from pathlib import Path

from PIL import Image, ImageOps

from nstbench.core.files import write_text
from nstbench.images.reading import read_picture
from nstbench.report.site.templating import environment
from nstbench.report.survey.design import Design
from nstbench.report.survey.mode import Mode
from nstbench.report.survey.records import ANSWERS_FORMAT, HIGHEST_RATING, KEY_FORMAT, Key, Shown

TEMPLATES = Path(__file__).parent / "templates"
LARGEST_SIDE = 512
WEBP_QUALITY = 90


def write_survey(design: Design, mode: Mode, seed: int, experiment: str | None, out: Path) -> Path:
    """Write the page to `out` and the key beside it, whose place is returned.

    The page holds nothing that tells results apart but their pixels: no name of an arm, a pair, a run or a
    file, and no metadata of the pictures. InputError when a picture cannot be read or a file not be written.
    """
    # Results in the order of their names; each source picture once, counted in the order of its first use.
    sources: dict[str, int] = {}
    results: dict[str, dict[str, str | int]] = {}
    for name, candidate in sorted(design.results.items()):
        results[name] = {"picture": _data_uri(candidate.result, candidate.square)}
        for role, file in {"content": candidate.content, "style": candidate.style}.items():
            picture = _data_uri(file, candidate.square)
            results[name][role] = sources.setdefault(picture, len(sources))
    content = {"results": results, "sources": list(sources), "sheets": design.sheets}
    page = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:12]
    data = {"format": ANSWERS_FORMAT, "page": page, "mode": mode, "seed": seed, **content}
    html = environment(TEMPLATES).get_template("survey.html.j2")
    key = Key(
        format=KEY_FORMAT,
        page=page,
        mode=mode,
        seed=seed,
        experiment=experiment,
        arms=design.arms,
        results={
            name: Shown(
                arm=candidate.arm,
                content=candidate.pair[0],
                style=candidate.pair[1],
                run=candidate.run,
            )
            for name, candidate in design.results.items()
        },
    )
    key_file = out.with_suffix(".key.json")
    write_text(key_file, key.model_dump_json(indent=2) + "\n")
    questions = len(design.sheets[0])
    write_text(out, html.render(data=data, mode=mode, questions=questions, highest_rating=HIGHEST_RATING))
    return key_file


@cache
def _data_uri(file: Path, square: bool) -> str:
    """The picture without metadata, its sides at most LARGEST_SIDE; with `square` its centre only."""
    picture = read_picture(file)
    if square:
        picture = ImageOps.fit(picture, (min(picture.size),) * 2)
    picture.thumbnail((LARGEST_SIDE, LARGEST_SIDE), Image.Resampling.LANCZOS)
    data = io.BytesIO()
    picture.save(data, "WEBP", quality=WEBP_QUALITY, exif=b"")
    return f"data:image/webp;base64,{base64.b64encode(data.getvalue()).decode()}"
