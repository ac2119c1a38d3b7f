import json
import os
import sqlite3
import time
from contextlib import closing

import httpx
import numpy as np
import pytest
from telegram_people import Crowd, Gate, a_picture, blended, bot_that_is_killed, decoded, mixed

from nstbench.apps.bot import conversation, patience
from nstbench.apps.bot.ledger import Ledger, Pair, Photograph
from nstbench.apps.bot.rehearsal import TOKEN, Server, Troubles, bot_at_work, serving, wait_for
from nstbench.core.errors import InputError

PHOTOGRAPH, PAINTING = a_picture(1), a_picture(2)


@pytest.fixture
def ledger(tmp_path):
    return tmp_path / "state" / "bot.sqlite"


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    """Edits and repeated requests follow each other at once."""
    monkeypatch.setattr(conversation, "SECONDS_BETWEEN_EDITS", 0.02)
    monkeypatch.setattr(patience, "FIRST_PAUSE", 0.01)


def texts(server):
    return [said.text for said in server.said.values()]


def ask_for_a_picture(server, chat=7, as_file=True):
    """Send a pair; give the message that asks for a method."""
    before = len(server.said)
    server.send_picture(chat, PHOTOGRAPH, as_file)
    server.send_picture(chat, PAINTING, as_file)
    wait_for(lambda: len(server.said) == before + 2)
    return max(server.said)


def answers(server, query):
    wait_for(lambda: query in server.pressed)
    return server.pressed[query]


