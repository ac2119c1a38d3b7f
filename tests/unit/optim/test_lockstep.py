"""Descents side by side: each is what it is alone, whoever else is there and however the others end."""

import itertools
import time

import pytest
import torch

from nstbench.core.errors import InputError
from nstbench.core.hardware import resolve
from nstbench.losses.objective import IMAGE, Objective, Term
from nstbench.losses.total_variation import TotalVariationLoss
from nstbench.methods.gatys2015.algorithm import content_terms, style_terms
from nstbench.networks.loading import load_backbone
from nstbench.optim.adam import Adam
from nstbench.optim.checkpoints import Checkpoint
from nstbench.optim.lbfgs import LBFGS
from nstbench.optim.lockstep import advance, finish
from nstbench.optim.loop import descend
from nstbench.optim.sgd import SGD

SIDE = 48


class KilledError(BaseException):
    """What ends a process."""


@pytest.fixture(scope="module")
def backbone():
    network = load_backbone("vgg19", "embedded", "average", resolve("cpu", "fp32"))
    network.truncate(["relu4_1"])
    return network


def picture(seed):
    return torch.rand(1, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(seed))


def objective_of(backbone, seed, layers=("relu1_1", "relu3_1", "relu4_1"), alpha=1e-3, tv=None):
    """Its own pictures, layers and weights."""
    terms = [
        *content_terms(backbone, picture(seed), {"relu3_1": 1.0}, alpha),
        *style_terms(backbone, picture(100 + seed), dict.fromkeys(layers, 1 / len(layers))),
    ]
    if tv:
        terms.append(Term("tv", tv, (IMAGE,), TotalVariationLoss("absolute")))
    return Objective(backbone, terms)


# One of each kind: other targets, layers, weights, optimisers and budgets.
KINDS = [
    lambda backbone: (objective_of(backbone, 1), picture(11), LBFGS(), 9),
    lambda backbone: (objective_of(backbone, 2, ("relu1_1", "relu2_1"), 0.1), picture(12), Adam(0.02), 14),
    lambda backbone: (objective_of(backbone, 3, tv=0.01), picture(13), LBFGS(line_search=True), 12),
    lambda backbone: (objective_of(backbone, 4), picture(14), SGD(0.01), 5),
    lambda backbone: (objective_of(backbone, 5, ("relu4_1",), 0.0), picture(15), LBFGS(rate=30.0), 11),
]


@pytest.fixture(scope="module")
def alone(backbone):
    return [finish(descend(*kind(backbone))) for kind in KINDS]


def check_same(found, expected):
    assert found.terms == expected.terms
    assert found.rejected_steps == expected.rejected_steps
    assert torch.equal(found.trace, expected.trace)
    assert torch.equal(found.final, expected.final)
    assert torch.equal(found.image, expected.image)


@pytest.mark.parametrize("most", [1, 2, 3, 5])
def test_a_batch_gives_what_single_descents_give_bit_for_bit(backbone, alone, most):
    assert alone[4].rejected_steps > 0
    for found, expected in zip(
        advance((descend(*kind(backbone)) for kind in KINDS), most), alone, strict=True
    ):
        check_same(found, expected)


def test_the_order_does_not_matter(backbone, alone):
    for order in itertools.islice(itertools.permutations(range(5)), 7, 120, 40):
        outcomes = advance([descend(*KINDS[number](backbone)) for number in order], 4)
        for number, found in zip(order, outcomes, strict=True):
            check_same(found, alone[number])


def counting(backbone, sizes):
    """The network, and a list that the size of each batch is added to."""

    def extractor(images, layers):
        sizes.append(len(images))
        return backbone(images, layers)

    return extractor


def test_those_who_wait_for_the_same_network_share_a_batch(backbone):
    """Budgets of 2, 3 and 5, two at a time: the third begins when the first has ended."""
    sizes = []
    network = counting(backbone, sizes)
    descents = [
        descend(Objective(network, objective_of(backbone, 1).terms), picture(1), Adam(0.01), evaluations)
        for evaluations in (2, 3, 5)
    ]
    advance(descents, 2)
    assert sizes == [2, 2, 2, 1, 1, 1, 1]


