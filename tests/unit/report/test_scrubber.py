"""The scrubber: frames of each run that kept pictures on its way, and where its losses were."""

from types import SimpleNamespace

import altair as alt
import pandas as pd

from nstbench.report.site import scrubber


def test_frames_say_when_they_were_and_what_the_loss_was(monkeypatch) -> None:
    trace = pd.DataFrame(
        {"evaluation": [1, 2, 3, 4], "total": [8.0, 4.0, 2.0, 1.0]}
        | {
            "content/a": [0.0, 1.0, 2.0, 3.0],
            "style/a": [4.0, 3.0, 2.0, 1.0],
            "style/b": [4.0, 3.0, 2.0, 1.0],
        }
    )
    planned = SimpleNamespace(
        run=SimpleNamespace(snapshots_at=[1, 3, 4]), arm=SimpleNamespace(caption="adam")
    )
    run = SimpleNamespace(planned=planned, trace=trace)
    still = SimpleNamespace(planned=SimpleNamespace(run=SimpleNamespace(snapshots_at=[])))
    monkeypatch.setattr(scrubber, "result_tile", lambda run, place: place)
    found = scrubber.make_scrubber(SimpleNamespace(shown={"a": run, "b": still}))
    assert found is not None and list(found.frames) == ["adam"] and found.last == 4
    frames = [(frame.tile, frame.evaluation, frame.losses) for frame in found.frames["adam"]]
    assert frames == [(1, 1, "loss 8.00"), (2, 3, "loss 2.00"), (3, 4, "loss 1.00")]
    alt.Root.validate(found.spec)
    # The content loss of 0 is drawn at half of the least other one; style losses are summed.
    rows = [(row["evaluation"], row["content"], row["style"]) for row in found.spec["datasets"]["paths"]]
    assert rows == [(1, 0.5, 8.0), (2, 1.0, 6.0), (3, 2.0, 4.0), (4, 3.0, 2.0)]
    assert scrubber.make_scrubber(SimpleNamespace(shown={"b": still})) is None
