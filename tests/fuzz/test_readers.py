"""Every reader of files, given files that were damaged at random: it reads them, or refuses them in one line.

Quick as a part of `make unit`; `make fuzz MINUTES=10` goes on with others (FUZZ_EXAMPLES of each at a time).
"""

import csv
import io
import json
import os
import resource
import shutil
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from fractions import Fraction
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from PIL import Image
from rankings import a_ranking

from nstbench.charts.chart import load_chart
from nstbench.claims.editions import load_edition
from nstbench.claims.evidence import Evidence, Picture
from nstbench.claims.records import read_verdicts
from nstbench.claims.register import Document
from nstbench.claims.sample import NoEvidenceError
from nstbench.core.configuration import load_named
from nstbench.core.errors import InputError
from nstbench.core.hardware import Hardware
from nstbench.images.manifest import load_manifest
from nstbench.images.reading import read_with_alpha
from nstbench.images.video import FORMATS, Frame, has_sound, moves, read_frames, read_timing, write_frames
from nstbench.methods.adain2017.network import read_decoder
from nstbench.methods.chen2016.network import load_network
from nstbench.methods.johnson2016.modules import load_transformation
from nstbench.methods.ulyanov2016.generator import load_generator
from nstbench.networks.catalogue import architecture
from nstbench.networks.feedforward.inventory import CARD
from nstbench.networks.tensor_files import read_tensors
from nstbench.networks.weight_files import read_weights
from nstbench.pipeline.benchmark.configuration import load_benchmark
from nstbench.pipeline.benchmark.records import read_peer_result, read_ranking
from nstbench.pipeline.experiment import load_experiment
from nstbench.pipeline.finished import read_record
from nstbench.pipeline.pinned_losses.reference import read_reference
from nstbench.pipeline.pinned_losses.specification import load_regression
from nstbench.pipeline.profile import load_configuration
from nstbench.pipeline.project import CHECKOUT, Project
from nstbench.pipeline.recorded_profile import recorded_profile
from nstbench.pipeline.seals import damages
from nstbench.pipeline.tables import SCORE_COLUMNS
from nstbench.pipeline.training import load_training
from nstbench.report.survey.agreement import agreements
from nstbench.report.survey.reading import read_returned
from nstbench.report.survey.results import estimates, left_chosen
from nstbench.report.tables.scores import read_scores

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "6"))
# Of a core, so that a busy machine makes no difference.
MOST_SECONDS = 5.0
MOST_KILOBYTES = 4_000_000
CPU = torch.device("cpu")
TRAINED = CHECKOUT / "nstbench" / "networks" / "trained"


class Reader(NamedTuple):
    """The name of a file, what gives the bytes of a whole one, and what reads it from its folder."""

    file: str
    content: Callable[[], bytes]
    read: Callable[[Path], object]


@cache
def manifest():
    return load_manifest(CHECKOUT / "data" / "images.yaml")


@cache
def project():
    return Project.load(CHECKOUT, "smoke")


def picture(suffix):
    pixels = np.random.default_rng(0).integers(0, 256, (24, 36, 3), dtype=np.uint8)
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, Image.registered_extensions()[suffix])
    return stream.getvalue()


@cache
def video(suffix):
    random = np.random.default_rng(0)
    pictures = (Image.fromarray(random.integers(0, 256, (24, 36, 3), dtype=np.uint8)) for _ in range(4))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"x{suffix}"
        write_frames(
            file,
            [Frame(each, Fraction(n, 25), Fraction(1, 25)) for n, each in enumerate(pictures)],
            Fraction(25),
        )
        return file.read_bytes()


def watch(file):
    """All that is read of a video."""
    moves(file)
    read_timing(file)
    has_sound(file)
    for _ in read_frames(file):
        pass


def pickled():
    stream = io.BytesIO()
    torch.save({"state_dict": {"features.0.weight": torch.ones(64, 3, 3, 3)}}, stream)
    return stream.getvalue()


