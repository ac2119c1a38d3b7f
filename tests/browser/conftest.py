"""The browser of these tests: the Chromium of this machine, driven by Playwright."""

import shutil
from pathlib import Path

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args, browser_type):
    """How Playwright starts it; the test is skipped where no Chromium is installed."""
    installed = next(filter(None, map(shutil.which, NAMES)), browser_type.executable_path)
    if not Path(installed).exists():
        pytest.skip("no Chromium on this machine; install one, or run `playwright install chromium`")
    return browser_type_launch_args | {"executable_path": installed, "args": ["--no-sandbox"]}


@pytest.fixture
def open_page(new_context):
    """Opens a file on a screen of its own; at the end no script and no file may have failed."""
    problems = []

    def open_page(file, width=1280, height=900, scheme="light", phone=False):
        screen = {"width": width, "height": height}
        page = new_context(viewport=screen, color_scheme=scheme, has_touch=phone, is_mobile=phone).new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda said: said.type in ("error", "assert") and problems.append(said.text))
        page.goto(file.as_uri())
        return page

    yield open_page
    assert problems == []
