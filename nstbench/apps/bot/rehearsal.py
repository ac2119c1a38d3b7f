"""A server on the loopback that plays Telegram's part, so that the bot can be tried without Telegram.

It speaks the Bot API over HTTP as far as the bot uses it: long polling with confirmation by offset, files,
messages, edits by multipart, buttons, and what goes wrong: floods (429 with `retry_after`), errors (5xx) and
connections that break before or after a request has been carried out.
"""

import asyncio
import json
import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from typing_extensions import override

from nstbench.apps.bot.run import run
from nstbench.apps.making import Report, make
from nstbench.apps.order import Order

TOKEN = "123456:rehearsal"  # nosec B105  # of the server in this file alone
# Whatever a client asks for, a poll ends after so many seconds.
LONGEST_POLL = 2.0

# An object of Telegram's, as its JSON has it.
Json = dict[str, Any]


@dataclass
class Said:
    """A message of the bot: its text, its buttons' data, the picture that it has become, and each edit."""

    chat: int
    text: str
    buttons: list[str]
    pictures: list[bytes] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    def closed(self) -> bool:
        """Say whether nothing below it can be pressed any more."""
        return not self.buttons


@dataclass
class Troubles:
    """How often something goes wrong, as shares of all requests; drawn from a seed."""

    floods: float = 0.0
    errors: float = 0.0
    lost_before: float = 0.0
    # Only edits and answers to buttons: what Telegram itself promises to be the same when it is done twice.
    lost_after: float = 0.0
    retry_after: float = 1
    seed: int = 0


