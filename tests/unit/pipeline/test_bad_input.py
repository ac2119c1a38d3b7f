"""Every kind of file that people write, with everything that can be wrong with one: one line is said."""

import copy
import os
import shutil
import subprocess
import sys

import pytest
import yaml

from nstbench.charts.chart import load_charts
from nstbench.claims.register import load_register
from nstbench.core.errors import InputError
from nstbench.pipeline.pinned_losses.specification import load_regression
from nstbench.pipeline.project import CHECKOUT, Project

KINDS = (
    "config/config.yaml",
    "config/claims/jain.yaml",
    "config/regression.yaml",
    "config/experiments/jain-optimiser.yaml",
    "config/experiments/jain-fast.yaml",
    "config/charts/nikulin-gram-entries.yaml",
    "config/trainings/adain_resumed.yaml",
    "config/trainings/adain.yaml",
    "config/trainings/fast_starry_night.yaml",
    "data/images.yaml",
    "config/contradictions.yaml",
)
# Of these, what a project does not read itself.
BESIDE_PROJECT = (
    "config/claims/jain.yaml",
    "config/regression.yaml",
    "config/charts/nikulin-gram-entries.yaml",
    "config/contradictions.yaml",
)
UNREADABLE = {
    "nothing": b"",
    "a list": b"[]",
    "a number": b"5",
    "a date": b"2024-01-01",
    "bytes": b"\xff\xfe\x00\x01",
    "UTF-16": "id: x".encode("utf-16"),
    "deep nesting": b"[" * 20_000 + b"]" * 20_000,
    "an endless number": b"id: " + b"9" * 5_000,
    "an endless hexadecimal number": b"id: 0x" + b"f" * 5_000,
    "a bad tag": b"id: !!int abc",
    "a tag of Python": b"id: !!python/object:os.system x",
    "a key twice": b"id: a\nid: b",
    "a long key twice": b"%s: a\n%s: b" % ((b"k" * 1_000,) * 2),
    "aliases of aliases": b"a: &a [x, x, x, x, x, x, x, x, x, x]\n"
    + b"".join(b"%c: &%c [%s]\n" % (98 + n, 98 + n, b", ".join([b"*%c" % (97 + n)] * 10)) for n in range(12)),
    "an alias of itself": b"a: &a [*a]",
    "a long unknown key": b"? " + b"x" * 1_000 + b"\n: 1",
    "a key of two lines": b'"a\\nb": 1',
    "half a file": b"id: [a, b",
}
# What takes the place of every value of a file that is right otherwise.
WRONG = (None, [], {"a": 1}, 10**18, float("nan"), "9", "x" * 2_000, "../x\0")


