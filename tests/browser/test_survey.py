"""A survey answered by keyboard and mouse in a real browser, and what is saved there evaluated."""

import json
import re

import pytest
from playwright.sync_api import expect
from survey_page import table, write  # noqa: F401  # fixtures

FITS = "document.documentElement.scrollWidth <= innerWidth"


@pytest.fixture
def survey(write, open_page, tmp_path):
    """A page of four pairs on the screen, and its key."""

    def survey(mode, **screen):
        _, key = write("--pairs", "4", "--mode", mode, "--arm", "zebra", "--arm", "quagga")
        return open_page(tmp_path / "survey.html", **screen), key

    return survey


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def reload(page):
    page.wait_for_timeout(2000)  # What a page remembers reaches the browser's own process a moment later.
    page.reload()


def section(page):
    """The one that is shown."""
    return page.locator("main > section:visible").get_attribute("id")


def numbers(text):
    return [int(number) for number in re.findall(r"\d+", text)]


def position(page):
    """Which question of how many is shown."""
    return numbers(page.locator("#position").text_content())


def pressed(page):
    """The ratings that are given, or the places, from left to right, of the results that are chosen."""
    buttons = page.get_by_role("button", pressed=True).all()
    return [
        int(button.get_attribute("data-rating") or button.get_attribute("data-place")) for button in buttons
    ]


def saved(page, folder):
    """The answer sheet that the save button hands out, reached and pressed by keyboard."""
    button = page.locator("#save")
    for _ in range(12):
        if button.evaluate("(button) => button === document.activeElement"):
            break
        press(page, "Tab")
    with page.expect_download() as download:
        press(page, "Enter")
    file = folder / download.value.suggested_filename
    download.value.save_as(file)
    return file


def test_ratings_by_keyboard_survive_a_reload_and_are_evaluated(survey, run, tmp_path):
    page, key = survey("rating")
    assert section(page) == "introduction"
    press(page, "Enter", "7", "Enter", "0", "ArrowRight", "3")
    assert (position(page), pressed(page)) == ([3, 8], [3])
    reload(page)
    assert (position(page), pressed(page)) == ([3, 8], [3])
    expect(page.get_by_role("progressbar")).to_have_js_property("value", 3)
    press(page, "ArrowLeft", "Backspace")
    assert (position(page), pressed(page)) == ([1, 8], [7])
    press(page, "8", "Enter", "Enter", "Enter", "1", "Enter", "Enter", "4", "Enter", "5", "Enter")
    assert position(page) == [8, 8]
    press(page, "6", "Enter")
    assert section(page) == "end"
    assert numbers(page.locator("#summary").text_content()) == [7, 8]
    file = saved(page, tmp_path)
    sheet = json.loads(file.read_text())
    assert [question["answer"] for question in sheet["questions"]] == [8, 10, 3, 1, None, 4, 5, 6]
    assert file.name in page.get_by_role("status").text_content()
    assert json.loads(page.locator("#sheet").input_value()) == sheet
    process = run("survey-results", tmp_path / "survey.key.json", file, "--json")
    (complaint,) = [line for line in process.stderr.splitlines() if str(file) in line]
    assert numbers(complaint.partition(str(file))[2])[:2] == [7, 8]
    lines = {
        (line["arm"], *(line["pair"] or [])): line["value"] for line in json.loads(process.stdout)["lines"]
    }
    for question in sheet["questions"]:
        shown = key["results"][question["shown"][0]]
        assert lines[shown["arm"], shown["content"], shown["style"]] == question["answer"]


