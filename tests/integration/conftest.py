from pathlib import Path

import pytest

from nstbench.pipeline.project import CHECKOUT, Project


def pytest_addoption(parser):
    parser.addoption("--results", type=Path, help="folder that the pipeline was run in")


@pytest.fixture(scope="session")
def made(request) -> Path:
    """The folder that holds results/ and reports/ of a finished pipeline."""
    return request.config.getoption("--results")


@pytest.fixture(scope="session")
def project() -> Project:
    return Project.load(CHECKOUT, "smoke")
