"""The ranking as a drawing."""

import re

from PIL import Image
from rankings import a_ranking

from nstbench.charts.ranking import draw_ranking
from nstbench.pipeline.benchmark.records import ranking_file


def test_the_drawing_has_every_entry_and_front_and_is_the_same_each_time(tmp_path):
    drawn = []
    for _ in range(2):
        draw_ranking(a_ranking(), tmp_path)
        drawn.append(ranking_file(tmp_path, ".svg").read_text())
    assert drawn[0] == drawn[1]
    comments = re.findall("<!-- (.+?) -->", drawn[0])  # What matplotlib writes as paths, in words.
    assert {"One against itself", "SSIM (more is better)", "gatys2015 default", "theirs"} <= set(comments)
    with Image.open(ranking_file(tmp_path, ".png")) as picture:
        assert picture.width > 1500