@pytest.mark.parametrize("as_file", [True, False])
def test_a_photograph_and_a_painting_become_a_picture(ledger, as_file, tmp_path, monkeypatch):
    """In the message that asked for the method; afterwards nothing is kept on the disk."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    server = Server()
    with serving(server) as address, bot_at_work(address, ledger, mixed):
        menu = ask_for_a_picture(server, as_file=as_file)
        assert "Now send the painting" in texts(server)[0]
        assert server.said[menu].buttons == ["adain2017", "gatys2015", "novak2016", "cancel"]
        assert answers(server, server.press(7, menu, "adain2017")) == ""
        wait_for(lambda: server.said[menu].pictures)
        (picture,) = server.said[menu].pictures
        wait_for(lambda: not list(tmp_path.glob("nstbench-bot-*")))
    wanted = blended(PHOTOGRAPH, PAINTING)
    assert picture.startswith(b"\x89PNG" if as_file else b"\xff\xd8")
    assert np.abs(decoded(picture).astype(int) - wanted).mean() < (1e-9 if as_file else 40)
    assert server.said[menu].buttons == []
    assert len(server.said) == 2
    assert Ledger(ledger).pairs() == []
    assert b"file0" not in ledger.read_bytes()


def test_adain_does_not_wait_for_a_descent_and_a_descent_tells_how_far_it_is(ledger):
    gate, server = Gate(), Server()

    def make(order, report):
        report.tell(1, 4, 1.0, None)
        return (mixed if order.method == "adain2017" else gate)(order, report)

    with serving(server) as address, bot_at_work(address, ledger, make):
        slow = ask_for_a_picture(server, chat=1)
        server.press(1, slow, "gatys2015")
        wait_for(lambda: "25 % done" in server.said[slow].text)
        waiting = ask_for_a_picture(server, chat=2)
        server.press(2, waiting, "novak2016")
        wait_for(lambda: server.said[waiting].text == "In the queue: 1 before you.")
        quick = ask_for_a_picture(server, chat=3)
        server.press(3, quick, "adain2017")
        wait_for(lambda: server.said[quick].pictures)
        assert not server.said[slow].pictures
        gate.open.set()
        wait_for(lambda: server.said[waiting].pictures)
        assert server.said[slow].pictures


def test_cancel_by_button_and_by_word(ledger):
    gate, server = Gate(), Server()
    with serving(server) as address, bot_at_work(address, ledger, gate):
        made, waiting, unasked = (ask_for_a_picture(server) for _ in range(3))
        server.press(7, made, "gatys2015")
        wait_for(lambda: gate.begun)
        server.press(7, waiting, "gatys2015")
        wait_for(lambda: "In the queue" in server.said[waiting].text)
        server.press(7, made, "cancel")
        wait_for(lambda: server.said[made].text == "Cancelled.")
        server.send(7, text="/cancel")
        wait_for(lambda: "2 cancelled. Send a photograph to begin again." in texts(server))
        wait_for(lambda: {server.said[each].text for each in (waiting, unasked)} == {"Cancelled."})
        server.send(7, text="/cancel")
        wait_for(lambda: any(text.startswith("There is nothing to cancel") for text in texts(server)))
    assert Ledger(ledger).pairs() == []


def test_buttons_that_come_too_late_or_too_often(ledger, monkeypatch):
    gate, server = Gate(), Server()
    with serving(server) as address, bot_at_work(address, ledger, gate):
        menus = [ask_for_a_picture(server) for _ in range(4)]
        for menu in menus[:3]:
            assert answers(server, server.press(7, menu, "gatys2015")) == ""
        assert "on its way already" in answers(server, server.press(7, menus[0], "gatys2015"))
        assert answers(server, server.press(7, menus[3], "adain2017")).startswith("3 of your pictures")
        gate.open.set()
        wait_for(lambda: all(server.said[menu].pictures for menu in menus[:3]))
        assert "has been answered" in answers(server, server.press(7, menus[0], "adain2017"))
        # What was refused can be asked for again.
        assert answers(server, server.press(7, menus[3], "adain2017")) == ""
        wait_for(lambda: server.said[menus[3]].pictures)
    assert all(len(server.said[menu].pictures) == 1 for menu in menus)


def test_friendly_errors(ledger):
    def make(order, report):
        raise InputError(f"{order.content} is too elongated")

    server = Server()
    with serving(server) as address, bot_at_work(address, ledger, make):
        menu = ask_for_a_picture(server)
        server.press(7, menu, "adain2017")
        wait_for(lambda: "did not work" in server.said[menu].text)
        assert "the photograph is too elongated. Send a photograph" in server.said[menu].text
        for content in ({"text": "hello"}, {"location": {"longitude": 1, "latitude": 2}}, {"text": "/start"}):
            before = len(server.said)
            server.send(7, **content)
            wait_for(lambda before=before: len(server.said) == before + 1)
            assert "Send me a photograph" in texts(server)[-1]
        big = {"file_id": "x", "file_unique_id": "x", "file_size": 50_000_000}
        server.send(7, document=big)
        wait_for(lambda: "at most 20 MB" in texts(server)[-1])
        lost = ask_for_a_picture(server)
        server.files.clear()
        server.press(7, lost, "adain2017")
        wait_for(lambda: "does not give me the photograph" in server.said[lost].text)


def test_a_bot_that_is_started_again_goes_on(ledger):
    """With what is in the queue, and with a photograph that waits for its painting."""
    gate, server = Gate(), Server()
    with serving(server) as address:
        with bot_at_work(address, ledger, gate):
            first, second = ask_for_a_picture(server, 1), ask_for_a_picture(server, 2)
            for chat, menu in ((1, first), (2, second)):
                assert answers(server, server.press(chat, menu, "gatys2015")) == ""
            wait_for(lambda: gate.begun)
            server.send_picture(3, PHOTOGRAPH, as_file=True)
            wait_for(lambda: len(server.said) == 5)
        assert not server.said[first].pictures
        with bot_at_work(address, ledger, mixed):
            wait_for(lambda: server.said[first].pictures and server.said[second].pictures)
            server.send_picture(3, PAINTING, as_file=True)
            wait_for(lambda: texts(server)[-1] == "By which method?")
    assert len(server.said) == 6
    assert all(len(server.said[menu].pictures) == 1 for menu in (first, second))


def handled(ledger):
    """How many updates a bot has written down as answered."""
    with closing(sqlite3.connect(ledger)) as database:
        return database.execute("SELECT count(*) FROM handled").fetchone()[0]


def test_a_bot_that_was_killed_goes_on_and_answers_nothing_twice(ledger):
    """Updates that it had answered, but not confirmed, come again."""
    server = Server()
    with serving(server) as address:
        with bot_that_is_killed(address, ledger):
            menu = ask_for_a_picture(server)
            query = server.press(7, menu, "gatys2015")
            assert answers(server, query) == ""
            wait_for(lambda: "At work" in server.said[menu].text)
            wait_for(lambda: handled(ledger) == 3)
            server.unconfirm()
        assert server.waiting == 3
        with bot_at_work(address, ledger, mixed):
            wait_for(lambda: server.said[menu].pictures)
            server.send(7, text="/start")
            wait_for(lambda: len(server.said) == 3)
    assert len(server.said[menu].pictures) == 1
    assert server.calls.count("answerCallbackQuery") == 1


def crowd_is_served(server, address, ledger, people, messages, seed=0):
    """Everybody gets an answer to each message, and one picture for each pair: the right one."""
    crowd = Crowd(server, people, seed)
    with bot_at_work(address, ledger, mixed):
        crowd.talk(messages)
        wait_for(
            lambda: sum(each in ("sendMessage",) for each in server.calls) and len(server.said) >= messages,
            120,
        )
        menus = {chat: server.questions(chat) for chat in crowd.people}
        pressed = [(chat, menu) for chat in menus for menu in menus[chat]]
        crowd.draw.shuffle(pressed)
        for chat, menu in pressed:
            # Within the limit of each, and some press twice.
            for _ in range(crowd.draw.choice([1, 1, 2])):
                server.press(chat, menu, "adain2017")
            wait_for(lambda menu=menu: server.said[menu].pictures, 60)
        # A picture whose confirmation was lost is sent again before the pair is forgotten.
        wait_for(lambda: server.waiting == 0 and Ledger(ledger).pairs() == [])
    assert len(server.said) == messages
    for chat in crowd.people:
        found = [decoded(picture) for menu in menus[chat] for picture in server.said[menu].pictures]
        wanted = [blended(*pair) for pair in crowd.expected(chat)]
        assert len(found) == len(wanted)
        assert all(np.array_equal(one, other) for one, other in zip(found, wanted, strict=True))


def test_a_crowd_is_served_in_bad_weather(ledger):
    """Floods, errors, and connections that break before and after an edit: none lost, none answered twice."""
    troubles = Troubles(floods=0.03, errors=0.05, lost_before=0.05, lost_after=0.1, retry_after=0.05)
    server = Server(troubles)
    with serving(server) as address:
        crowd_is_served(server, address, ledger, people=12, messages=60)


@pytest.mark.skipif("NSTBENCH_CROWD" not in os.environ, reason="takes a minute; set NSTBENCH_CROWD to run it")
def test_a_hundred_people_with_five_hundred_messages(ledger):
    troubles = Troubles(floods=0.01, errors=0.02, lost_before=0.02, lost_after=0.05, retry_after=0.05)
    server = Server(troubles)
    with serving(server) as address:
        crowd_is_served(server, address, ledger, people=100, messages=500)


def test_a_wrong_token_is_one_line(ledger, run, monkeypatch):
    for token in ("", "secret", "abc:def"):
        monkeypatch.setenv("NSTBENCH_BOT_TOKEN", token)
        refused = run("bot")
        assert (refused.returncode, refused.stdout) == (2, "")
        assert refused.stderr.count("\n") == 1
        assert "ask @BotFather" in refused.stderr
        assert token not in refused.stderr or not token


def test_the_server_plays_telegram(tmp_path):
    """Long polls wait, are confirmed by their offset, and files come as they were sent."""
    server = Server()
    content = bytes(range(256)) * 9
    with serving(server) as address, httpx.Client(base_url=f"{address}/bot{TOKEN}/") as client:
        assert client.post("getMe").json()["result"]["is_bot"]
        assert httpx.post(f"{address}/bot1:x/getMe").status_code == 401
        asked = time.monotonic()
        assert client.post("getUpdates", data={"timeout": 0.2}).json() == {"ok": True, "result": []}
        assert time.monotonic() - asked >= 0.2
        server.send_picture(7, content)
        (update,) = client.post("getUpdates").json()["result"]
        assert client.post("getUpdates").json()["result"] == [update]
        assert client.post("getUpdates", data={"offset": update["update_id"] + 1}).json()["result"] == []
        file = client.post("getFile", data={"file_id": update["message"]["photo"][-1]["file_id"]}).json()
        assert client.get(f"{address}/file/bot{TOKEN}/{file['result']['file_path']}").content == content
        menu = client.post("sendMessage", data={"chat_id": 7, "text": "?"}).json()["result"]["message_id"]
        edit = {
            "chat_id": 7,
            "message_id": menu,
            "media": json.dumps({"media": "attach://a", "type": "photo"}),
        }
        for expected in (200, 400):  # Done again, it changes nothing, and Telegram says so.
            answer = client.post("editMessageMedia", data=edit, files={"a": ("a.png", content)})
            assert answer.status_code == expected
        assert server.said[menu].pictures == [content]


def test_the_ledger_forgets_what_is_answered(ledger):
    kept = Ledger(ledger)
    pair = Pair(1, 2, Photograph("photograph-id", True), "painting-id")
    kept.keep_photograph(1, pair.photograph)
    assert Ledger(ledger).photograph(1) == pair.photograph
    kept.open(pair)
    assert (kept.photograph(1), kept.pair(1, 2), kept.pair(1, 3)) == (None, pair, None)
    kept.choose(pair, "adain2017")
    assert Ledger(ledger).pairs()[0].method == "adain2017"
    kept.answered(pair)
    assert kept.pairs() == []
    assert b"photograph-id" not in ledger.read_bytes()


def test_handled_updates_are_remembered_for_a_while(ledger):
    kept = Ledger(ledger)
    for number in (5, 7, 5000):
        kept.handled(number)
    assert [kept.is_handled(number) for number in (7, 6, 5000)] == [False, False, True]
