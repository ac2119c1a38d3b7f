"""Run a job of the pipeline: `run_job.py draw_figure jain-fig1 --profile smoke --log results/logs/x.log`.

The arguments are those of `nstbench job`. Where a job server listens (nstbench/cli/job.py), it has everything
imported and only forks; asking it takes 20 ms, because this script imports nothing of ours.
"""

import json
import os
import socket
import sys


def ask_server(path):
    """The job's exit status; None when no server takes it, as on another node of a cluster."""
    if not hasattr(socket, "AF_UNIX"):
        return None
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(path)
            asked = {"arguments": sys.argv[1:], "folder": os.getcwd()}  # noqa: PTH109  pathlib takes time
            connection.sendall(json.dumps(asked).encode() + b"\n")
            answer = connection.makefile("rb").read()
    except OSError:
        return None
    begun, status = answer[:1], answer[1:]
    # A job that began and says nothing more was killed.
    return int(status or 1) if begun else None


try:
    status = ask_server(os.environ.get("NSTBENCH_JOB_SERVER", ""))
except KeyboardInterrupt:
    sys.exit(130)  # As shells have it; the server ends the job.
if status is None:
    command = [sys.executable, "-m", "nstbench", "job", *sys.argv[1:]]
    os.execv(sys.executable, command)  # nosec B606  # Python itself, with the arguments of this script
sys.exit(status)
