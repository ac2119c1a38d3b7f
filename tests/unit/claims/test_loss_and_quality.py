"""Whether losses tell which picture is better, on pictures of which one can say it."""

from pytest import approx

from nstbench.claims.statistics import find_statistic

PAIR = ("cat", "night")


class Pictures:
    """Evidence of one pair: loss, content distance and style distance by factor and arm."""

    def __init__(self, known):
        self.known = known

    def factors(self, experiment, arm):
        return tuple(self.known)

    def facts(self, experiment, arm, name, factor=1.0):
        assert name == "final_losses.total"
        return {PAIR: {0: self.known[factor][arm][0]}}

    def metric(self, experiment, arm, metric, factor=1.0):
        return {PAIR: {0: self.known[factor][arm][{"C_judge": 1, "S_judge": 2}[metric]]}}


def gamma(known):
    chosen = find_statistic("loss_and_quality")
    arms = tuple(next(iter(known.values())))
    parameters = chosen.parameters.model_validate({"experiment": "fig", "arms": arms})
    return chosen.sample(parameters, Pictures(known))


def test_the_loss_tells_where_the_better_of_two_pictures_has_the_lower_one():
    """`best` beats both others, which trade content for style and do not compare."""
    pictures = {"best": (0.1, 0.1), "near": (0.2, 0.9), "far": (0.9, 0.2)}
    for losses, expected in (((1, 2, 3), 1), ((3, 2, 1), -1), ((2, 1, 3), 0), ((1, 3, 2), 1)):
        one = {arm: (loss, *pictures[arm]) for arm, loss in zip(pictures, losses, strict=True)}
        assert gamma({1.0: one}).differences == approx([expected])


def test_pictures_are_compared_at_the_same_factor_alone():
    """At 1 the loss tells once; at 10 it is wrong once. Between them all would differ."""
    known = {1.0: {"a": (1, 0.1, 0.1), "b": (2, 0.2, 0.2)}, 10.0: {"a": (90, 0.3, 0.3), "b": (80, 0.4, 0.4)}}
    assert gamma(known).differences == approx([0])
    assert gamma({1.0: known[1.0]}).differences == approx([1])


def test_a_pair_in_which_no_picture_beats_another_is_dropped():
    sample = gamma({1.0: {"a": (1, 0.1, 0.9), "b": (2, 0.9, 0.1)}})
    assert (sample.values, sample.dropped) == ((), 1)
    equal = gamma({1.0: {"a": (1, 0.1, 0.1), "b": (1, 0.2, 0.2)}})
    assert equal.dropped == 1
