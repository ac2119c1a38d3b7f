"""The site in a real browser, on a large screen and on a phone's, by mouse, fingers and keyboard."""

import re

import pytest
from playwright.sync_api import expect
from report_tree import PAGES, make_tree

FIGURE = "figures/second.html"
FITS = "document.documentElement.scrollWidth <= innerWidth"
LOADED = "[...document.images].every((image) => image.src === 'data:,' || image.naturalWidth > 0)"
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


def panes(page):
    """The enlarged pictures of the viewer."""
    return page.locator(".panes img")


def captions(page):
    return [image.get_attribute("alt") for image in panes(page).all()]


def tile(page, caption):
    """The picture of the first panel under that caption."""
    return page.locator(f"a.tile[data-caption='{caption}']").first


def transformation(page):
    """Magnification and place of the pictures, which are the same in every pane."""
    every = panes(page).evaluate_all("(all) => all.map((image) => getComputedStyle(image).transform)")
    (one,) = set(every)
    scale, _, _, _, left, top = (float(number) for number in re.findall(r"[-\d.e]+", one))
    return scale, left, top


def scale(page):
    return transformation(page)[0]


def place(page):
    return list(transformation(page)[1:])


def moved(page, before):
    return [after - old for after, old in zip(place(page), before, strict=True)]


def middle(page, number=0):
    """Of a pane of the viewer."""
    box = page.locator(".panes .stage").nth(number).bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark"), (390, "light")])
def test_every_page_fits_loads_its_pictures_and_can_be_read(open_page, site, width, scheme):
    page = open_page(site / PAGES[0], width, 844, scheme, phone=width < 500)
    for address in (*PAGES, FIGURE, "figures/first.html"):
        page.goto((site / address).as_uri())
        page.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true; })")
        page.evaluate("document.querySelectorAll('img').forEach((image) => { image.loading = 'eager'; })")
        page.wait_for_function(LOADED)
        assert page.evaluate(FITS), address
        contrast, where = page.evaluate(CONTRASTS)
        assert contrast >= 4.5, (address, where)


def test_a_tile_opens_beside_the_content_and_closes_by_key(open_page, site):
    page = open_page(site / FIGURE)
    viewer = page.get_by_role("dialog")
    tile(page, "strong").focus()
    press(page, "Enter")
    expect(viewer).to_be_visible()
    assert captions(page) == ["Chelsea", "strong"]
    expect(page.locator(".panes")).to_be_focused()
    press(page, "Escape")
    expect(viewer).to_be_hidden()
    expect(tile(page, "strong")).to_be_focused()


def test_keys_zoom_and_move_all_panes_alike(open_page, site):
    page = open_page(site / FIGURE)
    tile(page, "strong").click()
    assert scale(page) == 1
    press(page, "+", "+")
    assert scale(page) == pytest.approx(2.25)
    before = place(page)
    press(page, "ArrowRight", "ArrowDown")
    left, top = place(page)
    assert left < before[0] and top < before[1]
    press(page, "ArrowLeft", "ArrowUp", "-")
    assert scale(page) == pytest.approx(1.5)
    press(page, "0")
    assert scale(page) == 1 and place(page) == [0, 0]
    press(page, *"-+++++++++++++++")
    assert scale(page) == pytest.approx(32)


def test_the_wheel_zooms_where_it_points(open_page, site):
    page = open_page(site / FIGURE)
    tile(page, "strong").click()
    box = page.locator(".panes .stage").first.bounding_box()
    page.mouse.move(box["x"] + 1, box["y"] + 1)
    page.mouse.wheel(0, -300)
    expect(panes(page).first).not_to_have_css("transform", "matrix(1, 0, 0, 1, 0, 0)")
    assert scale(page) == pytest.approx(2.718, abs=0.01)
    # The corner that was pointed at stays where it was, but for the pixel beside it.
    assert place(page) == pytest.approx([0, 0], abs=4)


