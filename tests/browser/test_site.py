"""The site in a real browser, on a large screen and on a phone's, by mouse, fingers and keyboard."""

import json
import re

import pytest
from browser import NEEDS_CHROMIUM, Window, chromium, wait_for  # noqa: F401  # a fixture
from report_tree import PAGES, make_tree

pytestmark = NEEDS_CHROMIUM

FIGURE = "figures/second.html"
FITS = "document.documentElement.scrollWidth <= innerWidth"
LOADED = "[...document.images].every((image) => image.src === 'data:,' || image.naturalWidth > 0)"
OPEN = "document.querySelector('.viewer').open"
SHOWN = "[...document.querySelectorAll('.panes img')].map((image) => image.alt)"
PANES = "[...document.querySelectorAll('.panes .stage')]"
# The transformations of all panes, as the browser computed them.
MOVED = "[...document.querySelectorAll('.panes img')].map((image) => getComputedStyle(image).transform)"
FIRST_TILE = "document.querySelectorAll('a.tile')[3]"
# Text against what lies behind it, by the formula of WCAG 2; 4.5 is asked for.
CONTRASTS = """
(() => {
  const parsed = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = parsed(getComputedStyle(at).backgroundColor);
      if (colour.length < 4 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    const unseen = element.closest('script, style, dialog, option, title');
    if (unseen || !walker.currentNode.textContent.trim()) continue;
    const style = getComputedStyle(element);
    const front = parsed(element.closest('svg') ? style.fill : style.color);
    const [low, high] = [light(front), light(behind(element))].sort((a, b) => a - b);
    found.push([(high + 0.05) / (low + 0.05), element.className || element.tagName]);
  }
  return found.sort((a, b) => a[0] - b[0])[0];
})()
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    return make_tree(tmp_path_factory.mktemp("project")).reports


@pytest.fixture
def window(chromium, tmp_path):  # noqa: F811
    window = Window(chromium, tmp_path / "downloads")
    window.show_as(1280, 900, "light")
    window.listen()
    yield window
    assert window.complaints() == []
    window.close()


@pytest.fixture
def phone(window):
    window.show_as(390, 844, "dark", touch=True)
    return window


def middle(window, number=0):
    """Of a pane of the viewer."""
    box = f"{PANES}[{number}].getBoundingClientRect()"
    left, top = window.run(f"(({{ x, y, width, height }}) => [x + width / 2, y + height / 2])({box})")
    return left, top


def scale(window):
    """How much larger than at first, and the same in every pane."""
    (transformation,) = set(window.run(MOVED))
    return float(re.findall(r"[-\d.e]+", transformation)[0])


def place(window):
    return [float(number) for number in re.findall(r"[-\d.e]+", window.run(MOVED)[0])][4:]


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark"), (390, "light")])
def test_every_page_fits_loads_its_pictures_and_can_be_read(window, site, width, scheme):
    window.show_as(width, 844, scheme, touch=width < 500)
    for page in (*PAGES, FIGURE, "figures/first.html"):
        window.open(site / page)
        window.run("document.querySelectorAll('details').forEach((details) => { details.open = true; })")
        window.run("document.querySelectorAll('img').forEach((image) => { image.loading = 'eager'; })")
        wait_for(lambda: window.run(LOADED))
        assert window.run(FITS), page
        contrast, where = window.run(CONTRASTS)
        assert contrast >= 4.5, (page, where)


def test_a_tile_opens_beside_the_content_and_closes_by_key(window, site):
    window.open(site / FIGURE)
    window.run(f"{FIRST_TILE}.focus()")
    window.press("Enter")
    assert window.run(OPEN)
    assert window.run(SHOWN) == ["Chelsea", "strong"]
    assert window.run("document.activeElement.className") == "panes"
    window.press("Escape")
    assert not window.run(OPEN)
    assert window.run(f"document.activeElement === {FIRST_TILE}")


def test_keys_zoom_and_move_all_panes_alike(window, site):
    window.open(site / FIGURE)
    window.run(f"{FIRST_TILE}.click()")
    assert scale(window) == 1
    window.press("+", "+")
    assert scale(window) == pytest.approx(2.25)
    before = place(window)
    window.press("ArrowRight", "ArrowDown")
    left, top = place(window)
    assert left < before[0] and top < before[1]
    assert len(set(window.run(MOVED))) == 1
    window.press("ArrowLeft", "ArrowUp", "-")
    assert scale(window) == pytest.approx(1.5)
    window.press("0")
    assert scale(window) == 1 and place(window) == [0, 0]
    window.press(*"-+++++++++++++++")
    assert scale(window) == pytest.approx(32)


def test_the_wheel_zooms_where_it_points(window, site):
    window.open(site / FIGURE)
    window.run(f"{FIRST_TILE}.click()")
    corner = window.run(f"(({{ x, y }}) => [x + 1, y + 1])({PANES}[0].getBoundingClientRect())")
    window.mouse("mouseWheel", *corner, deltaX=0, deltaY=-300)
    wait_for(lambda: scale(window) > 1)
    assert scale(window) == pytest.approx(2.718, abs=0.01)
    # The corner that was pointed at stays where it was, but for the pixel beside it.
    assert place(window) == pytest.approx([0, 0], abs=4)


def test_dragging_one_picture_moves_all(window, site):
    window.open(site / FIGURE)
    window.run(f"{FIRST_TILE}.click()")
    window.press("+", "+", "+")
    before = place(window)
    left, top = middle(window, 1)
    window.drag((left, top), (left + 20, top + 10), (left + 60, top - 30))
    assert len(set(window.run(MOVED))) == 1
    assert [after - old for after, old in zip(place(window), before, strict=True)] == pytest.approx(
        [60, -30], abs=0.5
    )


def test_two_fingers_zoom_on_a_phone(phone, site):
    phone.open(site / FIGURE)
    phone.run(f"{FIRST_TILE}.click()")
    heights = phone.run(f"{PANES}.map((pane) => pane.getBoundingClientRect().y)")
    assert heights[0] < heights[1]  # one above the other
    assert phone.run(FITS)
    left, top = middle(phone)
    phone.touch("touchStart", (left - 20, top), (left + 20, top))
    phone.touch("touchMove", (left - 40, top), (left + 40, top))
    phone.touch("touchMove", (left - 60, top), (left + 60, top))
    phone.touch("touchEnd")
    assert scale(phone) == pytest.approx(3, rel=0.05)
    before = place(phone)
    phone.touch("touchStart", (left, top))
    phone.touch("touchMove", (left + 15, top + 5))
    phone.touch("touchEnd")
    assert [after - old for after, old in zip(place(phone), before, strict=True)] == pytest.approx(
        [15, 5], abs=0.5
    )


def test_more_pictures_join_and_leave(window, site):
    window.open(site / FIGURE)
    window.run(f"{FIRST_TILE}.click()")
    window.press("+")
    window.run("[...document.querySelectorAll('.strip button')].at(4).click()")
    assert window.run(SHOWN) == ["Chelsea", "strong", "from noise"]
    assert scale(window) == pytest.approx(1.5)
    pressed = "document.querySelectorAll('.strip [aria-pressed=true]').length"
    assert window.run(pressed) == 3
    window.run("document.querySelectorAll('.strip button').forEach((button) => button.click())")
    window.run("document.querySelectorAll('.strip button').forEach((button) => button.click())")
    assert 1 <= window.run(f"{SHOWN}.length") <= 4


def test_a_point_of_the_plane_opens_its_result(window, site):
    window.open(site / FIGURE)
    point = "[...document.querySelectorAll('svg a[data-tile]')].at(-1)"
    window.run(f"{point}.focus()")
    assert window.run(f"getComputedStyle({point}.querySelector('path')).strokeWidth") == "2.5px"
    window.press("Enter")
    assert window.run(OPEN)
    wait_for(
        lambda: window.run("[...document.querySelectorAll('.panes img')].every((i) => i.naturalWidth === 64)")
    )


@pytest.mark.parametrize("width", [1280, 390])
def test_the_slider_parts_two_pictures_of_the_readers_choice(window, site, width):
    window.show_as(width, 844, "light")
    window.open(site / FIGURE)
    cut = "getComputedStyle(document.querySelector('.slider img[data-side=left]')).clipPath"
    assert window.run(cut) == "inset(0px 50% 0px 0px)"
    window.run("document.querySelector('.slider input').focus()")
    window.press(*["ArrowLeft"] * 20)
    assert window.run(cut) == "inset(0px 60% 0px 0px)"
    window.run("document.querySelector('.slider .stage').scrollIntoView({ block: 'center' })")
    box = window.run(
        "(({ x, y, width, height }) => [x, y, width, height])"
        "(document.querySelector('.slider .stage').getBoundingClientRect())"
    )
    window.mouse("mousePressed", box[0] + 0.9 * box[2], box[1] + 0.2 * box[3])
    window.mouse("mouseReleased", box[0] + 0.9 * box[2], box[1] + 0.2 * box[3])
    assert float(window.run("document.querySelector('.slider input').value")) == pytest.approx(90, abs=3)
    select = "document.querySelector('.slider select[data-side=left]')"
    window.run(f"{select}.value = [...{select}.options].find((o) => o.text === 'from noise').value")
    window.run(f"{select}.dispatchEvent(new Event('change'))")
    picture = "document.querySelector('.slider img[data-side=left]')"
    assert window.run(f"{picture}.alt") == "from noise"
    wait_for(lambda: window.run(f"{picture}.naturalWidth") == 64)


def test_curves_change_their_axis_by_key(window, site):
    window.open(site / FIGURE)
    drawings = "[...document.querySelectorAll('.plots svg')].filter((svg) => svg.checkVisibility())"
    seen = f"{drawings}.map((svg) => svg.classList[0])"
    assert window.run(seen) == ["logarithmic"] * 3
    window.run("document.querySelector('input[name=axis]').focus()")
    window.press("ArrowRight")
    assert window.run(seen) == ["linear"] * 3


def test_tables_sort_by_mouse_and_by_key(window, site):
    window.open(site / FIGURE)
    table = "document.querySelector('table[aria-labelledby=scores]')"
    column = f"[...{table}.tBodies[0].rows].map((row) => row.cells[1].dataset.key)"
    header = f"{table}.tHead.rows[0].cells[1]"
    window.run(f"{header}.querySelector('button').click()")
    values = [float(value) for value in window.run(column)]
    assert values == sorted(values) and len(set(values)) > 1
    assert window.run(f"{header}.ariaSort") == "ascending"
    window.run(f"{header}.querySelector('button').focus()")
    window.press("Enter")
    assert [float(value) for value in window.run(column)] == values[::-1]
    window.run(f"{table}.tHead.rows[0].cells[0].querySelector('button').click()")
    names = window.run(f"[...{table}.tBodies[0].rows].map((row) => row.cells[0].textContent)")
    assert names == sorted(names, key=str.lower)
    assert window.run(f"[...{table}.querySelectorAll('[aria-sort]')].length") == 1


@pytest.mark.parametrize("width", [1280, 390])
def test_claims_are_filtered_by_document_and_verdict(window, site, width):
    window.show_as(width, 844, "light")
    window.open(site / "claims.html")
    shown = "[...document.querySelectorAll('article')].filter((a) => a.checkVisibility()).map((a) => a.id)"
    counted = "document.querySelector('.filter output').value"

    def choose(name, value):
        select = f"document.querySelector('select[name={name}]')"
        window.run(f"{select}.value = {json.dumps(value)}")
        window.run(f"{select}.dispatchEvent(new Event('change', {{ bubbles: true }}))")

    assert window.run(counted) == "4 claims"
    choose("verdict", "supported")
    assert window.run(shown) == ["a-claim-one", "b-claim-two"]
    choose("document", "burr")
    assert (window.run(shown), window.run(counted)) == (["b-claim-two"], "1 claim")
    assert (
        window.run("[...document.querySelectorAll('section')].filter((s) => s.checkVisibility()).length") == 1
    )
    window.run("location.hash = '#a-claim-two'")
    wait_for(lambda: len(window.run(shown)) == 4)


def test_a_page_packed_alone_says_so(window, site, tmp_path):
    window.open(site / "index.html")
    assert not window.run("document.querySelector('.alone').checkVisibility()")
    frame = tmp_path / "frame.html"
    frame.write_text(f"<iframe src='{(site / 'index.html').as_uri()}'></iframe>")
    window.open(frame)
    tree = window.call("Page.getFrameTree")["frameTree"]["childFrames"][0]["frame"]["id"]
    world = window.call("Page.createIsolatedWorld", frameId=tree)["executionContextId"]
    told = window.call(
        "Runtime.evaluate",
        expression="!document.querySelector('.alone').hidden",
        contextId=world,
        returnByValue=True,
    )
    assert told["result"]["value"] is True


def test_focus_can_be_seen(window, site):
    window.open(site / FIGURE)
    focused = "getComputedStyle(document.activeElement)"
    for _ in range(12):
        window.press("Tab")
        style, width = window.run(f"[{focused}.outlineStyle, {focused}.outlineWidth]")
        assert (style, width) == ("solid", "2px"), window.run("document.activeElement.outerHTML")
