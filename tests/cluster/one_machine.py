"""Slurm on one machine, for `make cluster-test`: a controller and two nodes, which can be killed one by one.

Everything lives in its own namespaces: `enter_namespaces` starts this program again as their first process.
When that ends, whichever way, the kernel ends all others. Linux only, and only for root.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

PROGRAMS = ("unshare", "munged", "slurmctld", "slurmd", "sbatch", "squeue", "srun")
INSIDE = "NSTBENCH_INSIDE_NAMESPACES"
NODES = ("node1", "node2")
# Each node says of itself that it has one core and the memory that profiles/slurm asks for.
CONFIGURATION = """\
ClusterName=one_machine
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
SlurmctldPort=16817
AuthInfo=socket={folder}/munge.socket
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool-%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd-%n.pid
ProctrackType=proctrack/pgid
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SlurmdParameters=config_overrides
ReturnToService=2
MinJobAge=600
SlurmctldTimeout=10
SlurmdTimeout=10
SchedulerParameters=sched_interval=2,batch_sched_delay=0
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
JobAcctGatherType=jobacct_gather/none
NodeName=node1 NodeHostname={host} NodeAddr=127.0.0.1 Port=16818 CPUs=1 RealMemory=64000
NodeName=node2 NodeHostname={host} NodeAddr=127.0.0.1 Port=16819 CPUs=1 RealMemory=64000
PartitionName=main Nodes=node1,node2 Default=YES MaxTime=INFINITE State=UP
"""


def missing() -> str | None:
    """Why Slurm cannot be started here, in a line."""
    if not sys.platform.startswith("linux") or os.geteuid():
        return "Slurm on one machine needs Linux and root"
    absent = [name for name in PROGRAMS if not shutil.which(name)]
    return f"{', '.join(absent)} not found; apt-get install slurm-wlm munge" if absent else None


def enter_namespaces() -> None:
    """Go on as the first process of new namespaces: processes and mounts."""
    if INSIDE not in os.environ:
        spaces = ["--pid", "--fork", "--kill-child", "--mount-proc", "--mount"]
        os.environ[INSIDE] = "1"
        os.execvp("unshare", ["unshare", *spaces, sys.executable, *sys.argv])


class Cluster:
    """A controller and two nodes of one core each; to be used after `enter_namespaces`.

    Parameters
    ----------
    folder : Path
        Gets the keys, the state and the logs of Slurm.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._daemons: dict[str, subprocess.Popen[bytes]] = {}
        for name in ("state", "etc", *(f"spool-{node}" for node in NODES)):
            (folder / name).mkdir(parents=True)
        folder.chmod(0o755)  # Munge refuses others.
        text = CONFIGURATION.format(host=socket.gethostname(), folder=folder)
        (folder / "etc" / "slurm.conf").write_text(text)
        # Jobs look for it there, and nowhere else. The mount ends with the namespace.
        Path("/etc/slurm").mkdir(exist_ok=True)
        subprocess.run(["mount", "--bind", folder / "etc", "/etc/slurm"], check=True)
        key = folder / "munge.key"
        key.write_bytes(os.urandom(128))
        key.chmod(0o600)
        places = [f"--{name}-file={folder}/munge.{name}" for name in ("key", "pid", "log", "seed")]
        self._run("munge", "munged", "--foreground", "--force", f"--socket={folder}/munge.socket", *places)
        while not (folder / "munge.socket").exists():
            time.sleep(0.1)
        for name in ("controller", *NODES):
            self.start(name)
        while self.ask("sinfo", "--noheader", "--format=%T").split() != ["idle"]:
            time.sleep(0.5)

    def start(self, name: str) -> None:
        """Start the controller or a node."""
        if name == "controller":
            self._run(name, "slurmctld", "-D")
        else:
            # In a namespace of its own, so that a node dies with all that runs on it. The shell is the first
            # process there, because orphans would not be reaped by slurmd, and jobs never seem to end.
            own = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc"]
            self._run(name, *own, "sh", "-c", f"slurmd -D -N {name}; exit")

    def kill(self, name: str) -> None:
        """Kill the controller or a node, as when its plug is pulled."""
        self._daemons[name].kill()
        self._daemons.pop(name).wait()

    def jobs(self, state: str) -> list[str]:
        """The numbers of the jobs in a state, as RUNNING."""
        return self.ask("squeue", "--noheader", "--format=%A", f"--states={state}").split()

    @staticmethod
    def ask(*command: str) -> str:
        """What a command of Slurm prints; nothing while the controller is away."""
        return subprocess.run(command, capture_output=True, text=True).stdout

    def _run(self, name: str, *command: str) -> None:
        with (self._folder / f"{name}.log").open("ab") as log:
            self._daemons[name] = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