def table(*rows):
    stream = io.StringIO()
    csv.writer(stream).writerows(rows)
    return stream.getvalue().encode()


def parquet(rows):
    stream = io.BytesIO()
    pd.DataFrame(rows).to_parquet(stream)
    return stream.getvalue()


KEY = {
    "format": "nstbench survey key",
    "page": "0123456789ab",
    "mode": "rating",
    "seed": 0,
    "experiment": "fig",
    "arms": ["zebra", "quagga"],
    "results": {
        name: {"arm": arm, "content": "cat", "style": "night", "run": f"run-{name}"}
        for name, arm in (("aaaa", "zebra"), ("bbbb", "quagga"))
    },
}
ANSWERS = {
    "format": "nstbench survey answers",
    "page": "0123456789ab",
    "mode": "rating",
    "seed": 0,
    "participant": "Zoe",
    "saved": "2026-01-02T03:04:05Z",
    "questions": [{"shown": ["aaaa"], "answer": 8}, {"shown": ["bbbb"], "answer": 7}],
}
RECORD = {"id": "a", "specification": {"size": 64}, "seconds": 1.5, "evaluations": 3, "facts": {}}
SEAL = {"scores.csv": {"sha256": "0" * 64, "size": 3, "mtime_ns": 1}}
PROVENANCE = {
    "name": "made",
    "nstbench": "0.1.0",
    "profile": {"name": "smoke", "size": 64, "weights": "embedded", "evaluations": 12},
    "own_pictures": [],
    "runs": 1,
    "evaluations": 3,
    "hours": 0.1,
    "made_with": {"torch": {"2.15.0": 1}},
    "pictures": {},
    "weights": {},
    "networks": {},
}


def survey(folder):
    (folder / "survey.key.json").write_text(json.dumps(KEY))
    return read_returned(sorted(folder.glob("*")))


def edition():
    """The files of an edition of one run in a checkout of one experiment; tables as rows."""
    entry = project().plans["da-tv"][0]
    place = {
        "experiment": entry.experiment,
        **entry.pair.model_dump(),
        "truth_used": entry.truth,
        "arm": entry.arm.id,
        "factor": 1.0,
        "evidence": True,
        "run": entry.run.id,
    }
    record = {"seconds": 1.5, "evaluations": 3, "final_losses": {"total": "inf"}}
    run = {"run": entry.run.id, "specification": entry.run.model_dump(mode="json"), "record": record}
    return {
        "plan.parquet": [place],
        "runs.parquet": [run],
        "scores.parquet": [{"run": entry.run.id, "experiment": "da-tv", "metric": "C_lite", "value": 0.5}],
        "traces.parquet": [{"run": entry.run.id, "evaluation": 1, "loss": 2.0}],
        "differences.parquet": [{"one": "a.png", "other": "b.png", "size": 64, "difference": 1.0}],
    }


def as_parquet(rows):
    """Rows as an edition has them: what is a document in a cell is written as JSON."""
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, dict):
            row |= {key: json.dumps(value) for key, value in row.items() if isinstance(value, dict)}
    return parquet(rows)


def part_of_edition(name):
    """A reader of an edition whose file `name` is the damaged one."""

    def read(folder):
        root = folder / "checkout"
        for part in ("config/experiments", "data/editions/made"):
            (root / part).mkdir(parents=True)
        shutil.copy(CHECKOUT / "data" / "images.yaml", root / "data")
        shutil.copy(CHECKOUT / "config" / "config.yaml", root / "config")
        shutil.copy(CHECKOUT / "config" / "experiments" / "da-tv.yaml", root / "config" / "experiments")
        (root / "data/editions/made/edition.json").write_text(json.dumps(PROVENANCE))
        for file, rows in edition().items():
            (root / "data/editions/made" / file).write_bytes(as_parquet(rows))
        shutil.move(folder / name, root / "data/editions/made" / name)
        made = load_edition(root, "made")
        made.score_table()
        for entry in made.project.planned:
            made.record(entry)
            made.least_loss(entry)
            with suppress(NoEvidenceError):
                made.colour_difference(Picture("a.png", 64), Picture("b.png", 64))

    if name == "edition.json":
        return Reader(name, json.dumps(PROVENANCE).encode, read)
    return Reader(name, lambda: as_parquet(edition()[name]), read)


