"""A bot at work beside the test, and people who talk to it through a server that plays Telegram's part."""

import io
import random
import subprocess
import sys
import threading
from contextlib import contextmanager
from types import SimpleNamespace

import numpy as np
from PIL import Image

from nstbench.apps.bot.rehearsal import TOKEN
from nstbench.apps.making import StoppedError


def a_picture(seed=0, kind="PNG", size=(32, 24)):
    """The bytes of a picture file that no other seed has."""
    stream = io.BytesIO()
    pixels = np.random.default_rng(seed).integers(0, 256, (*size[::-1], 3), dtype=np.uint8)
    Image.fromarray(pixels).save(stream, kind)
    return stream.getvalue()


def mixed(order, report):
    """In place of the network: what is told from both pictures, and from nothing else."""
    content, style = (Image.open(file).convert("RGB") for file in (order.content, order.style))
    steps = 2 if order.method == "adain2017" else 4
    for step in range(1, steps + 1):
        if report.stopped.is_set():
            raise StoppedError
        report.tell(step, steps, 1 / step, None)
    return SimpleNamespace(picture=Image.blend(content, style.resize(content.size), 0.5))


class Gate:
    """Makes pictures as `mixed`, but not before the test lets it."""

    def __init__(self):
        self.begun, self.open = 0, threading.Event()

    def __call__(self, order, report):
        self.begun += 1
        while not self.open.wait(0.002):
            if report.stopped.is_set():
                raise StoppedError
        return mixed(order, report)


# Makes no picture, and lives until it is killed.
ENDLESS = """
import asyncio, pathlib, sys
from nstbench.apps.bot.run import run

def make(order, report):
    report.stopped.wait()

asyncio.run(run(sys.argv[1], pathlib.Path(sys.argv[2]), asyncio.Event(), sys.argv[3], make))
"""


@contextmanager
def bot_that_is_killed(address, ledger):
    """The bot in a process of its own, which is killed at the end of the block."""
    process = subprocess.Popen([sys.executable, "-c", ENDLESS, TOKEN, str(ledger), address])
    try:
        yield
    finally:
        process.kill()
        process.wait()


class Crowd:
    """People who send pictures, press buttons and change their minds, in an order that a seed draws."""

    def __init__(self, server, people, seed=0):
        self.server, self.people, self.draw = server, list(range(1, people + 1)), random.Random(seed)
        self.sent = 0
        self.pictures = {chat: [] for chat in self.people}

    def talk(self, messages):
        """Send so many messages, of all people in turns that nobody foresees."""
        for _ in range(messages):
            chat = self.draw.choice(self.people)
            if self.draw.random() < 0.15:
                self.server.send(chat, text=self.draw.choice(["hello", "/start", "what?", "🎨"]))
            else:
                content = a_picture(self.sent)
                self.pictures[chat].append(content)
                self.server.send_picture(chat, content, as_file=True)
            self.sent += 1

    def expected(self, chat):
        """The pairs that somebody's pictures make: first and second, third and fourth."""
        pictures = self.pictures[chat]
        return list(zip(pictures[::2], pictures[1::2], strict=False))


def blended(photograph, painting):
    """What `mixed` makes of two pictures."""
    content, style = (Image.open(io.BytesIO(each)).convert("RGB") for each in (photograph, painting))
    return np.asarray(Image.blend(content, style.resize(content.size), 0.5))


def decoded(content):
    """The pixels of a picture file."""
    return np.asarray(Image.open(io.BytesIO(content)).convert("RGB"))