def test_choices_by_keyboard_name_the_result_that_was_on_the_screen(survey, tmp_path):
    page, key = survey("choice")
    press(page, "Enter")
    for choice, side in (("a", 0), ("ArrowRight", 1), ("B", 1), ("ArrowLeft", 0)):
        picture = page.locator(".shown").nth(side).get_attribute("src")
        press(page, choice)
        assert pressed(page) == [side]
        assert page.evaluate("data.results[state.answers[state.position]].picture") == picture
        assert page.locator(".chosen .shown").get_attribute("src") == picture
        press(page, "Enter")
    sheet = json.loads(saved(page, tmp_path).read_text())
    sides = [question["shown"].index(question["answer"]) for question in sheet["questions"]]
    assert sides == [0, 1, 1, 0]
    for question in sheet["questions"]:
        left, right = (key["results"][name] for name in question["shown"])
        assert (left["content"], left["style"]) == (right["content"], right["style"])
        assert left["arm"] != right["arm"]


def test_the_mouse_and_the_focused_button_do_the_same(survey):
    page, _ = survey("rating")
    press(page, "Enter", "Tab", "Tab", "Enter")
    assert (position(page), pressed(page)) == ([1, 8], [2])
    press(page, "Enter")
    assert position(page) == [2, 8]
    page.get_by_role("button", name="9", exact=True).click()
    page.locator("#next").click()
    page.locator("#back").click()
    assert (position(page), pressed(page)) == ([2, 8], [9])


def test_choosing_by_picture(survey):
    page, _ = survey("choice")
    press(page, "Enter")
    page.locator(".shown").nth(1).click()
    assert pressed(page) == [1]


def test_an_open_question_is_reached_from_the_end(survey):
    page, _ = survey("rating")
    press(page, "Enter", *["5", "Enter"] * 2, "Enter", *["5", "Enter"] * 5)
    unanswered = page.get_by_role("list").get_by_role("button")
    assert numbers(unanswered.text_content()) == [3]
    unanswered.click()
    assert position(page) == [3, 8]


def test_the_next_person_starts_anew(survey, tmp_path):
    page, _ = survey("rating")
    first = page.evaluate("state.participant")
    press(page, "Enter", *["5", "Enter"] * 8)
    saved(page, tmp_path)
    page.locator("#another").click()
    assert section(page) == "introduction"
    reload(page)
    assert section(page) == "introduction"
    assert page.evaluate("state.participant") != first
    assert page.evaluate("state.answers.every((answer) => answer === null)")


def test_a_browser_that_remembers_nothing_can_still_answer(survey, tmp_path):
    page, _ = survey("rating")
    page.add_init_script(
        "Storage.prototype.setItem = Storage.prototype.getItem = () => { throw new DOMException('no'); }"
    )
    reload(page)
    expect(page.locator("#forgetful")).to_be_visible()
    press(page, "Enter", *["5", "Enter"] * 8)
    sheet = json.loads(saved(page, tmp_path).read_text())
    assert [question["answer"] for question in sheet["questions"]] == [5] * 8


@pytest.mark.parametrize("mode", ["rating", "choice"])
def test_everything_is_on_a_phones_screen(survey, mode):
    page, _ = survey(mode, width=390, height=844, scheme="dark", phone=True)
    press(page, "Enter")
    assert page.evaluate(FITS)
    boxes = [item.bounding_box() for item in page.locator("#question :is(img, button)").all()]
    assert page.locator(".shown").first.bounding_box()["width"] > (350 if mode == "rating" else 170)
    assert max(box["y"] + box["height"] for box in boxes) <= 844
    buttons = [button.bounding_box() for button in page.locator(".scale").get_by_role("button").all()]
    assert min(min(box["width"], box["height"]) for box in buttons) >= 24  # WCAG 2.2, 2.5.8


def test_pages_do_not_share_their_answers(survey, write, tmp_path):
    page, _ = survey("rating")
    press(page, "Enter", "5")
    write("--pairs", "4", "--seed", "1", name="other.html")
    page.goto((tmp_path / "other.html").as_uri())
    assert section(page) == "introduction"
    page.goto((tmp_path / "survey.html").as_uri())
    assert section(page) == "question"
    assert pressed(page) == [5]