def load(root, project=None):
    """What the pipeline reads before it plans, and `nstbench regress`; given a project, all the rest."""
    project = project or Project.load(root, "smoke")
    load_charts(project)
    load_register(project)
    assert project.batches and project.scoring_batches
    for id in project.trainings:
        project.training(id)
    load_regression(root / "config" / "regression.yaml")


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A checkout with a file of each kind, quick to load."""
    root = tmp_path_factory.mktemp("checkout")
    for name in KINDS:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(CHECKOUT / name, root / name)
    file = root / "config" / "claims" / "jain.yaml"
    document = yaml.safe_load(file.read_text())
    named = [
        claim
        for claim in document["claims"]
        if not claim.get("tests") or "jain-optimiser" in yaml.safe_dump(claim["tests"])
    ]
    known = {claim["id"] for claim in named}
    document["claims"] = [{**claim, "see": []} for claim in named][:12]
    assert known
    file.write_text(yaml.safe_dump(document))
    file = root / "config" / "contradictions.yaml"
    first = yaml.safe_load(file.read_text())["contradictions"][0]
    first["decided_by"] = first["positions"][0]["claims"] = ["jain-claim-adam"]
    first["positions"] = first["positions"][:1] * 2
    file.write_text(yaml.safe_dump({"contradictions": [first]}))
    load(root)
    return root


def refusal(root, file, content, project=None):
    """The message of a checkout with that content; None where it loads."""
    before = file.read_bytes()
    file.write_bytes(content)
    try:
        load(root, project)
    except InputError as error:
        return str(error)
    finally:
        file.write_bytes(before)
    return None


@pytest.mark.parametrize("fault", UNREADABLE)
@pytest.mark.parametrize("name", KINDS)
def test_a_file_that_is_something_else_is_refused_in_one_line_with_its_name(small, name, fault):
    message = refusal(small, small / name, UNREADABLE[fault])
    assert message is not None
    assert message.startswith(str(small / name)) and "\n" not in message
    assert len(message) < len(str(small)) + 800


def places(content, path=()):
    """Paths to the values of a file, to one entry of any list and of any mapping to records."""
    yield path
    entries = content if isinstance(content, dict) else {}
    entries = dict(enumerate(content)) if isinstance(content, list) else entries
    alike = isinstance(content, list) or all(isinstance(value, dict) for value in entries.values())
    for key, value in list(entries.items())[: 1 if alike else None]:
        yield from places(value, (*path, key))


@pytest.mark.parametrize("name", KINDS)
def test_no_value_whatever_ends_in_a_traceback(small, name):
    content = yaml.load((small / name).read_text(), yaml.CSafeLoader)
    project = Project.load(small, "smoke") if name in BESIDE_PROJECT else None
    for path in list(places(content))[1:]:
        for wrong in WRONG:
            changed = copy.deepcopy(content)
            part = changed
            for key in path[:-1]:
                part = part[key]
            part[path[-1]] = wrong
            try:
                written = yaml.dump(changed, Dumper=yaml.CSafeDumper).encode()
                message = refusal(small, small / name, written, project)
            except Exception as error:
                error.add_note(f"{path}: {wrong!r}")
                raise
            if message is not None:
                assert message.startswith(str(small)) and "\n" not in message, (path, wrong)
                assert "x" * 100 not in message, (path, wrong)


@pytest.mark.parametrize("name", KINDS[:2] + KINDS[5:6] + KINDS[9:])
def test_snakemake_says_so_before_it_plans(tmp_path, name):
    """A sample: what stops in Snakefile and command line is what the tests above stop at."""
    root = checkout_with(tmp_path, name, b"[")
    command = [sys.executable, "-m", "snakemake", "--dry-run", "--directory", str(tmp_path)]
    assert_one_line(subprocess.run(command, cwd=root, capture_output=True, text=True), root / name)


@pytest.mark.parametrize(
    ("command", "name"),
    [
        ("list", "config/experiments/jain-fast.yaml"),
        ("list", "data/images.yaml"),
        ("claims", "config/claims/jain.yaml"),
        ("regress", "config/regression.yaml"),
    ],
)
def test_commands_say_so(tmp_path, command, name):
    root = checkout_with(tmp_path, name, b"[")
    process = subprocess.run(
        [sys.executable, "-m", "nstbench", command],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(root)},
    )
    assert_one_line(process, root / name)


def checkout_with(folder, name, content):
    """A checkout in which one file is something else; what is large is linked."""
    root = folder / "checkout"
    root.mkdir()
    for part in ("Snakefile", "workflow", "profiles", "nstbench"):
        if (CHECKOUT / part).is_dir():
            shutil.copytree(
                CHECKOUT / part,
                root / part,
                copy_function=os.link,
                # Compiled code as well, but for what another process is just writing.
                ignore=shutil.ignore_patterns("*.pyc.*"),
            )
        else:
            os.link(CHECKOUT / part, root / part)
    shutil.copytree(CHECKOUT / "config", root / "config")
    (root / "data").mkdir()
    shutil.copy(CHECKOUT / "data" / "images.yaml", root / "data")
    (root / name).write_bytes(content)
    return root


def assert_one_line(process, file):
    assert process.returncode == 2
    (line,) = [line for line in process.stderr.splitlines() if not line.startswith("Using workflow specific")]
    assert line.startswith(f"nstbench: {file}")


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        (KINDS[0], "pairs: 1", "seeds: 101", "profiles.smoke.seeds"),
        (KINDS[3], "id: jain-optimiser\n", "id: ../jain-optimiser\n", "id: a name has letters"),
        (KINDS[3], "title:", "snapshots: 101\ntitle:", "snapshots"),
        (KINDS[8], "id: fast_starry_night\n", "id: /tmp/x\n", "id: a name has letters"),
        (KINDS[7], "id: adain\n", "id: adain\nbased_on: ../../x\n", "based_on: a name has letters"),
        (KINDS[9], "tesserae:", "../../tesserae:", "../../tesserae: a name has letters"),
        (KINDS[9], "file: pictures/", "file: ../pictures/", "leads out of data/"),
    ],
)
def test_names_stay_in_their_folder_and_counts_within_reason(small, name, old, new, said):
    text = (small / name).read_text()
    assert old in text
    message = refusal(small, small / name, text.replace(old, new, 1).encode())
    assert message is not None and said in message


def test_an_experiment_of_more_runs_than_anybody_means_is_told(small):
    profile = "  smoke:\n    grid: {contents: [%s], styles: [%s]}\n    seeds: 100\n"
    file = small / "config/config.yaml"
    names = ", ".join(["chelsea"] * 101)
    message = refusal(small, file, file.read_text().replace("  smoke:\n", profile % (names, names)).encode())
    assert "profiles.smoke.grid.contents" in message and "at most 100 items" in message
    names = ", ".join(list(yaml.safe_load((small / "data/images.yaml").read_text()))[:8])
    config = file.read_text().replace("  smoke:\n", profile % (names, names))
    experiment = small / KINDS[3]
    assert "grid: [" in experiment.read_text()
    message = refusal(small, file, config.encode())
    assert message.startswith(str(experiment)) and "runs; allowed: at most 10,000" in message


def test_a_chart_cannot_have_the_id_of_an_experiment(small):
    text = (small / "config/charts/nikulin-gram-entries.yaml").read_text()
    file = small / "config/charts/jain-fast.yaml"
    file.write_text(text.replace("id: nikulin-gram-entries", "id: jain-fast", 1))
    try:
        with pytest.raises(InputError, match="'jain-fast' is an experiment's too") as refused:
            load(small)
    finally:
        file.unlink()
    assert str(refused.value).startswith(str(file))


def test_numbers_written_as_text_are_numbers(small):
    """YAML of other programs has "12" for 12; planning reads it as the method does."""
    file = small / KINDS[3]
    content = yaml.safe_load(file.read_text())
    content["settings"] = {**content.get("settings", {}), "evaluations": "12"}
    assert refusal(small, file, yaml.safe_dump(content).encode()) is None
