"""What one system has and another lacks is asked for before it is used; no path is written that one has."""

import ast
import re
from itertools import chain

import pytest

from nstbench.pipeline.project import CHECKOUT

# Modules of POSIX, attributes of modules that Windows has without them, and starts of paths.
MODULES = {"fcntl", "grp", "posix", "pty", "pwd", "resource", "syslog", "termios", "tty"}
ATTRIBUTES = {
    "os": {
        "chown",
        "fork",
        "getloadavg",
        "getpgid",
        "getuid",
        "geteuid",
        "killpg",
        "mkfifo",
        "nice",
        "setsid",
    }
    | {"sched_getaffinity", "sched_setaffinity", "statvfs", "uname", "wait", "wait3", "wait4"},
    "signal": {"SIGALRM", "SIGHUP", "SIGKILL", "SIGQUIT", "SIGUSR1", "SIGUSR2", "alarm", "setitimer"},
    "socket": {"AF_UNIX"},
    "socketserver": {"ForkingMixIn", "ForkingTCPServer", "UnixStreamServer"},
}
WAYS_TO_START = {"fork", "forkserver"}
PATHS = re.compile(r"(/(tmp|var|proc|sys|dev|etc|usr|bin|opt|home|root|Users)(/|$)|[A-Za-z]:\\)")
FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef
# What asks whether the system has it: a condition, or an error that is caught.
ASKED = re.compile(r"sys\.platform|hasattr\(|\.exists\b|os\.name|get_all_start_methods")
CAUGHT = re.compile(r"ImportError|OSError|AttributeError|ValueError|NotImplementedError")
# Methods and arguments of whichever object or function, that Windows refuses.
METHODS = {"add_signal_handler"}
ARGUMENTS = {"preexec_fn", "pass_fds", "process_group"}
# Only for Linux, as their docstrings say.
LINUX_ONLY = {"nstbench/pipeline/timing/overhead.py"}
# Still taken for granted: that standard input has a file.
NOT_YET = {"nstbench/cli/stylize.py": {"/dev/stdin"}}
FILES = sorted(
    file.relative_to(CHECKOUT).as_posix()
    for file in chain(
        (CHECKOUT / "nstbench").rglob("*.py"),
        (CHECKOUT / "workflow").rglob("*.py"),
        (CHECKOUT / "data" / "painting").rglob("*.py"),
        (CHECKOUT / "examples").rglob("*.py"),
    )
)


def of_one_system(node):
    """What in a node other systems lack; None where there is nothing."""
    match node:
        case ast.Import(names=names):
            return next((name.name for name in names if name.name in MODULES), None)
        case ast.ImportFrom(module=module) if module in MODULES:
            return module
        case ast.Attribute(value=ast.Name(id=module), attr=name) if name in ATTRIBUTES.get(module, ()):
            return f"{module}.{name}"
        case ast.Attribute(attr=name) if name in METHODS:
            return name
        case ast.keyword(arg=name) if name in ARGUMENTS:
            return name
        case ast.Constant(value=str(text)) if PATHS.match(text):
            return text
        case ast.Call(func=ast.Attribute(attr="get_context"), args=[ast.Constant(value=way)]):
            return way if way in WAYS_TO_START else None
    return None


def is_guarded(above):
    """Whether a question or a caught error stands around a node, or in its function; `above` leads to it."""
    function = next((node for node in reversed(above) if isinstance(node, FUNCTIONS)), None)
    tried = (node.handlers for node in above if isinstance(node, ast.Try))
    around = [*above, *chain.from_iterable(tried), *(ast.walk(function) if function else ())]
    for node in around:
        if isinstance(node, ast.If | ast.IfExp) and ASKED.search(ast.unparse(node.test)):
            return True
        if isinstance(node, ast.ExceptHandler) and node.type and CAUGHT.search(ast.unparse(node.type)):
            return True
        if isinstance(node, ast.With | ast.AsyncWith) and any(
            "suppress" in ast.unparse(item) and CAUGHT.search(ast.unparse(item)) for item in node.items
        ):
            return True
    return False


def unguarded(source):
    """Lines and names of what a module takes for granted that one system has."""
    tree = ast.parse(source)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | FUNCTIONS)
        and node.body
        and isinstance(node.body[0], ast.Expr)
        and isinstance(node.body[0].value, ast.Constant)
    }

    def look(node, above):
        if id(node) in docstrings:
            return
        found = of_one_system(node)
        if found and not is_guarded(above):
            yield node.lineno, found
        for child in ast.iter_child_nodes(node):
            yield from look(child, [*above, node])

    # A table of paths at the top of a module is looked at by functions that ask whether they exist.
    tables = {
        line
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
        if re.search(rf"os\.path\.exists, {node.targets[0].id}\b", ast.unparse(tree))
        for line in range(node.lineno, node.end_lineno + 1)
    }
    return [(line, name) for line, name in look(tree, []) if line not in tables]


@pytest.mark.parametrize("file", FILES)
def test_what_one_system_has_is_asked_for(file):
    source = (CHECKOUT / file).read_text(encoding="utf-8")
    found = unguarded(source)
    if file in LINUX_ONLY:
        assert found and "Linux only" in " ".join(ast.get_docstring(ast.parse(source)).split())
    else:
        assert {name for _, name in found} <= NOT_YET.get(file, set())


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import fcntl", "fcntl"),
        ("from resource import getrusage", "resource"),
        ("def f():\n    return os.fork()", "os.fork"),
        ("FOLDER = '/tmp/x'", "/tmp/x"),
        ("open('C:\\\\x')", "C:\\x"),
        ("import multiprocessing\nmultiprocessing.get_context('fork')", "fork"),
        ("loop.add_signal_handler(2, stop)", "add_signal_handler"),
        ("subprocess.Popen(command, pass_fds=[3])", "pass_fds"),
        ("class Server(socketserver.ForkingMixIn): pass", "socketserver.ForkingMixIn"),
        ("try:\n    import fcntl\nexcept KeyError:\n    pass", "fcntl"),
    ],
)
def test_what_is_not_asked_for_is_found(source, found):
    ((_, name),) = unguarded(source)
    assert name == found


@pytest.mark.parametrize(
    "source",
    [
        "try:\n    import fcntl\nexcept ImportError:\n    pass",
        "if hasattr(os, 'fork'):\n    os.fork()",
        "def f():\n    if sys.platform == 'win32':\n        return 0\n    import resource",
        "with suppress(OSError):\n    Path('/proc/cpuinfo').read_text()",
        "GPUS = ('/dev/kfd',)\ndef f():\n    return any(map(os.path.exists, GPUS))",
        "'''Reads /proc.'''\ndef f():\n    '''/tmp is no default.'''\n    os.kill(1, signal.SIGTERM)",
    ],
)
def test_what_is_asked_for_passes(source):
    assert unguarded(source) == []
