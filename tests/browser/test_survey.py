"""A survey answered by keyboard and mouse in a real browser, and what is saved there evaluated."""

import json

import pytest
from browser import NEEDS_CHROMIUM, Window, chromium, wait_for  # noqa: F401  # a fixture
from survey_page import table, write  # noqa: F401  # fixtures

pytestmark = NEEDS_CHROMIUM

VISIBLE = "document.querySelector('section:not([hidden])').id"
POSITION = "document.getElementById('position').textContent"
PRESSED = "[...document.querySelectorAll('[aria-pressed=true]')].map((button) => button.textContent)"
FOCUS = "document.activeElement.id"
FITS = "document.documentElement.scrollWidth <= innerWidth"


@pytest.fixture
def browser(chromium, tmp_path):
    window = Window(chromium, tmp_path / "downloads")
    yield window
    window.close()


@pytest.fixture
def survey(write, browser, tmp_path):
    """A page of four pairs on the screen, and its key."""

    def survey(mode):
        _, key = write("--pairs", "4", "--mode", mode, "--arm", "zebra", "--arm", "quagga")
        browser.open(tmp_path / "survey.html")
        return key

    return survey


def saved(browser):
    """The answer sheet that the save button hands out, reached and pressed by keyboard."""
    for _ in range(12):
        if browser.run(FOCUS) == "save":
            break
        browser.press("Tab")
    browser.press("Enter")
    return browser.downloaded()


def test_ratings_by_keyboard_survive_a_reload_and_are_evaluated(survey, browser, run, tmp_path):
    key = survey("rating")
    assert browser.run(VISIBLE) == "introduction"
    browser.press("Enter", "7", "Enter", "0", "ArrowRight", "3")
    assert (browser.run(POSITION), browser.run(PRESSED)) == ("Question 3 of 8", ["3"])
    browser.reload()
    assert (browser.run(POSITION), browser.run(PRESSED)) == ("Question 3 of 8", ["3"])
    assert browser.run("document.getElementById('progress').value") == 3
    browser.press("ArrowLeft", "Backspace")
    assert (browser.run(POSITION), browser.run(PRESSED)) == ("Question 1 of 8", ["7"])
    browser.press("8", "Enter", "Enter", "Enter", "1", "Enter", "Enter", "4", "Enter", "5", "Enter")
    assert browser.run(POSITION) == "Question 8 of 8"
    browser.press("6", "Enter")
    assert browser.run(VISIBLE) == "end"
    assert "7 of 8 questions" in browser.run("document.getElementById('summary').textContent")
    file = saved(browser)
    sheet = json.loads(file.read_text())
    assert [question["answer"] for question in sheet["questions"]] == [8, 10, 3, 1, None, 4, 5, 6]
    assert file.name in browser.run("document.getElementById('where').textContent")
    assert json.loads(browser.run("document.getElementById('sheet').value")) == sheet
    process = run("survey-results", tmp_path / "survey.key.json", file, "--json")
    assert f"{file}: 7 of 8 questions answered" in process.stderr
    lines = {
        (line["arm"], *(line["pair"] or [])): line["value"] for line in json.loads(process.stdout)["lines"]
    }
    for question in sheet["questions"]:
        shown = key["results"][question["shown"][0]]
        assert lines[shown["arm"], shown["content"], shown["style"]] == question["answer"]


def test_choices_by_keyboard_name_the_result_that_was_on_the_screen(survey, browser):
    key = survey("choice")
    browser.press("Enter")
    for press, side in (("a", 0), ("ArrowRight", 1), ("B", 1), ("ArrowLeft", 0)):
        picture = browser.run(f"document.querySelectorAll('.shown')[{side}].src")
        browser.press(press)
        assert browser.run(PRESSED) == [f"{'AB'[side]} is better"]
        chosen = browser.run("state.answers[state.position]")
        assert browser.run(f"data.results['{chosen}'].picture") == picture
        assert browser.run("document.querySelector('.chosen .shown').src") == picture
        browser.press("Enter")
    sheet = json.loads(saved(browser).read_text())
    sides = [question["shown"].index(question["answer"]) for question in sheet["questions"]]
    assert sides == [0, 1, 1, 0]
    for question in sheet["questions"]:
        left, right = (key["results"][name] for name in question["shown"])
        assert (left["content"], left["style"]) == (right["content"], right["style"])
        assert left["arm"] != right["arm"]