class Server:
    """What the server knows: updates that wait, files, and everything that the bot has said.

    Parameters
    ----------
    troubles
        What goes wrong.
    """

    def __init__(self, troubles: Troubles | None = None) -> None:
        self.troubles = troubles or Troubles()
        self.files: dict[str, bytes] = {}
        self.said: dict[int, Said] = {}
        self.pressed: dict[str, str] = {}
        self.calls: list[str] = []
        self._draw = random.Random(self.troubles.seed)
        self._updates: list[Json] = []
        self._confirmed: list[Json] = []
        self._next = {"update": 1, "message": 1}
        self._news = threading.Condition()

    # What people do.

    def send(self, chat: int, **content: Any) -> int:
        """Let somebody send a message; give the number of the update."""
        with self._news:
            message = {"message_id": self._number("message"), "date": 0, "chat": _chat(chat), **content}
            return self._update(message=message | {"from": _person(chat)})

    def send_picture(self, chat: int, content: bytes, as_file: bool = False) -> int:
        """Let somebody send a picture; give the number of the update."""
        name = f"file{len(self.files)}"
        self.files[name] = content
        file = {"file_id": name, "file_unique_id": name, "file_size": len(content)}
        if as_file:
            return self.send(chat, document=file | {"mime_type": "image/png"})
        small = file | {"width": 90, "height": 90, "file_id": "thumbnail"}
        return self.send(chat, photo=[small, file | {"width": 640, "height": 640}])

    def press(self, chat: int, message: int, data: str) -> str:
        """Let somebody press a button below a message; give the number of the query."""
        with self._news:
            query = str(self._number("update"))
            below = {"message_id": message, "date": 1, "chat": _chat(chat), "text": ""}
            press = {"id": query, "from": _person(chat), "chat_instance": "1", "message": below, "data": data}
            self._update(callback_query=press)
            return query

    def _number(self, kind: str) -> int:
        self._next[kind] += 1
        return self._next[kind] - 1

    def _update(self, **content: Json) -> int:
        number = self._number("update")
        self._updates.append({"update_id": number, **content})
        self._news.notify_all()
        return number

    def questions(self, chat: int) -> list[int]:
        """The messages that ask somebody for a method, in their order."""
        return [
            number for number, said in self.said.items() if said.chat == chat and "adain2017" in said.buttons
        ]

    @property
    def waiting(self) -> int:
        """How many updates the bot has not confirmed."""
        return len(self._updates)

    def unconfirm(self) -> None:
        """Send everything once more, as to a bot that was killed before it could confirm."""
        with self._news:
            self._updates, self._confirmed = self._confirmed + self._updates, []

    # What the bot asks for, by the names of Telegram's methods.

    def call(self, method: str, given: Mapping[str, Any], files: Mapping[str, bytes]) -> Any:
        """Carry out a method; KeyError with a description when Telegram would refuse it."""
        self.calls.append(method)
        match method:
            case "getMe":
                return _person(123456) | {"is_bot": True, "username": "rehearsal_bot"}
            case "getUpdates":
                return self._poll(int(given.get("offset", 0)), float(given.get("timeout", 0)))
            case "deleteWebhook":
                return True
            case "sendMessage":
                return self._say(int(given["chat_id"]), str(given["text"]), given)
            case "editMessageText":
                return self._edit(given, str(given["text"]), None)
            case "editMessageMedia":
                media = json.loads(given["media"])
                attached = files[media["media"].removeprefix("attach://")]
                return self._edit(given, media.get("caption", ""), attached)
            case "answerCallbackQuery":
                self.pressed[given["callback_query_id"]] = given.get("text", "")
                return True
            case "getFile":
                if given["file_id"] not in self.files:
                    raise KeyError("Bad Request: invalid file_id")
                name = given["file_id"]
                return {"file_id": name, "file_unique_id": name, "file_path": f"photos/{name}"}
        raise KeyError(f"Not Found: method {method} is not played here")

    def _poll(self, offset: int, timeout: float) -> list[Json]:
        with self._news:
            self._confirmed += [each for each in self._updates if each["update_id"] < offset]
            self._updates = [each for each in self._updates if each["update_id"] >= offset]
            self._news.wait_for(lambda: self._updates, min(timeout, LONGEST_POLL))
            return self._updates[:100]

    def _say(self, chat: int, text: str, given: Mapping[str, Any]) -> Json:
        with self._news:
            number = self._number("message")
            self.said[number] = Said(chat, text, _buttons(given), texts=[text])
        return _message(number, chat, text)

    def _edit(self, given: Mapping[str, Any], text: str, picture: bytes | None) -> Json:
        number, said = int(given["message_id"]), self.said.get(int(given["message_id"]))
        if said is None:
            raise KeyError("Bad Request: message to edit not found")
        if said.pictures and picture is None:
            raise KeyError("Bad Request: there is no text in the message to edit")
        same_picture = picture is None or picture in said.pictures[-1:]
        if same_picture and (text, _buttons(given)) == (said.text, said.buttons):
            raise KeyError("Bad Request: message is not modified")
        said.text, said.buttons = text, _buttons(given)
        said.texts.append(text)
        if picture is not None:
            said.pictures.append(picture)
        return _message(number, said.chat, text)

    def trouble(self, method: str) -> str | None:
        """Draw what goes wrong with a request."""
        shares = self.troubles
        chances = {
            "flood": shares.floods,
            "error": shares.errors,
            "lost before": shares.lost_before,
            "lost after": shares.lost_after * (method.startswith("edit") or method == "answerCallbackQuery"),
        }
        draw = self._draw.random()
        for kind, chance in chances.items():
            draw -= chance
            if draw < 0:
                return kind
        return None


def _chat(number: int) -> Json:
    return {"id": number, "type": "private"}


def _person(number: int) -> Json:
    return {"id": number, "is_bot": False, "first_name": f"Person {number}"}


def _message(number: int, chat: int, text: str) -> Json:
    return {"message_id": number, "date": 1, "chat": _chat(chat), "text": text}


def _buttons(given: Mapping[str, Any]) -> list[str]:
    rows = json.loads(given.get("reply_markup") or "{}").get("inline_keyboard", [])
    return [button["callback_data"] for row in rows for button in row]


