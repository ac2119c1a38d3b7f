"""Programs by others: run in folders of their own, checked, and told in a line when they fail."""

import time
from pathlib import Path

import pytest
from PIL import Image

from nstbench.core.errors import InputError
from nstbench.pipeline.benchmark.configuration import Competitor, Scope
from nstbench.pipeline.benchmark.contest import Contest
from nstbench.pipeline.benchmark.records import PeerResult, peer_picture
from nstbench.pipeline.experiment import Pair
from nstbench.pipeline.peers import ENVIRONMENT, describe, find_program, make_peers, run_peer

PAIR = Pair(content="cat", style="waves")
SIZE = 32
# The style, handed back for a result; and the content, where the name of the style is 7.
COPY = """sh -c 'cp "$1" "$2"' copy {style} {output} {content}"""
NAMED = """sh -c 'test "$3" = 7 && cp "$1" "$2"' copy {content} {output} {style}"""


@pytest.fixture
def results(tmp_path):
    (tmp_path / "pictures").mkdir()
    for name, colour in (("cat", "red"), ("waves", "blue")):
        Image.new("RGB", (60, 40), colour).save(tmp_path / "pictures" / f"{name}.png")
    Image.new("RGB", (20, 32)).save(tmp_path / "narrow.png")
    return tmp_path


def competitor(command, **more):
    return Competitor(name="theirs", title="Theirs", source="somewhere", command=command, **more)


def contest(*pairs):
    return Contest("whole", Scope(size=SIZE, evaluations=1), pairs, (), (), {})


def quiet(stage, done, total):
    """Report to nobody."""


def test_a_program_gets_both_pictures_at_the_size_and_its_output_is_taken(results):
    picture, seconds, memory = run_peer(competitor(COPY), PAIR, SIZE, results, results, 20)
    assert picture.size == (SIZE, SIZE)
    assert picture.getpixel((5, 5)) == (0, 0, 255)
    assert 0 < seconds < 20
    assert memory > 0


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("nothing-of-that-name {content} {output}", "there is no program 'nothing-of-that-name'"),
        ("ls {content} {output}", r"theirs ended with status \d; it said: .*output.png"),
        ("true {content} {output}", "left no picture"),
        (COPY.replace("{style}", "NARROW"), "left a picture of 20x32 px; 32x32 is asked for"),
        (COPY.replace("{style}", "/etc/hostname"), "not a readable picture"),
    ],
)
def test_what_goes_wrong_is_said_in_one_line(results, command, words):
    program = competitor(command.replace("NARROW", str(results / "narrow.png")))
    with pytest.raises(InputError, match=words) as caught:
        run_peer(program, PAIR, SIZE, results, results, 20)
    assert "\n" not in str(caught.value)


def test_what_hangs_is_ended_with_all_that_it_has_started(results):
    program = competitor(
        "sh -c 'sleep 40 & echo $! > PID; wait' {content} {output}".replace("PID", str(results / "pid"))
    )
    started = time.monotonic()
    with pytest.raises(InputError, match=r"took longer than 0\.5 s"):
        run_peer(program, PAIR, SIZE, results, results, 0.5)
    assert time.monotonic() - started < 20
    child = int((results / "pid").read_text())
    assert not Path(f"/proc/{child}").exists() or "zombie" in Path(f"/proc/{child}/status").read_text()


def test_pictures_lie_where_the_benchmark_looks_and_are_made_once(results):
    program = competitor(COPY)
    assert make_peers(contest(PAIR), [program], results, results, quiet) == []
    picture = peer_picture(results, "theirs", "cat", "waves", SIZE)
    made = PeerResult.model_validate_json(picture.with_suffix(".json").read_bytes())
    assert Image.open(picture).size == (SIZE, SIZE)
    assert made.seconds > 0
    again = competitor("false {content} {output}")
    assert make_peers(contest(PAIR), [again], results, results, quiet) == []


def test_a_program_that_fails_is_told_once_and_does_not_hinder_others(results):
    pairs = PAIR, Pair(content="waves", style="cat")
    broken = competitor("false {content} {output}")
    fine = Competitor.derived_from(competitor(COPY), name="fine")
    problems = make_peers(contest(*pairs), [broken, fine], results, results, quiet)
    assert len(problems) == 1
    assert problems[0].startswith("theirs ended with status 1")
    assert all(peer_picture(results, "fine", p.content, p.style, SIZE).is_file() for p in pairs)
    assert not list((results / "benchmark" / "peers").glob("theirs/*"))


def test_a_learned_style_goes_by_its_name_and_only_on_its_pairs(results):
    program = competitor(NAMED, styles={"waves": "7"})
    pairs = PAIR, Pair(content="waves", style="cat")
    assert make_peers(contest(*pairs), [program], results, results, quiet) == []
    assert peer_picture(results, "theirs", "cat", "waves", SIZE).is_file()
    assert not peer_picture(results, "theirs", "waves", "cat", SIZE).is_file()


def test_programs_of_the_peers_own_environment_come_first(tmp_path):
    own = tmp_path / ENVIRONMENT / "bin" / "pastiche"
    own.parent.mkdir(parents=True)
    own.write_text("#!/bin/sh\n")
    own.chmod(0o755)
    assert find_program("pastiche", tmp_path) == str(own)


def test_a_program_s_version_and_licence_are_known_by_its_python(tmp_path):
    program = find_program("pastiche", tmp_path)
    assert program is not None
    name, version, licence = describe(program).split()
    assert (name, licence) == ("pastiche", "MIT")
    assert version.startswith("1.")
    assert describe("/bin/true") == "version and licence unknown"
