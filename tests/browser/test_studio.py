"""`nstbench studio` as people use it: a real server, a real browser, and a method that takes its time."""

import os
import re
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import expect

# `nstbench studio` with a descent in place of the network: each step halves the loss. The last one waits
# while there is a file of the name that the server is given.
SERVER = """
import sys
from pathlib import Path
from PIL import Image
from nstbench.apps.making import StoppedError, as_jpeg
from nstbench.apps.studio import tries, serve
from nstbench.images.pictures import load_picture

class Made:
    def __init__(self, picture):
        self.picture, self.summary = picture, {"seconds": 0.5}
    def save(self, file):
        self.picture.save(file)

def make(order, report):
    content = load_picture(order.content, order.size)
    style = load_picture(order.style, order.size).resize(content.size)
    steps = order.options.get("evaluations", 2)
    for step in range(1, steps + 1):
        while report.stopped.wait(0.05) or (step == steps and Path(sys.argv[1]).exists()):
            if report.stopped.is_set():
                raise StoppedError
        report.tell(step, steps, 0.5 ** step, as_jpeg(Image.blend(content, style, step / steps)))
    return Made(style)

tries.make = make
serve._warm_up = lambda: None
serve.serve(open_browser=False)
"""


@pytest.fixture(scope="module")
def unfinished(tmp_path_factory):
    """While this file is there, no picture is finished."""
    return tmp_path_factory.mktemp("studio") / "unfinished"


@pytest.fixture(scope="module")
def address(unfinished):
    server = subprocess.Popen([sys.executable, "-c", SERVER, unfinished], stdout=subprocess.PIPE, text=True)
    yield server.stdout.readline().strip()
    server.send_signal(signal.SIGINT)
    assert server.wait(20) in (0, 130)


@pytest.fixture
def open_studio(new_context, address, unfinished):
    """Opens the page; at the end nothing may have come from elsewhere, and no script may have failed."""
    problems = []

    def open_studio(width=1280, height=900, scheme="light"):
        page = new_context(viewport={"width": width, "height": height}, color_scheme=scheme).new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on(
            "request",
            lambda request: request.url.startswith((address, "blob:")) or problems.append(request.url),
        )
        page.goto(address)
        page.wait_for_selector(".gallery button")
        return page

    yield open_studio
    unfinished.unlink(missing_ok=True)
    assert problems == []


def begin(page, steps=2, method="gatys2015"):
    page.select_option("#method", method)
    page.fill("#size", "64")
    page.fill("[name=evaluations]", str(steps))
    page.click(".primary")


def status(page):
    return page.locator("#status")


def test_two_shipped_pictures_become_a_third(open_studio, unfinished, tmp_path):
    """The settings, the picture as it grows, the loss, the comparison, the command and the download."""
    page = open_studio()
    page.select_option("[name=preserve_colour]", "luminance")
    unfinished.touch()
    begin(page, steps=40)
    expect(status(page)).to_have_text(re.compile(r"Step \d+ of 40, \d+ s left"))
    first = page.get_attribute("#after", "src")
    unfinished.unlink()
    expect(page.locator("#after")).not_to_have_attribute("src", first)
    expect(page.locator("#curve")).to_be_visible()
    expect(status(page)).to_have_text("Done in 0.5 s.", timeout=20_000)
    points = [
        tuple(map(float, p.split(","))) for p in page.get_attribute("#curve polyline", "points").split()
    ]
    heights = [y for _, y in points]
    # Halved at every step, it is a straight line on a logarithmic scale.
    assert np.allclose(np.diff(heights), np.diff(heights)[0], atol=0.3)
    assert page.inner_text("#command").endswith("--method gatys2015 --size 64 --evaluations 40")
    page.fill("#slider", "25")
    shown = page.evaluate("getComputedStyle(document.getElementById('before')).clipPath")
    assert "75%" in shown or "25%" in shown
    with page.expect_download() as download:
        page.click("#download")
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    assert file.name.startswith("chelsea-whirling_night-")
    assert Image.open(file).size == (64, 43)


def test_a_colour_option_reaches_the_command_and_can_be_taken_again(open_studio):
    page = open_studio()
    page.select_option("#method", "gatys2015")
    page.select_option("[name=preserve_colour]", "histogram")
    page.fill("#size", "64")
    page.fill("[name=evaluations]", "2000")
    page.click(".primary")
    expect(page.locator("#command")).to_contain_text("--preserve-colour histogram")
    page.click("#cancel")
    page.select_option("#method", "adain2017")
    page.click("#reuse")
    assert page.input_value("[name=preserve_colour]") == "histogram"
    assert page.input_value("#method") == "gatys2015"


def test_a_descent_is_cancelled_and_what_it_reached_stays(open_studio):
    page = open_studio()
    begin(page, steps=2000)
    expect(status(page)).to_contain_text("Step")
    page.click("#cancel")
    expect(status(page)).to_have_text("Cancelled; this is how far it came.")
    assert "preview" in page.get_attribute("#after", "src")
    expect(page.locator("#cancel")).to_be_hidden()


def test_two_people_wait_for_each_other_and_are_told_so(open_studio):
    one, other = open_studio(), open_studio()
    begin(one, steps=2000)
    expect(status(one)).to_contain_text("Step")
    begin(other)
    expect(status(other)).to_have_text("Waiting: one picture is before this one.")
    one.click("#cancel")
    expect(status(other)).to_have_text("Done in 0.5 s.")
    expect(status(one)).to_contain_text("Cancelled")


def test_a_job_goes_on_without_its_tab_and_is_found_again(open_studio, unfinished):
    page = open_studio()
    unfinished.touch()
    begin(page)
    expect(status(page)).to_contain_text("Step")
    page.close()
    again = open_studio()
    expect(status(again)).to_contain_text("Step")
    unfinished.unlink()
    expect(status(again)).to_have_text("Done in 0.5 s.")