def network(name, read):
    """The reader of a network that ships."""
    file = TRAINED / f"{name}.safetensors"
    return Reader(file.name, file.read_bytes, lambda folder: read(folder / file.name))


def configuration(name, read):
    """The reader of a file in config/ or data/."""
    file = CHECKOUT / name
    return Reader(file.name, file.read_bytes, lambda folder: read(folder / file.name))


def made_here(name, content, read):
    """The reader of a file that the pipeline or a user's program writes; JSON unless it is bytes."""
    content = content if isinstance(content, bytes) else json.dumps(content, indent=1).encode()
    return Reader(name, lambda: content, read)


SCORES = table(("run", "experiment", "factor", "metric", "value", "reason"), ("a", "e", 1, "C_lite", 0.5, ""))
PICTURES = (".png", ".jpg", ".webp", ".tif", ".bmp", ".gif", ".ppm", ".avif")
CLAIMS = "config/claims/da.yaml"
READERS = [
    *(
        Reader(
            f"x{suffix}",
            lambda s=suffix: picture(s),
            lambda folder, s=suffix: read_with_alpha(folder / f"x{s}"),
        )
        for suffix in PICTURES
    ),
    *(
        Reader(f"clip{suffix}", partial(video, suffix), lambda folder, s=suffix: watch(folder / f"clip{s}"))
        for suffix in FORMATS
    ),
    Reader("w.pth", pickled, lambda folder: read_tensors(folder / "w.pth")),
    Reader("w.pt", pickled, lambda folder: read_weights(architecture("vgg19"), folder / "w.pt")),
    network("whirling_generator", read_tensors),
    network("whirling_generator", lambda file: load_generator(file, CPU)),
    network("whirling_night", lambda file: load_transformation(file, CPU)),
    network("any_style", lambda file: read_decoder(file, None, CPU)),
    network("style_swap", lambda file: load_network(file, Hardware(CPU, "fp32"))),
    configuration("config/config.yaml", load_configuration),
    configuration("config/benchmark.yaml", lambda file: load_benchmark(file, manifest())),
    configuration("config/regression.yaml", load_regression),
    configuration("config/experiments/da-tv.yaml", lambda file: load_experiment(file, manifest())),
    configuration(
        "config/trainings/adain.yaml",
        lambda file: load_training(file, manifest(), ("smoke", "default", "full", "decisive", "paper")),
    ),
    configuration(
        "config/charts/jain-fig1.yaml",
        lambda file: load_chart(file, manifest(), set(project().experiments), set(project().trainings)),
    ),
    configuration(CLAIMS, lambda file: load_named(file, Document, lambda document: None)),
    configuration("data/images.yaml", load_manifest),
    configuration("results/reference/losses.csv", read_reference),
    made_here("run.json", RECORD, read_record),
    made_here("profile.json", {"name": "smoke", "changes": {}}, recorded_profile),
    made_here("seals/x.json", SEAL, lambda folder: damages(folder, "x")),
    made_here("benchmark/ranking.json", a_ranking().model_dump(mode="json"), read_ranking),
    made_here(
        "peer.json", {"seconds": 1.5, "program": "p"}, lambda folder: read_peer_result(folder / "peer.png")
    ),
    made_here(
        "claims.json",
        {"claims": [], "profile": "smoke"},
        lambda folder: read_verdicts(folder / "claims.json"),
    ),
    made_here("scores.csv", SCORES, lambda folder: read_scores(folder / "scores.csv")),
    made_here("answers.json", ANSWERS, survey),
    made_here("key.json", KEY, survey),
    made_here("answers.csv", table(("participant", "shown", "answer"), ("Zoe", "aaaa", 8)), survey),
    *(part_of_edition(f"{name}.parquet") for name in ("plan", "runs", "scores", "traces", "differences")),
    part_of_edition("edition.json"),
]
# What people, programs and disks put into files: other encodings, long numbers, deep nesting.
SNIPPETS = st.sampled_from(
    [
        b"",
        b"\0" * 64,
        b"\xff\xfe",
        b"\xc3\x28",
        "ü\u202e\U0001f600".encode("utf-16"),
        b"9" * 5000,
        b"-1",
        b"1e999",
        b"nan",
        b"null",
        b"[]",
        b"{}",
        b'"',
        b"\n\n",
        b",,,,",
        b"&a [*a, *a]",
        b"!!python/object:os.system x",
        b"[" * 3000,
        b'{"a":' * 3000,
        b"- " * 3000,
    ]
)


