"""How fast networks are beside descents: what is timed, and what is said of it."""

import pandas as pd
import pytest

from nstbench.charts.speed import DESCENT, FramesPerSecond, quickest
from nstbench.core.errors import InputError

NETWORKS = {
    "narrow": {"architecture": "jain", "width": 0.03},
    "wide": {"architecture": "johnson", "width": 0.1},
}


def test_speed_is_measured_at_every_size(materials):
    parameters = {"networks": NETWORKS, "sizes": [32, 64], "repeats": 1, "evaluations": 200}
    table = FramesPerSecond.model_validate(parameters).measure(materials(("a", "b")))
    assert table["size"].tolist() == [32, 32, 32, 64, 64, 64]
    assert table["way"].tolist() == ["narrow", "wide", DESCENT] * 2
    assert table["evaluations"].tolist() == [0, 0, 200] * 2
    assert (table["seconds"] > 0).all()
    for _, rows in table.groupby("size"):
        seconds = rows.set_index("way")["seconds"]
        assert rows["ratio"].tolist() == pytest.approx((seconds[DESCENT] / seconds).tolist())


def test_a_descent_takes_its_evaluations(materials, monkeypatch):
    seconds = {"narrow": 0.5, DESCENT: 0.1}
    monkeypatch.setattr("nstbench.charts.speed.quickest", lambda *_: dict(seconds))
    parameters = {"networks": NETWORKS, "sizes": [32], "evaluations": 200}
    table = FramesPerSecond.model_validate(parameters).measure(materials(("a", "b")))
    assert table["seconds"].tolist() == [0.5, 200 * 0.1]
    assert table["ratio"].tolist() == [40.0, 1.0]


def test_ways_take_turns_the_first_does_not_count_and_the_quickest_does():
    order = []

    def way(name, times):
        return lambda: order.append(name) or times.pop(0)

    ways = {"a": way("a", [1.0, 5.0, 4.0]), "b": way("b", [9.0, 3.0, 6.0])}
    assert quickest(ways, 2) == {"a": 4.0, "b": 3.0}
    assert order == ["a", "b"] * 3


def test_findings_say_who_is_real_time():
    rows = [("net", 64, 0.01, 0), (DESCENT, 64, 5.0, 500), ("net", 128, 0.05, 0), (DESCENT, 128, 20.0, 500)]
    table = pd.DataFrame(rows, columns=["way", "size", "seconds", "evaluations"])
    table = table.assign(ratio=[500.0, 1.0, 400.0, 1.0], device="cpu", precision="fp32", threads=1)
    assert FramesPerSecond.findings(table) == [
        "At 128 px on 1 thread(s) of cpu in fp32, a descent of 500 evaluations takes 20 s; "
        "net 20 pictures per second, 400 times as fast.",
        "24 pictures per second are reached by net up to 64 px.",
    ]
    assert FramesPerSecond.findings(table[table["size"] == 128])[1].endswith("by none of them.")


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"networks": {"odd": {"architecture": "cubist", "width": 1}}}, "unknown architecture 'cubist'"),
        ({"training": "sunday"}, "unknown preset 'sunday' of training"),
    ],
)
def test_unknown_networks_and_trainings_are_told(change, complaint):
    with pytest.raises(InputError, match=complaint):
        FramesPerSecond.model_validate({"networks": NETWORKS} | change)
