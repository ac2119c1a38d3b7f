"""Random Gram matrices: what is drawn, how near a picture's can come, and runs that aim at them."""

import numpy as np
import pytest
import torch
from scipy.optimize import minimize

from nstbench.core.errors import InputError
from nstbench.core.hardware import Hardware
from nstbench.losses.gram import GramLoss, gram
from nstbench.losses.objective import Objective
from nstbench.methods import method
from nstbench.methods.base import Task
from nstbench.methods.gatys2015.algorithm import style_terms
from nstbench.methods.nikulin2016 import random_gram
from nstbench.methods.nikulin2016.random_gram import (
    relative_to_floor,
    shaped,
    targets_of,
    terms_of,
)
from nstbench.methods.nikulin2016.random_matrices import (
    SingleEntry,
    SparseEntries,
    floor,
    mirrored,
    nearest_gram,
)
from nstbench.networks.catalogue import architecture
from nstbench.optim.checkpoints import Checkpoint
from nstbench.optim.lockstep import finish

A = 3.0
ADAM = {"kind": "adam", "rate": 0.02}


class InterruptionError(Exception):
    """What ends a run in the middle."""


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def nearest_found(matrix):
    """min over F of |F F^T - A|^2 by descent on F (N, N): the value and G."""
    target = matrix.double().numpy()
    size = len(target)

    def loss(flat):
        factor = flat.reshape(size, size)
        difference = factor @ factor.T - target
        return (difference**2).sum(), (2 * (difference + difference.T) @ factor).ravel()

    start = np.random.default_rng(0).normal(size=size * size)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 5000, "ftol": 1e-15})
    factor = found.x.reshape(size, size)
    return found.fun, factor @ factor.T


@pytest.mark.parametrize(
    ("diagonal", "variant", "entries", "least"),
    [(True, "literal", A, 0), (False, "literal", A / 4, A**2 * 3 / 4), (False, "symmetric", A / 2, A**2)],
)
def test_optimum_of_a_single_entry(diagonal, variant, entries, least):
    target = shaped(SingleEntry(5, diagonal, A).draw(generator()), variant)
    value, optimum = nearest_found(target)
    places = target.nonzero().flatten().unique()
    expected = np.zeros((5, 5))
    expected[np.ix_(places, places)] = entries
    np.testing.assert_allclose(optimum, expected, atol=1e-3)
    assert value == pytest.approx(least, abs=1e-5)
    assert floor(target) == pytest.approx(least, abs=1e-5)
    np.testing.assert_allclose(nearest_gram(target), expected, atol=1e-5)


@pytest.mark.parametrize("seed", range(3))
def test_floor_is_what_descent_finds(seed):
    target = torch.randn(6, 6, generator=generator(seed), dtype=torch.float64)
    value, optimum = nearest_found(target)
    assert floor(target) == pytest.approx(value, rel=1e-6)
    np.testing.assert_allclose(nearest_gram(target), optimum, atol=1e-3)


def test_projection_is_nearer_than_any_competitor():
    target = shaped(SparseEntries(8, 0.4, 1.0).draw(generator()), "literal").double()
    projected = nearest_gram(target)
    assert torch.linalg.eigvalsh(projected).min() > -1e-12
    residual = (target - projected).square().sum()
    assert residual > 0
    for seed in range(50):
        step = torch.randn(8, 8, generator=generator(seed), dtype=torch.float64)
        for length in (1e-3, 0.1, 1.0):
            competitor = nearest_gram(projected + length * step)
            assert (target - competitor).square().sum() >= residual - 1e-9


def test_gram_matrices_are_their_own_projection():
    factor = torch.randn(6, 4, generator=generator(), dtype=torch.float64)
    torch.testing.assert_close(nearest_gram(factor @ factor.T), factor @ factor.T)
    assert floor(factor @ factor.T) == pytest.approx(0, abs=1e-20)


@pytest.mark.parametrize("diagonal", [True, False])
def test_single_entries_are_everywhere_and_alone(diagonal):
    source, recipe = generator(), SingleEntry(4, diagonal, A)
    drawn = torch.stack([recipe.draw(source) for _ in range(200)])
    assert (drawn.count_nonzero((1, 2)) == 1).all()
    assert (drawn.sum((1, 2)) == A).all()
    allowed = torch.eye(4) if diagonal else torch.ones(4, 4).triu(1)
    assert torch.equal(drawn.sum(0) > 0, allowed.bool())