def test_bad_and_good_uploads(open_studio, tmp_path):
    page = open_studio()
    content = page.locator("[data-role=content]")
    bad, good = tmp_path / "notes.png", tmp_path / "my cat.png"
    bad.write_text("no picture")
    Image.fromarray(np.full((30, 60, 3), 200, np.uint8)).save(good)
    content.locator("input").set_input_files(bad)
    expect(content.get_by_role("alert")).to_contain_text("notes.png is not a readable picture")
    content.locator("input").set_input_files(good)
    expect(content.locator("[aria-pressed=true]")).to_have_attribute("title", "my cat.png")
    expect(content.locator(".error")).to_be_empty()
    begin(page)
    expect(page.locator("#command")).to_contain_text("nstbench stylize 'my cat.png'")


def test_a_picture_is_dropped(open_studio):
    page = open_studio()
    page.evaluate(
        """async () => {
            const canvas = Object.assign(document.createElement("canvas"), { width: 40, height: 40 });
            const blob = await new Promise((done) => canvas.toBlob(done));
            const dataTransfer = new DataTransfer();
            dataTransfer.items.add(new File([blob], "dropped.png"));
            const drop = new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true });
            document.querySelector("[data-role=style] .drop").dispatchEvent(drop);
        }"""
    )
    expect(page.locator("[data-role=style] [aria-pressed=true]")).to_have_attribute("title", "dropped.png")


def test_bad_settings_are_refused_beside_the_button(open_studio):
    page = open_studio()
    page.evaluate("document.getElementById('form').noValidate = true")
    begin(page, steps=0)
    expect(page.locator("#refused")).to_contain_text("evaluations")


def test_a_mask_and_a_second_style_are_chosen_and_can_be_taken_again(open_studio, tmp_path):
    page = open_studio()
    mask = tmp_path / "sky.png"
    Image.new("L", (45, 30), 255).save(mask)
    assert not page.locator("[data-role=second]").is_visible()  # Folded away.
    page.click("text=Masks and more pictures")
    page.click("[data-role=second] .gallery button[data-id=dusk_shore]")
    page.locator("[name=share]").fill("0.3")
    expect(page.locator(".share")).to_have_text("Share of the second style: 0.3")
    page.fill("#size", "64")
    page.click(".primary")
    expect(page.locator("#command")).to_contain_text("dusk_shore.png=0.3")
    page.locator("[data-role=region] input").set_input_files(mask)
    expect(page.locator("[data-role=region] img")).to_be_visible()
    expect(page.locator("[name=share]")).to_be_disabled()
    page.locator("[data-role=mask] input").set_input_files(mask)
    expect(page.locator("[data-role=mask] img")).to_be_visible()
    page.click(".primary")
    expect(page.locator("#command")).to_contain_text(
        re.compile(r"--region sky.png=\S*dusk_shore.png --mask sky.png")
    )
    expect(page.locator("#history [aria-current=true]")).to_contain_text("in oil, region sky.png")
    for role in ("second", "region", "mask"):
        page.click(f"[data-role={role}] .clear")
    expect(page.locator("[name=share]")).to_be_enabled()
    page.select_option("#method", "chen2016")
    expect(page.locator("[data-role=region]")).to_be_hidden()
    expect(page.locator("[data-role=mask]")).to_be_visible()
    page.click("#reuse")
    page.click(".primary")
    expect(page.locator("#history li", has_text="region sky.png")).to_have_count(2)
    expect(page.locator("#command")).to_contain_text(
        re.compile(r"--region sky.png=\S*dusk_shore.png --mask sky.png")
    )


def test_a_method_without_a_style_does_not_ask_for_one(open_studio):
    page = open_studio()
    page.select_option("#method", "johnson2016")
    assert page.locator("[data-role=style] input").is_disabled()


def test_the_keyboard_alone_makes_a_picture(open_studio):
    page = open_studio()
    page.focus("#size")
    page.keyboard.type("64")
    page.select_option("#method", "gatys2015")
    page.focus("[data-role=content] .gallery button:nth-child(2)")
    page.keyboard.press("Enter")
    page.fill("#size", "64")
    page.fill("[name=evaluations]", "2")
    page.focus(".primary")
    page.keyboard.press("Enter")
    expect(status(page)).to_have_text("Done in 0.5 s.")
    page.focus("#slider")
    page.keyboard.press("ArrowRight")
    assert page.input_value("#slider") == "1"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_nobody_is_shut_out_and_nothing_is_cut_off(open_studio, width, scheme):
    """No violation that axe knows, and no scrolling sideways, with a result on the page."""
    page = open_studio(width, 844, scheme)
    begin(page)
    expect(status(page)).to_have_text("Done in 0.5 s.")
    page.click("#parts summary")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert Axe().run(page).response["violations"] == []


def test_a_stopped_studio_says_so_and_leaves_nothing(new_context, tmp_path):
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER, "no file"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    address = server.stdout.readline().strip()
    page = new_context().new_page()
    page.goto(address)
    begin(page, steps=2000)
    expect(status(page)).to_contain_text("Step")
    assert [each.name[:16] for each in tmp_path.iterdir()] == ["nstbench-studio-"]
    stopped = time.monotonic()
    server.send_signal(signal.SIGINT)
    _, said = server.communicate(timeout=20)
    assert time.monotonic() - stopped < 10
    assert "Traceback" not in said
    expect(page.locator("#stopped")).to_contain_text("Start it again with nstbench studio")
    assert list(tmp_path.iterdir()) == []