class _Handler(BaseHTTPRequestHandler):
    server: "_Http"
    protocol_version = "HTTP/1.1"

    @override
    def log_message(self, format: str, *arguments: Any) -> None:
        """Nothing."""

    def do_GET(self) -> None:
        """Give a file."""
        content = self.server.played.files.get(self.path.rpartition("/")[2])
        trouble = self.server.played.trouble("file")
        if trouble:
            self._fail(trouble)
        elif content is None or not unquote(self.path).startswith(f"/file/bot{TOKEN}/"):
            self._answer(404, {"ok": False, "error_code": 404, "description": "Not Found"})
        else:
            self._send(200, content, "application/octet-stream")

    def do_POST(self) -> None:
        """Carry out a method."""
        given, files = self._body()
        method = urlsplit(self.path).path.rpartition("/")[2]
        if self.path != f"/bot{TOKEN}/{method}":
            self._answer(401, {"ok": False, "error_code": 401, "description": "Unauthorized"})
            return
        trouble = self.server.played.trouble(method)
        if trouble and trouble != "lost after":
            self._fail(trouble)
            return
        try:
            answer = {"ok": True, "result": self.server.played.call(method, given, files)}
        except KeyError as error:
            self._answer(400, {"ok": False, "error_code": 400, "description": error.args[0]})
            return
        if trouble:
            self._fail(trouble)
        else:
            self._answer(200, answer)

    def _body(self) -> tuple[dict[str, Any], dict[str, bytes]]:
        """Fields and files, of a form in either encoding."""
        content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        kind = self.headers.get("Content-Type", "")
        if not kind.startswith("multipart/"):
            return {name: values[0] for name, values in parse_qs(content.decode()).items()}, {}
        form = BytesParser(policy=HTTP).parsebytes(f"Content-Type: {kind}\r\n\r\n".encode() + content)
        fields, files = {}, {}
        for part in form.iter_parts():
            name = str(part.get_param("name", header="content-disposition"))
            payload = part.get_payload(decode=True)
            assert isinstance(payload, bytes)
            if part.get_filename():
                files[name] = payload
            else:
                fields[name] = payload.decode()
        return fields, files

    def _fail(self, trouble: str) -> None:
        match trouble:
            case "flood":
                wait = {"retry_after": self.server.played.troubles.retry_after}
                said = {"description": "Too Many Requests", "parameters": wait}
                self._answer(429, {"ok": False, "error_code": 429, **said})
            case "error":
                self._send(502, b"<html>Bad Gateway</html>", "text/html")
            case _:
                self.close_connection = True

    def _answer(self, status: int, content: Json) -> None:
        self._send(status, json.dumps(content).encode(), "application/json")

    def _send(self, status: int, content: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


class _Http(ThreadingHTTPServer):
    """Carries requests to the server that it plays, on a free port of the loopback."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, played: Server) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.played = played

    @override
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing: a bot that stops breaks its connections."""


@contextmanager
def serving(server: Server) -> Iterator[str]:
    """Serve on a free port of the loopback while a block runs; gives the address."""
    with _Http(server) as http:
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{http.server_address[1]}"
        finally:
            http.shutdown()
            thread.join()


@contextmanager
def bot_at_work(address: str, ledger: Path, make: Callable[[Order, Report], Any] = make) -> Iterator[None]:
    """Run the bot in a thread, until the end of the block; what ended it before is raised there."""
    stop, loop = asyncio.Event(), asyncio.new_event_loop()
    problems: list[BaseException] = []

    def live() -> None:
        try:
            loop.run_until_complete(run(TOKEN, ledger, stop, address, make))
        except BaseException as error:
            problems.append(error)

    thread = threading.Thread(target=live, daemon=True)
    thread.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()
    if problems:
        raise problems[0]


def wait_for(condition: Callable[[], object], seconds: float = 30.0) -> None:
    """Wait until a condition holds; TimeoutError if it does not."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError
        time.sleep(0.005)