def test_fit_recovers_sparsity_and_sigma():
    """Up to the draws that are small by chance: 0.3 % of a normal variable, at a maximum of 4.7 sigma."""
    drawn = SparseEntries(500, 0.3, 2.0).draw(generator())
    assert (drawn >= 0).all()
    fitted = SparseEntries.like(drawn)
    assert fitted.sparsity == pytest.approx(0.3 + 0.7 * 0.0037, abs=3e-3)
    assert fitted.sigma == pytest.approx(2.0, rel=1e-2)


def test_fit_of_a_matrix_done_by_hand():
    matrix = torch.tensor([[4.0, 0.0], [3.9e-3, 3.0]])
    assert SparseEntries.like(matrix) == SparseEntries(2, 0.5, pytest.approx(np.sqrt((16 + 9) / 2)))


def test_mirrored_keeps_the_upper_triangle():
    matrix = torch.arange(9.0).view(3, 3)
    assert torch.equal(mirrored(matrix), torch.tensor([[0.0, 1, 2], [1, 4, 5], [2, 5, 8]]))


def test_distance_from_a_matrix():
    features = torch.rand(1, 3, 4, 5, generator=generator(), dtype=torch.float64)
    target = torch.rand(3, 3, generator=generator(1), dtype=torch.float64)
    rows = features.numpy().reshape(3, 20)
    expected = ((rows @ rows.T / 20 - target.numpy()) ** 2).sum()
    assert GramLoss.from_matrix(target)(features).item() == pytest.approx(expected / (4 * 3**2))


def test_a_paintings_own_matrices_are_its_style(narrow_vgg):
    image, painting = torch.rand(2, 1, 3, 24, 24, generator=generator(), dtype=torch.float64)
    weights = {"relu1_1": 0.3, "relu3_1": 0.7}
    with torch.no_grad():
        targets = {layer: gram(features)[0] for layer, features in narrow_vgg(painting, weights).items()}
    drawn, painted = terms_of(targets, weights), style_terms(narrow_vgg, painting, weights)
    torch.testing.assert_close(
        Objective(narrow_vgg, drawn)(image), Objective(narrow_vgg, painted)(image), rtol=1e-10, atol=0
    )


def test_above_floor_is_measured_from_nothing_to_the_nearest():
    recipe = SparseEntries(6, 0.3, 1.5)
    targets = {layer: recipe.draw(generator(seed)) for seed, layer in enumerate(("relu1_1", "relu2_1"))}
    weights = {"relu1_1": 0.2, "relu2_1": 0.8}

    def above(matrices):
        """`above_floor` of features (1, 6, 1, 6) whose Gram matrices are `matrices`."""
        features = {
            layer: torch.linalg.cholesky(6 * matrix + 1e-6 * torch.eye(6))[None, :, None, :]
            for layer, matrix in matrices.items()
        }
        loss = sum(
            term.weight * term.loss(features[term.layers[0]]).item() for term in terms_of(targets, weights)
        )
        return relative_to_floor(loss, targets, weights)["above_floor"]

    nearest = {layer: nearest_gram(target) for layer, target in targets.items()}
    assert above(nearest) == pytest.approx(0, abs=1e-4)
    assert above(dict.fromkeys(targets, torch.zeros(6, 6))) == pytest.approx(1, abs=1e-4)


@pytest.fixture
def task():
    torch.manual_seed(0)
    content, style = torch.rand(1, 3, 32, 40), torch.rand(1, 3, 32, 32) ** 2

    def task(set_="sparse", seed=0, checkpoint=None, watch=None, **changes):
        settings = {"style_layers": {"relu1_1": 0.5, "relu2_1": 0.5}, "evaluations": 6} | changes
        parameters = method("nikulin2016_random_gram").configure(set_, settings)
        hardware = Hardware(torch.device("cpu"), "fp32")
        return Task(content, style, parameters, seed, hardware, watch, checkpoint)

    return task


def stylize(task):
    return finish(method("nikulin2016_random_gram").stylize(task))


