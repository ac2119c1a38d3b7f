"""How a command refuses bad input."""


def assert_refused(process, *words):
    """One clear line, exit status 2, no traceback."""
    assert process.returncode == 2
    assert len(process.stderr.strip().splitlines()) == 1
    assert process.stderr.startswith("nstbench: ")
    for word in words:
        assert word in process.stderr
    assert process.stdout == ""