def test_other_networks_and_other_sizes_are_batches_of_their_own(backbone):
    sizes, others = [], []
    shared, other = counting(backbone, sizes), counting(backbone, others)
    terms = [Term("tv", 1.0, (IMAGE,), TotalVariationLoss("squared"))]
    small = picture(1)[..., :32]
    starts = [(shared, picture(1)), (other, picture(1)), (shared, small), (shared, picture(2))]
    advance([descend(Objective(network, terms), start, Adam(0.01), 3) for network, start in starts], 4)
    assert sizes == [2, 1] * 3
    assert others == [1] * 3


def test_a_descent_that_diverges_ends_alone(backbone, alone):
    descents = [kind(backbone) for kind in KINDS]
    descents.insert(2, (objective_of(backbone, 1), picture(1), Adam(1e38), 10))
    outcomes = advance((descend(*each) for each in descents), 6)
    failed = outcomes.pop(2)
    assert isinstance(failed, InputError)
    assert "diverged within 2 evaluations" in str(failed)
    for found, expected in zip(outcomes, alone, strict=True):
        check_same(found, expected)


def test_a_loss_that_fails_ends_its_own_descent_only(backbone, alone):
    def broken(features):
        raise ZeroDivisionError

    descents = [kind(backbone) for kind in KINDS]
    descents.insert(1, (Objective(backbone, [Term("x", 1.0, ("relu1_1",), broken)]), picture(1), LBFGS(), 3))
    outcomes = advance((descend(*each) for each in descents), 6)
    assert isinstance(outcomes.pop(1), ZeroDivisionError)
    for found, expected in zip(outcomes, alone, strict=True):
        check_same(found, expected)


def test_a_batch_that_is_too_large_is_halved(backbone, alone):
    sizes = []

    def small(images, layers):
        if len(images) > 2:
            raise MemoryError
        sizes.append(len(images))
        return backbone(images, layers)

    descents = []
    for kind in KINDS:
        objective, *rest = kind(backbone)
        descents.append(descend(Objective(small, objective.terms), *rest))
    for found, expected in zip(advance(descents, 5), alone, strict=True):
        check_same(found, expected)
    assert set(sizes) == {1, 2}


def test_an_interrupted_batch_goes_on_bit_for_bit(backbone, alone, tmp_path, monkeypatch):
    monkeypatch.setattr("nstbench.optim.checkpoints.SECONDS_BETWEEN", 0.0)
    begun = [[] for _ in KINDS]

    def descents(kill):
        def watch_of(number):
            def watch(done, loss):
                begun[number].append(done)
                if kill and (number, done) == (2, 6):
                    raise KilledError

            return watch

        return (
            descend(*kind(backbone), watch=watch_of(number), checkpoint=Checkpoint(tmp_path / f"{number}.pt"))
            for number, kind in enumerate(KINDS)
        )

    with pytest.raises(KilledError):
        advance(descents(kill=True), 4)
    assert begun[4] == []
    begun = [[] for _ in KINDS]
    for found, expected in zip(advance(descents(kill=False), 4), alone, strict=True):
        check_same(found, expected)
    assert begun[0][0] > 4
    assert begun[4][0] == 1


def test_seconds_are_shares_of_what_a_batch_takes():
    def slow(images, layers):
        time.sleep(0.05)
        return {}

    terms = [Term("tv", 1.0, (IMAGE,), TotalVariationLoss("squared"))]
    started = time.perf_counter()
    outcomes = advance((descend(Objective(slow, terms), picture(n), Adam(0.01), 4) for n in range(5)), 5)
    taken = time.perf_counter() - started
    assert sum(outcome.seconds[-1] for outcome in outcomes) <= taken
    for outcome in outcomes:
        assert outcome.seconds[-1] >= 0.04
        assert outcome.seconds[-1] + outcome.seconds_waited <= taken
    assert sum(outcome.seconds[-1] for outcome in outcomes) <= taken


def test_what_a_descent_raises_is_raised():
    async def failing():
        raise InputError("no")

    with pytest.raises(InputError, match="no"):
        finish(failing())