@pytest.mark.parametrize("variant", ["literal", "symmetric", "psd"])
@pytest.mark.parametrize("set_", ["sparse", "entry"])
def test_loss_falls_and_stays_above_its_floor(task, set_, variant):
    outcome = stylize(task(set_, variant=variant, evaluations=12))
    losses = outcome.trace[:, 0]
    assert outcome.image.shape == (1, 3, 32, 40)
    assert outcome.facts["floor"] <= losses.min() < losses[0]
    assert outcome.facts["above_floor"] >= 0
    if variant == "psd":
        assert outcome.facts["floor"] == pytest.approx(0, abs=1e-6)


def test_facts_name_what_was_fitted(task):
    sparse, entry = stylize(task("sparse")).facts, stylize(task("entry")).facts
    assert {"sparsity/relu1_1", "sparsity/relu2_1", "sigma/relu1_1", "sigma/relu2_1"} < set(sparse)
    assert {"magnitude/relu1_1", "magnitude/relu2_1"} < set(entry)


def test_seed_and_evaluation_decide_the_matrix(task):
    distributions = {"relu2_1": SparseEntries(8, 0.3, 1.0)}

    def drawn(seed, evaluation):
        return targets_of(task(seed=seed), distributions, evaluation)["relu2_1"]

    assert torch.equal(drawn(0, 3), drawn(0, 3))
    assert not torch.equal(drawn(0, 3), drawn(1, 3))
    assert not torch.equal(drawn(0, 3), drawn(0, 4))


def test_a_seed_has_other_matrices_in_each_drawing(task):
    """The first drawing is that of seed, layer and evaluation alone."""
    distributions = {"relu2_1": SparseEntries(8, 0.3, 1.0)}

    def drawn(number):
        return targets_of(task(seed=7, drawing=number), distributions, 2)["relu2_1"]

    layer = architecture("vgg19").layer_names.index("relu2_1")
    alone = distributions["relu2_1"].draw(random_gram.generator(7, layer, 2))
    assert torch.equal(drawn(1), shaped(alone, "symmetric"))
    assert torch.equal(drawn(2), drawn(2))
    assert len({drawn(number).sum().item() for number in range(1, 7)}) == 6


def test_a_layers_matrix_does_not_depend_on_the_other_layers(task):
    alone = stylize(task(style_layers={"relu2_1": 0.5}, evaluations=1))
    beside = stylize(task(evaluations=1))
    torch.testing.assert_close(alone.trace[0, 1], beside.trace[0, 2])


def test_redrawn_targets_begin_with_the_fixed_one(task):
    fixed, redrawn = (stylize(task(optimiser=ADAM, redrawn=each)).trace for each in (False, True))
    assert torch.equal(fixed[0], redrawn[0])
    assert not torch.isclose(fixed[1, 1], redrawn[1, 1], rtol=1e-3)


@pytest.mark.parametrize("set_", ["sparse", "entry"])
def test_interrupted_run_draws_the_same_targets(task, set_, tmp_path, monkeypatch):
    monkeypatch.setattr("nstbench.optim.checkpoints.SECONDS_BETWEEN", 0.0)
    settings = {"redrawn": True, "optimiser": ADAM, "evaluations": 10}
    whole = stylize(task(set_, **settings))

    def interrupt(done, loss):
        if done == 6:
            raise InterruptionError

    checkpoint = Checkpoint(tmp_path / "run.pt")
    with pytest.raises(InterruptionError):
        stylize(task(set_, checkpoint=checkpoint, watch=interrupt, **settings))
    resumed_at = []
    watch = lambda done, _: resumed_at.append(done)  # noqa: E731
    resumed = stylize(task(set_, checkpoint=checkpoint, watch=watch, **settings))
    assert resumed_at[0] > 1
    assert torch.equal(resumed.image, whole.image)
    assert torch.equal(resumed.trace, whole.trace)


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"redrawn": True}, "with redrawn, set optimiser to"),
        ({"content_layers": {"relu4_2": 1.0}}, "content_layers: "),
        ({"init": "content"}, "init: "),
        ({"target": {"kind": "entry", "diagonal": True, "magnitude": 0}}, "magnitude: .*greater than 0"),
        ({"target": {"kind": "sparse", "magnitude": 1}}, "unknown key"),
    ],
)
def test_what_does_not_go_together_is_refused(task, changes, complaint):
    with pytest.raises(InputError, match=complaint) as error:
        task(**changes)
    assert "\n" not in str(error.value)