@st.composite
def damages_of(draw):
    """A function of bytes that cuts, repeats, overwrites or fills in, most often at the start."""
    changes = draw(
        st.lists(
            st.tuples(
                st.sampled_from(["cut", "repeat", "overwrite", "insert"]),
                st.floats(0, 1) | st.floats(0, 0.02),
                st.integers(1, 40),
                SNIPPETS | st.binary(min_size=1, max_size=8),
            ),
            min_size=1,
            max_size=3,
        )
    )

    def damage(content):
        for how, place, length, snippet in changes:
            at = int(place * len(content))
            before, part, after = content[:at], content[at : at + length], content[at + length :]
            match how:
                case "cut":
                    content = before
                case "repeat":
                    content = before + part * 3 + after
                case "overwrite":
                    content = before + snippet + content[at + len(snippet) :]
                case "insert":
                    content = before + snippet + content[at:]
        return content

    return damage


def fuzzed(given_damage):
    """A test of examples that are the same each time, unless more of them are asked for."""
    return settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize="FUZZ_EXAMPLES" not in os.environ,
        suppress_health_check=list(HealthCheck),
    )(given_damage)


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.file)
def test_a_damaged_file_is_read_or_refused_in_a_line(reader, tmp_path_factory):
    whole = reader.content()

    @fuzzed
    @given(damages_of())
    def read(damage):
        check(reader, tmp_path_factory.mktemp("damaged"), damage(whole))

    read()


def check(reader, folder, content):
    """Read a file of that content; only `InputError` may be raised, its message in one line, and soon."""
    file = folder / reader.file
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(content)
    started = time.process_time()
    try:
        reader.read(folder)
    except InputError as refused:
        assert len(str(refused).splitlines()) == 1, str(refused)
    finally:
        shutil.rmtree(folder)
    assert time.process_time() - started < MOST_SECONDS
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < MOST_KILOBYTES


# What can stand in a document in the place of what belongs there.
VALUES = st.sampled_from(
    [
        *(None, True, -1, 0, 10**30, 10**400, 1e308, "", "\0", "ü" * 5000, "2026-02-30", "nan", "inf"),
        *([], {}, [[]], [None, None], {"": None}, "../../x", "a" * 64),
        json.loads("[" * 30 + "]" * 30),
        json.loads("[" * 60 + "]" * 60),
    ]
)


def places(document, here=()):
    """The way to each value of a document."""
    yield here
    if isinstance(document, dict | list):
        keys = document if isinstance(document, dict) else range(len(document))
        for key in keys:
            yield from places(document[key], (*here, key))


def changed(document, place, how, value):
    """The document with the value at a place replaced, gone, or there twice."""
    if not place:
        return value
    document = json.loads(json.dumps(document))
    *above, last = place
    inner = document
    for key in above:
        inner = inner[key]
    if how == "gone":
        del inner[last]
    elif how == "twice" and isinstance(inner, list):
        inner.append(inner[last])
    else:
        inner[last] = value
    return document


