"""Jobs of the pipeline, run by the server and without one."""

import os
import signal
import socket
import subprocess
import sys
import time

import pytest

from nstbench.pipeline.project import CHECKOUT

CLIENT = [sys.executable, "-S", "-E", str(CHECKOUT / "workflow" / "scripts" / "run_job.py")]
PROFILE = ["--profile", "smoke"]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """The address of a server, in the environment that its clients get."""
    address = tmp_path_factory.mktemp("server") / "jobs"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(address))
        listening.listen()
        command = [sys.executable, "-m", "nstbench", "job-server", str(listening.fileno()), *PROFILE]
        process = subprocess.Popen(command, pass_fds=[listening.fileno()])
    yield os.environ | {"NSTBENCH_JOB_SERVER": str(address)}
    process.kill()
    process.wait()


@pytest.fixture(params=["by the server", "alone"])
def environment(request):
    return request.getfixturevalue("server") if request.param == "by the server" else dict(os.environ)


def run(environment, folder, *arguments):
    return subprocess.run([*CLIENT, *arguments], cwd=folder, env=environment, capture_output=True)


def test_a_job_makes_its_output_and_logs_its_seconds(environment, tmp_path):
    job = run(environment, tmp_path, "make_picture", "chelsea", *PROFILE, "--log", "log")
    assert job.returncode == 0, job.stderr
    assert (tmp_path / "results" / "pictures" / "chelsea.png").is_file()
    assert (tmp_path / "log").read_text().startswith("computed for")


def test_bad_input_is_one_line_in_the_log_and_status_2(environment, tmp_path):
    job = run(environment, tmp_path, "make_picture", "nobody", *PROFILE, "--log", "log")
    assert job.returncode == 2
    (line,) = (tmp_path / "log").read_text().splitlines()
    assert line.startswith("nstbench: unknown picture 'nobody'")


def test_a_fault_is_a_traceback_in_the_log(environment, tmp_path):
    job = run(environment, tmp_path, "draw_figure", "jain-fig10", *PROFILE, "--log", "log")
    assert job.returncode != 0
    assert (tmp_path / "log").read_text()


def test_without_the_server_that_is_named_the_job_runs_alone(tmp_path):
    environment = os.environ | {"NSTBENCH_JOB_SERVER": str(tmp_path / "gone")}
    assert run(environment, tmp_path, "make_picture", "chelsea", *PROFILE).returncode == 0


SLEEPER = """
import os, time
from pathlib import Path

def job(project):
    Path("made").write_text(str(os.getpid()))
    Path("made").rename("pid")
    time.sleep(60)
"""


def test_a_job_ends_with_its_client(server, tmp_path):
    (tmp_path / "sleeper.py").write_text(SLEEPER)
    # The name of a script may lead out of the folder of scripts.
    name = os.path.relpath(tmp_path / "sleeper", CHECKOUT / "workflow" / "scripts")
    client = subprocess.Popen([*CLIENT, name, *PROFILE, "--log", "log"], cwd=tmp_path, env=server)
    wait_for((tmp_path / "pid").exists)
    job = int((tmp_path / "pid").read_text())
    assert job != client.pid
    assert runs(job)
    client.send_signal(signal.SIGKILL)
    client.wait()
    wait_for(lambda: not runs(job))


def runs(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def wait_for(look):
    end = time.monotonic() + 50
    while not look():
        assert time.monotonic() < end, "nothing happens"
        time.sleep(0.02)
