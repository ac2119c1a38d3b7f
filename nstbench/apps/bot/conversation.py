"""What the bot says: it asks for a photograph, a painting and a method, and gives the picture."""

import asyncio
import io
import logging
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from telegram import (
    Bot,
    CallbackQuery,
    Chat,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaDocument,
    InputMediaPhoto,
    Message,
    Update,
)
from telegram.error import BadRequest, Forbidden, TelegramError

from nstbench.apps.bot.ledger import Ledger, Pair, Photograph
from nstbench.apps.making import as_jpeg
from nstbench.apps.order import Order
from nstbench.apps.queue import Job, JobQueue, State
from nstbench.core.errors import InputError

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Offer:
    """A method that a button offers: its words, the long side in pixels, and its settings."""

    words: str
    size: int
    options: Mapping[str, Any] = field(default_factory=dict)


OFFERS = {
    "adain2017": Offer("AdaIN: at once", 512),
    "gatys2015": Offer("Gatys et al.: some minutes", 384, {"weights": "embedded"}),
    "novak2016": Offer("Novak and Nikulin: some minutes", 384, {"weights": "embedded"}),
}
# What Telegram gives to bots.
MOST_BYTES = 20_000_000
# Between two edits of one message; more often Telegram asks to wait.
SECONDS_BETWEEN_EDITS = 3.0

HELP = (
    "Send me a photograph, then a painting, as photos or as files. I give the photograph the style of the "
    "painting. /cancel stops everything of yours. I keep no picture after I have answered."
)
CANCEL = InlineKeyboardMarkup([[InlineKeyboardButton("Cancel", callback_data="cancel")]])
METHODS = InlineKeyboardMarkup(
    [
        *([InlineKeyboardButton(offer.words, callback_data=id)] for id, offer in OFFERS.items()),
        [InlineKeyboardButton("Cancel", callback_data="cancel")],
    ]
)


