"""`nstbench studio`: the server on this machine alone, and the browser that shows it."""

import secrets
import socket
import sys
import tempfile
import threading
import webbrowser
from pathlib import Path

import uvicorn

from nstbench.apps.studio.server import create_app

HOST = "127.0.0.1"


def serve(open_browser: bool) -> None:
    """Serve the page until Ctrl-C, at an address that is printed; nothing is left on the disk afterwards."""
    token = secrets.token_urlsafe(18)
    with tempfile.TemporaryDirectory(prefix="nstbench-studio-") as folder, socket.socket() as listening:
        listening.bind((HOST, 0))
        # Whoever is told the address may ask before the server answers: the socket keeps them waiting.
        listening.listen()
        port = listening.getsockname()[1]
        hosts = frozenset(f"{name}:{port}" for name in (HOST, "localhost"))
        address = f"http://{HOST}:{port}/{token}/"
        app = create_app(Path(folder), token, hosts)
        server = uvicorn.Server(
            uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=1)
        )
        app.state.stopping = lambda: server.should_exit
        print(f"{address}\nopen this page in a browser on this machine; Ctrl-C stops the studio", flush=True)
        if open_browser:
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
        threading.Thread(target=_warm_up, daemon=True).start()
        try:
            server.run(sockets=[listening])
        except KeyboardInterrupt:
            print("the studio has stopped", file=sys.stderr)


def _warm_up() -> None:
    """Import what makes pictures, so that the first one need not wait for it."""
    import nstbench.api  # noqa: F401