def test_dragging_one_picture_moves_all(open_page, site):
    page = open_page(site / FIGURE)
    tile(page, "strong").click()
    press(page, "+", "+", "+")
    before = place(page)
    left, top = middle(page, 1)
    page.mouse.move(left, top)
    page.mouse.down()
    page.mouse.move(left + 20, top + 10)
    page.mouse.move(left + 60, top - 30)
    page.mouse.up()
    assert moved(page, before) == pytest.approx([60, -30], abs=0.5)


def test_two_fingers_zoom_on_a_phone(open_page, site):
    page = open_page(site / FIGURE, 390, 844, "dark", phone=True)
    devtools = page.context.new_cdp_session(page)  # Playwright itself has taps by one finger only

    def touch(kind, *places):
        points = [{"x": left, "y": top, "id": finger} for finger, (left, top) in enumerate(places)]
        devtools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    tile(page, "strong").tap()
    stages = [stage.bounding_box() for stage in page.locator(".panes .stage").all()]
    assert stages[0]["y"] < stages[1]["y"]  # one above the other
    assert page.evaluate(FITS)
    left, top = middle(page)
    touch("touchStart", (left - 20, top), (left + 20, top))
    touch("touchMove", (left - 40, top), (left + 40, top))
    touch("touchMove", (left - 60, top), (left + 60, top))
    touch("touchEnd")
    assert scale(page) == pytest.approx(3, rel=0.05)
    before = place(page)
    touch("touchStart", (left, top))
    touch("touchMove", (left + 15, top + 5))
    touch("touchEnd")
    assert moved(page, before) == pytest.approx([15, 5], abs=0.5)


def test_more_pictures_join_and_leave(open_page, site):
    page = open_page(site / FIGURE)
    tile(page, "strong").click()
    press(page, "+")
    strip = page.locator(".strip").get_by_role("button")
    strip.nth(4).click()
    assert captions(page) == ["Chelsea", "strong", "from noise"]
    assert scale(page) == pytest.approx(1.5)
    expect(page.locator(".strip").get_by_role("button", pressed=True)).to_have_count(3)
    for button in strip.all() * 2:
        button.click()
    assert 1 <= panes(page).count() <= 4


def test_a_point_of_the_plane_opens_its_result(open_page, site):
    page = open_page(site / FIGURE)
    page.locator(".plane [data-chart]").scroll_into_view_if_needed()
    point = page.locator(".plane .role-mark path[aria-label*='from noise']").last
    point.click(force=True)
    expect(page.get_by_role("dialog")).to_be_visible()
    for image in panes(page).all():
        expect(image).to_have_js_property("naturalWidth", 64)


@pytest.mark.parametrize("width", [1280, 390])
def test_the_slider_parts_two_pictures_of_the_readers_choice(open_page, site, width):
    page = open_page(site / FIGURE, width, 844)
    stage, slider = page.locator(".slider .stage"), page.get_by_role("slider")
    picture = stage.locator("img[data-side=left]")
    expect(picture).to_have_css("clip-path", "inset(0px 50% 0px 0px)")
    slider.focus()
    press(page, *["ArrowLeft"] * 20)
    expect(picture).to_have_css("clip-path", "inset(0px 60% 0px 0px)")
    stage.scroll_into_view_if_needed()
    box = stage.bounding_box()
    stage.click(position={"x": 0.9 * box["width"], "y": 0.2 * box["height"]})
    assert float(slider.input_value()) == pytest.approx(90, abs=3)
    page.locator(".slider select[data-side=left]").select_option(label="from noise")
    expect(picture).to_have_attribute("alt", "from noise")
    expect(picture).to_have_js_property("naturalWidth", 64)


def test_curves_change_their_axis_by_key(open_page, site):
    page = open_page(site / FIGURE)
    page.locator(".curves").scroll_into_view_if_needed()
    total = page.locator(".plots figure").first.locator("svg")
    expect(page.locator(".plots svg")).to_have_count(3)

    def ticks():
        return total.locator(".role-axis-label text").all_text_contents()

    logarithmic = ticks()
    page.locator("input[name=axis][value=log]").focus()
    press(page, "ArrowRight")
    expect(total.locator(".role-axis-label text", has_text="0.6")).to_have_count(1)
    assert ticks() != logarithmic