class Conversation:
    """Answers updates, and follows each job until its picture has been delivered.

    The message that asks for a method becomes the picture, by an edit. So an answer whose confirmation was
    lost, or that a bot repeats after it was killed, is the same message and not a second one.

    Parameters
    ----------
    bot
        What speaks to Telegram.
    ledger
        What is promised.
    queue
        Makes pictures.
    """

    def __init__(self, bot: Bot, ledger: Ledger, queue: "JobQueue[Any]") -> None:
        self.bot, self.ledger, self.queue = bot, ledger, queue
        self._following: dict[tuple[int, int], tuple[Job[Any], asyncio.Task[None]]] = {}

    def resume(self) -> None:
        """Go on with what had been promised when the bot was stopped."""
        for pair in self.ledger.pairs():
            if pair.method:
                self._begin(pair, pair.method)

    async def stop(self) -> None:
        """Leave what is not finished to the next start."""
        tasks = [task for _, task in self._following.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def answer(self, update: Update) -> None:
        """Answer a message or a pressed button."""
        if update.callback_query:
            await self._pressed(update.callback_query)
        elif update.message:
            await self._said(update.message)

    async def _said(self, message: Message) -> None:
        text = message.text or ""
        if message.photo:
            await self._picture(message.chat, Photograph(message.photo[-1].file_id, as_file=False))
        elif message.document:
            if (message.document.file_size or 0) > MOST_BYTES:
                await self._say(message.chat, "Telegram gives me files of at most 20 MB; send it as a photo.")
            else:
                await self._picture(message.chat, Photograph(message.document.file_id, as_file=True))
        elif text.startswith("/cancel"):
            await self._cancel_all(message.chat)
        elif text.startswith(("/start", "/help")):
            await self._say(message.chat, HELP)
        else:
            await self._say(message.chat, f"That is no picture. {HELP}")

    async def _say(self, chat: Chat, text: str) -> None:
        await self.bot.send_message(chat.id, text)

    async def _picture(self, chat: Chat, picture: Photograph) -> None:
        photograph = self.ledger.photograph(chat.id)
        if photograph is None:
            self.ledger.keep_photograph(chat.id, picture)
            await self._say(chat, "That is the photograph. Now send the painting whose style it is to have.")
            return
        asked = await self.bot.send_message(chat.id, "By which method?", reply_markup=METHODS)
        self.ledger.open(Pair(chat.id, asked.message_id, photograph, picture.file))

    async def _cancel_all(self, chat: Chat) -> None:
        self.ledger.forget_photograph(chat.id)
        pairs = self.ledger.pairs(chat.id)
        for pair in pairs:
            await self._cancel(pair)
        cancelled = f"{len(pairs)} cancelled" if pairs else "There is nothing to cancel"
        await self._say(chat, f"{cancelled}. Send a photograph to begin again.")

    async def _pressed(self, query: CallbackQuery) -> None:
        message = query.message
        pair = self.ledger.pair(message.chat.id, message.message_id) if message else None
        complaint = None
        if pair is None:
            complaint = "This question has been answered; send a photograph to begin again."
        elif query.data == "cancel":
            await self._cancel(pair)
        elif pair.method:
            complaint = "This picture is on its way already."
        elif query.data in OFFERS:
            try:
                self._begin(pair, query.data)
            except InputError as error:
                complaint = f"{str(error)[:1].upper()}{str(error)[1:]}."
        with suppress(BadRequest):  # It has expired, which only takes a clock from the button.
            await self.bot.answer_callback_query(query.id, complaint, show_alert=complaint is not None)

    async def _cancel(self, pair: Pair) -> None:
        followed = self._following.get((pair.chat, pair.message))
        if followed:
            self.queue.cancel(followed[0])
        else:
            await self._edit(pair, "Cancelled.")
            self.ledger.answered(pair)

    def _begin(self, pair: Pair, method: str) -> None:
        """Put a pair into the queue; InputError if too many wait."""
        offer = OFFERS[method]
        # A folder of the system's own, which is gone when the answer is sent.
        folder = tempfile.TemporaryDirectory(prefix="nstbench-bot-")
        photograph, painting = (Path(folder.name, name) for name in ("photograph", "painting"))
        order = Order(photograph, painting, method, offer.size, offer.options)

        async def download() -> Order:
            for file, name in ((photograph, pair.photograph.file), (painting, pair.painting)):
                try:
                    await (await self.bot.get_file(name)).download_to_drive(file)
                except BadRequest as error:
                    raise InputError(f"Telegram does not give me the {file.name} ({error})") from error
            return order

        job = Job[Any](str(pair.chat), order.quick, download)
        try:
            self.queue.submit(job)
        except InputError:
            folder.cleanup()
            raise
        self.ledger.choose(pair, method)
        key = (pair.chat, pair.message)
        task = asyncio.create_task(self._follow(pair, offer, job, folder))
        self._following[key] = job, task
        task.add_done_callback(lambda _: self._following.pop(key, None))

    async def _follow(
        self, pair: Pair, offer: Offer, job: Job[Any], folder: "tempfile.TemporaryDirectory[str]"
    ) -> None:
        """Say how far a job is, and deliver what comes of it."""
        said = ""
        with folder:
            while not job.ended.is_set():
                words = self._status(job)
                if words != said:
                    said = words
                    await self._edit(pair, words, CANCEL)
                with suppress(TimeoutError):
                    await asyncio.wait_for(job.ended.wait(), SECONDS_BETWEEN_EDITS)
            try:
                await self._deliver(pair, offer, job, folder.name)
            except Forbidden:
                log.info("the chat has been closed by its owner")
            except TelegramError:
                log.exception("an answer could not be sent; it is tried again after the next start")
                return
            self.ledger.answered(pair)

    def _status(self, job: Job[Any]) -> str:
        if job.state is State.WAITING:
            place = self.queue.place(job)
            return f"In the queue: {place} before you." if place else "In the queue: you are next."
        if job.total == 1 or not job.done:
            return "At work."
        left = job.seconds_left or 0
        minutes = f", about {round(left / 60)} min left" if left >= 60 else f", {round(left)} s left"
        return f"{100 * job.done // job.total} % done{minutes}."

    async def _deliver(self, pair: Pair, offer: Offer, job: Job[Any], folder: str) -> None:
        if job.state is State.CANCELLED:
            await self._edit(pair, "Cancelled.")
        elif job.state is State.FAILED or job.result is None:
            reason = job.error.replace(f"{folder}/", "the ")
            await self._edit(pair, f"That did not work: {reason}. Send a photograph to try again.")
        else:
            picture, words = job.result.picture, offer.words.partition(":")[0]
            if pair.photograph.as_file:
                stream = io.BytesIO()
                picture.save(stream, "PNG")
                media: InputMediaDocument | InputMediaPhoto = InputMediaDocument(
                    stream.getvalue(), words, filename="stylized.png"
                )
            else:
                media = InputMediaPhoto(as_jpeg(picture, max(picture.size)), words, filename="stylized.jpg")
            with _unless_gone():
                await self.bot.edit_message_media(media, pair.chat, pair.message)

    async def _edit(self, pair: Pair, text: str, buttons: InlineKeyboardMarkup | None = None) -> None:
        with _unless_gone():
            await self.bot.edit_message_text(text, pair.chat, pair.message, reply_markup=buttons)


def _unless_gone() -> suppress:
    """Passes over that a message has the wanted text already, or has been deleted by its reader."""
    return suppress(BadRequest)
