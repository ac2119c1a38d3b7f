"""Costs of statistics: the two ways to compute all pairs of maps agree, and what does not fit is left out."""

import torch

from nstbench.charts.statistic_cost import ALL_PAIRS, WRITTEN_OUT, losses, timed


def test_all_pairs_written_out_are_those_of_the_closed_form():
    torch.manual_seed(3)
    features, target = torch.rand(2, 1, 3, 5, 6, dtype=torch.float64)
    closed_form, written_out = (losses()[name](target)(features) for name in (ALL_PAIRS, WRITTEN_OUT))
    torch.testing.assert_close(closed_form, written_out)


def test_what_does_not_fit_is_not_written_out(monkeypatch):
    monkeypatch.setattr("nstbench.charts.statistic_cost.MOST_BYTES", 4 * 3 * 3 * 9 * 11 - 1)
    features = torch.rand(1, 3, 5, 6)
    assert WRITTEN_OUT not in dict(timed(features, features, 1))