def in_metadata(file):
    """What a safetensors file has in its metadata, and a function that gives its bytes with another card."""
    content = file.read_bytes()
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])

    def with_card(card):
        header["__metadata__"][CARD] = card
        text = json.dumps(header).encode()
        return len(text).to_bytes(8, "little") + text + content[8 + length :]

    return json.loads(header["__metadata__"][CARD]), with_card


def documents():
    """Each reader of JSON with a whole document and what makes bytes of it; of networks, their cards."""
    for reader in READERS:
        if reader.file.endswith(".json"):
            yield reader, json.loads(reader.content()), str.encode
        elif reader.file.endswith(".safetensors"):
            yield reader, *in_metadata(TRAINED / reader.file)
        elif reader.file.endswith(".parquet"):
            yield reader, edition()[reader.file], lambda text: as_parquet(json.loads(text))
    commands = {"answers.json": ANSWERS, "survey.key.json": KEY}
    for name, document in commands.items():
        yield Reader(name, bytes, survey_results), document, str.encode


def survey_results(folder):
    """All that `nstbench survey-results` computes, not only what it reads."""
    for name, document in {"answers.json": ANSWERS, "survey.key.json": KEY}.items():
        if not (folder / name).exists():
            (folder / name).write_text(json.dumps(document))
    rows = [(f"run-{name}", "fig", 1, "C_lite", 0.5, "") for name in KEY["results"]]
    (folder / "scores.csv").write_bytes(table(SCORE_COLUMNS, *rows))
    returned = read_returned(sorted(folder.glob("*.json")))
    agreements(returned.key, estimates(returned), read_scores(folder / "scores.csv"))
    left_chosen(returned)


@pytest.mark.parametrize(
    ("reader", "document", "encode"), list(documents()), ids=lambda each: getattr(each, "file", "")
)
def test_a_document_of_other_values_is_read_or_refused_in_a_line(reader, document, encode, tmp_path_factory):
    everywhere = list(places(document))

    @fuzzed
    @given(st.sampled_from(everywhere), st.sampled_from(["other", "gone", "twice"]), VALUES)
    def read(place, how, value):
        try:
            content = encode(json.dumps(changed(document, place, how, value)))
        except (ValueError, TypeError, OverflowError, AttributeError):  # Of pyarrow.
            assume(reader.file.endswith(".json"))  # No table can hold it.
        check(reader, tmp_path_factory.mktemp("changed"), content)

    read()


@pytest.mark.parametrize("arms", [[], ["zebra"], ["zebra", "zebra"], ["zebra", "quagga", "horse"]])
def test_a_key_of_other_arms_than_its_results_is_refused(arms, tmp_path):
    (tmp_path / "survey.key.json").write_text(json.dumps(KEY | {"arms": arms}))
    with pytest.raises(
        InputError, match=r"no key among the files; .* every pair needs one result of each arm"
    ):
        read_returned([tmp_path / "survey.key.json"])


@pytest.mark.parametrize(
    "rows", [["a,e,1,C_lite,0.5,"] * 2, ["a,e,1,C_lite,half,"], ["a,e,1,C_lite,0.5,\udcff"], ["a,e"], []]
)
def test_scores_that_are_none_are_refused(rows, tmp_path):
    text = "\n".join(["run,experiment,factor,metric,value,reason"[: 99 if rows else 9], *rows])
    (tmp_path / "scores.csv").write_text(text, errors="surrogateescape")
    refused = pytest.raises(InputError, match=r"scores\.csv (cannot be read|has 1 )")
    with refused:
        read_scores(tmp_path / "scores.csv")
    if rows in (["a,e,1,C_lite,half,"], ["a,e"], []):  # Claims look at neither reasons nor factors.
        with refused:
            Evidence(project(), tmp_path).score_table()


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.file)
def test_a_whole_file_is_read(reader, tmp_path):
    """Else the damages would not be what is refused."""
    if reader.file in ("key.json", "w.pt"):
        return  # Alone they are too few.
    file = tmp_path / reader.file
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(reader.content())
    reader.read(tmp_path)