def test_the_mouse_and_the_focused_button_do_the_same(survey, browser):
    survey("rating")
    browser.press("Enter", "Tab", "Tab", "Enter")
    assert (browser.run(POSITION), browser.run(PRESSED)) == ("Question 1 of 8", ["2"])
    browser.press("Enter")
    assert browser.run(POSITION) == "Question 2 of 8"
    browser.run("document.querySelector('[data-rating=\"9\"]').click()")
    browser.run("document.getElementById('next').click()")
    browser.run("document.getElementById('back').click()")
    assert (browser.run(POSITION), browser.run(PRESSED)) == ("Question 2 of 8", ["9"])


def test_choosing_by_picture(survey, browser):
    survey("choice")
    browser.press("Enter")
    browser.run("document.querySelectorAll('.shown')[1].click()")
    assert browser.run(PRESSED) == ["B is better"]


def test_an_open_question_is_reached_from_the_end(survey, browser):
    survey("rating")
    browser.press("Enter", *["5", "Enter"] * 2, "Enter", *["5", "Enter"] * 5)
    assert browser.run("document.getElementById('unanswered').textContent.trim()") == "Question 3"
    browser.run("document.querySelector('#unanswered button').click()")
    assert browser.run(POSITION) == "Question 3 of 8"


def test_the_next_person_starts_anew(survey, browser):
    survey("rating")
    first = browser.run("state.participant")
    browser.press("Enter", *["5", "Enter"] * 8)
    saved(browser)
    browser.run("document.getElementById('another').click()")
    assert browser.run(VISIBLE) == "introduction"
    browser.reload()
    assert browser.run(VISIBLE) == "introduction"
    assert browser.run("state.participant") != first
    assert browser.run("state.answers.every((answer) => answer === null)")


def test_a_browser_that_remembers_nothing_can_still_answer(survey, browser):
    forbid = "Storage.prototype.setItem = Storage.prototype.getItem = () => { throw new DOMException('no'); }"
    browser.call("Page.enable")
    browser.call("Page.addScriptToEvaluateOnNewDocument", source=forbid)
    survey("rating")
    assert not browser.run("document.getElementById('forgetful').hidden")
    browser.press("Enter", *["5", "Enter"] * 8)
    sheet = json.loads(saved(browser).read_text())
    assert [question["answer"] for question in sheet["questions"]] == [5] * 8


@pytest.mark.parametrize("mode", ["rating", "choice"])
def test_everything_is_on_a_phones_screen(survey, browser, mode):
    browser.show_as(390, 844, "dark", touch=True)
    survey(mode)
    browser.press("Enter")
    assert browser.run(FITS)
    assert browser.run("document.querySelector('.shown').width") > (350 if mode == "rating" else 170)
    bottoms = "Math.max(...[...document.querySelectorAll('#question img, #question button')]"
    assert browser.run(f"{bottoms}.map((element) => element.getBoundingClientRect().bottom))") <= 844
    sides = "Math.min(...[...document.querySelectorAll('.scale button')].flatMap((button) => "
    assert browser.run(f"{sides}[button.offsetWidth, button.offsetHeight]))") >= 24  # WCAG 2.2, 2.5.8


def test_pages_do_not_share_their_answers(survey, browser, write, tmp_path):
    survey("rating")
    browser.press("Enter", "5")
    write("--pairs", "4", "--seed", "1", name="other.html")
    browser.open(tmp_path / "other.html")
    wait_for(lambda: browser.run(VISIBLE) == "introduction")
    browser.open(tmp_path / "survey.html")
    wait_for(lambda: browser.run(VISIBLE) == "question")
    assert browser.run(PRESSED) == ["5"]
