"""Downloads of famous paintings, from a server on this machine."""

import hashlib
import http.server
import threading
from functools import partial

import pytest
from PIL import Image

from nstbench.core.errors import InputError
from nstbench.images.fetching import fetch_picture
from nstbench.images.manifest import Picture


@pytest.fixture
def address(tmp_path):
    """A server of the folder `served`."""
    served = tmp_path / "served"
    served.mkdir()
    quiet = type("Quiet", (http.server.SimpleHTTPRequestHandler,), {"log_message": lambda *_: None})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(quiet, directory=served))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield served, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def entry(url, content):
    facts = {"md5": hashlib.md5(content).hexdigest(), "title": "x", "author": "x", "license": "x"}
    return Picture.model_construct(url=url, **facts)


def test_a_file_is_called_by_what_is_in_it_and_never_replaced(address, tmp_path):
    served, url = address
    Image.new("RGB", (20, 20), "red").save(served / "wave.jpg", "PNG")
    picture = entry(f"{url}/wave.jpg", (served / "wave.jpg").read_bytes())
    folder = tmp_path / "own"
    assert fetch_picture("wave", picture, folder) == folder / "wave.png"
    (folder / "wave.png").write_bytes(b"mine")
    assert fetch_picture("wave", picture, folder) == folder / "wave.png"
    assert (folder / "wave.png").read_bytes() == b"mine"
    assert [file.name for file in folder.iterdir()] == ["wave.png"]


@pytest.mark.parametrize("content", [b"<html>Not found</html>", None])
def test_what_is_no_picture_or_out_of_reach_leaves_nothing(address, tmp_path, content):
    served, url = address
    if content:
        (served / "wave.jpg").write_bytes(content)
    with pytest.raises(InputError, match=r"wave"):
        fetch_picture("wave", entry(f"{url}/wave.jpg", content or b""), tmp_path / "own")
    assert not [*(tmp_path / "own").iterdir()]


def test_a_dead_address_does_not_end_the_others(run, address, tmp_path, monkeypatch):
    served, url = address
    Image.new("RGB", (20, 20), "red").save(served / "wave.jpg")
    good = entry(f"{url}/wave.jpg", (served / "wave.jpg").read_bytes())
    pictures = {"dead": entry(f"{url}/dead.jpg", b""), "wave": good}
    found = type("Pictures", (dict,), {"root": property(lambda self: self)})(pictures)
    monkeypatch.setattr("nstbench.images.manifest.load_manifest", lambda file: found)
    monkeypatch.setenv("NSTBENCH_DATA", str(tmp_path / "own"))
    done = run("fetch")
    assert done.returncode == 1
    assert "dead is not available" in done.stderr
    assert "1 of 2 pictures are not there" in done.stderr
    assert (tmp_path / "own" / "wave.jpg").exists()
