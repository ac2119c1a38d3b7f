"""What a bot answers: one picture a painting, by the real network, and what is said of fewer."""

from nstbench.charts.bot_answers import BotAnswers


def test_each_painting_is_answered_by_one_picture(materials):
    table = BotAnswers(side=64).measure(materials(("a", "b", "c"), size=48))
    assert table["painting"].tolist() == ["b", "c"]
    assert table["sent_as"].tolist() == ["photo", "file"]
    assert table["answers"].tolist() == table["once"].tolist() == [1, 1]
    assert table["size"].tolist() == ["64 x 64"] * 2
    assert (table["seconds"] > 0).all()
    # These pictures are noise of one kind, whose styles are near each other already.
    assert (table["distance"] > 0).all()
    assert BotAnswers.findings(table)[0].startswith("2 of 2 people")


def test_who_gets_nothing_is_counted(materials, monkeypatch):
    """A picture that cannot be made leaves all of the distance."""

    def fail(*anything):
        raise MemoryError

    monkeypatch.setattr("nstbench.apps.making.make", fail)
    table = BotAnswers(side=64).measure(materials(("a", "b"), size=48))
    assert table[["answers", "once", "distance"]].to_numpy().tolist() == [[0, 0, 1.0]]
    assert BotAnswers.findings(table)[0].startswith("0 of 1 people")