def test_tables_sort_by_mouse_and_by_key(open_page, site):
    page = open_page(site / FIGURE)
    table = page.locator("table[aria-labelledby=scores]")
    rows, headers = table.locator("tbody tr"), table.locator("thead th")

    def column(number):
        return [row.locator("th, td").nth(number) for row in rows.all()]

    def values():
        return [float(cell.get_attribute("data-order")) for cell in column(1)]

    headers.nth(1).locator(".dt-column-order").click()
    assert values() == sorted(values()) and len(set(values())) > 1
    expect(headers.nth(1)).to_have_attribute("aria-sort", "ascending")
    headers.nth(1).focus()
    press(page, "Enter")
    expect(headers.nth(1)).to_have_attribute("aria-sort", "descending")
    assert values() == sorted(values(), reverse=True)
    headers.nth(0).click()
    expect(headers.nth(0)).to_have_attribute("aria-sort", "ascending")
    names = [cell.text_content() for cell in column(0)]
    assert names == sorted(names, key=str.lower)
    expect(table.locator("[aria-sort]")).to_have_count(1)


def test_all_columns_of_scores_are_seen_on_a_wide_page(open_page, site):
    page = open_page(site / "figures" / "first.html", width=1280)
    scores = page.locator("[aria-labelledby=scores] .dt-layout-table").first
    assert scores.evaluate("box => box.scrollWidth <= box.clientWidth")


@pytest.mark.parametrize("width", [1280, 390])
def test_a_wide_table_scrolls_within_itself_and_its_first_column_stays(open_page, site, width):
    page = open_page(site / "figures" / "first.html", width, 844)
    page.locator("#others").click()
    wide = page.locator("[aria-labelledby=others] .dt-layout-table").first
    wide.evaluate("box => { box.scrollLeft = 300; }")
    assert wide.evaluate("box => box.scrollLeft") == 300 and page.evaluate(FITS)
    left = wide.bounding_box()["x"]
    for row in ("thead", "tbody"):
        cells = wide.locator(f"{row} tr").first.locator("th, td")
        assert cells.first.bounding_box()["x"] == pytest.approx(left, abs=1)
        assert cells.nth(1).bounding_box()["x"] < left + 300
    head = wide.locator("thead th").first
    covered = "(cell, y) => document.elementFromPoint(cell.getBoundingClientRect().left + 20, y) === cell"
    assert head.evaluate(covered, head.bounding_box()["y"] + 5)


@pytest.mark.parametrize("width", [1280, 390])
def test_claims_are_filtered_by_document_and_verdict(open_page, site, width):
    page = open_page(site / "claims.html", width, 844)
    claims, counted = page.locator("article:visible"), page.locator(".filter output")

    def shown():
        return [claim.get_attribute("id") for claim in claims.all()]

    expect(counted).to_have_text(re.compile(r"^4\b"))
    page.locator("select[name=verdict]").select_option("supported")
    assert shown() == ["a-claim-one", "b-claim-two"]
    page.locator("select[name=document]").select_option("burr")
    assert shown() == ["b-claim-two"]
    expect(counted).to_have_text(re.compile(r"^1\b"))
    expect(page.locator("section:visible")).to_have_count(1)
    page.evaluate("location.hash = '#a-claim-two'")
    expect(claims).to_have_count(4)


def test_a_page_packed_alone_says_so(open_page, site, tmp_path):
    page = open_page(site / "index.html")
    expect(page.get_by_role("note")).to_be_hidden()
    frame = tmp_path / "frame.html"
    frame.write_text(f"<iframe src='{(site / 'index.html').as_uri()}'></iframe>")
    page = open_page(frame)
    expect(page.frame_locator("iframe").get_by_role("note")).to_be_visible()


def test_focus_can_be_seen(open_page, site):
    page = open_page(site / FIGURE)
    for _ in range(12):
        press(page, "Tab")
        focused = page.locator("*:focus")
        expect(focused).to_have_css("outline-style", "solid")
        expect(focused).to_have_css("outline-width", "2px")
