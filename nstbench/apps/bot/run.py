"""The bot's life: it hears updates until it is told to stop, and leaves what is open to the next."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from telegram import Update
from telegram.error import InvalidToken
from telegram.ext import Application, ApplicationBuilder, BaseUpdateProcessor, CallbackContext, TypeHandler
from typing_extensions import override

from nstbench.apps.bot.conversation import Conversation
from nstbench.apps.bot.ledger import Ledger
from nstbench.apps.bot.patience import PatientRequest
from nstbench.apps.making import Report, make
from nstbench.apps.order import Order
from nstbench.apps.queue import JobQueue
from nstbench.core.errors import InputError

log = logging.getLogger(__name__)

TELEGRAM = "https://api.telegram.org"
# Pictures of one person that may wait or be made, and of all.
MOST_EACH, MOST = 3, 100
# Chats that are answered at the same time.
AT_ONCE = 64


class Turns(BaseUpdateProcessor):
    """Handles the updates of a chat one after the other, those of several chats side by side, each once."""

    def __init__(self, ledger: Ledger) -> None:
        super().__init__(AT_ONCE)
        self._ledger = ledger
        self._turns: defaultdict[int | None, asyncio.Lock] = defaultdict(asyncio.Lock)

    @override
    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        assert isinstance(update, Update)
        chat = update.effective_chat
        async with self._turns[chat.id if chat else None]:
            if self._ledger.is_handled(update.update_id):
                asyncio.ensure_future(coroutine).cancel()
            else:
                await coroutine
                self._ledger.handled(update.update_id)

    @override
    async def initialize(self) -> None:
        """Nothing."""

    @override
    async def shutdown(self) -> None:
        """Nothing."""


async def run(
    token: str,
    ledger_file: Path,
    stop: asyncio.Event,
    api: str = TELEGRAM,
    make: Callable[[Order, Report], Any] = make,
) -> None:
    """Answer until `stop` is set.

    Parameters
    ----------
    token
        What BotFather has given.
    ledger_file
        Where promises are kept.
    stop
        Ends the bot; what is not finished is done after the next start.
    api
        The server that speaks Telegram's Bot API.
    make
        Makes the picture of an order: something with a `picture`.

    Raises
    ------
    InputError
        If the server does not know the token.
    """
    ledger = Ledger(ledger_file)
    application = _application(token, api, Turns(ledger))
    queue = JobQueue[Any](make, MOST, MOST_EACH)
    conversation = Conversation(application.bot, ledger, queue)

    async def answer(update: Update, context: CallbackContext[Any, Any, Any, Any]) -> None:
        await conversation.answer(update)

    async def failed(update: object, context: CallbackContext[Any, Any, Any, Any]) -> None:
        log.error("an update could not be answered", exc_info=context.error)

    application.add_handler(TypeHandler(Update, answer))
    application.add_error_handler(failed)
    try:
        async with application:
            making = asyncio.create_task(queue.run())
            conversation.resume()
            assert application.updater
            await application.updater.start_polling(allowed_updates=["message", "callback_query"])
            await application.start()
            await stop.wait()
            await application.updater.stop()
            await application.stop()
            await conversation.stop()
            making.cancel()
            with suppress(asyncio.CancelledError):
                await making
    except InvalidToken as error:
        raise InputError(
            "Telegram does not know this token; ask @BotFather for one, and set NSTBENCH_BOT_TOKEN to it"
        ) from error
    finally:
        ledger.close()


def _application(token: str, api: str, turns: Turns) -> Application[Any, Any, Any, Any, Any, Any]:
    """Telegram's client, which is patient with the server that it talks to."""
    builder: Any = ApplicationBuilder()
    application: Application[Any, Any, Any, Any, Any, Any] = (
        builder.token(token)
        .base_url(f"{api}/bot")
        .base_file_url(f"{api}/file/bot")
        .request(PatientRequest(connection_pool_size=2 * AT_ONCE))
        .get_updates_request(PatientRequest(connection_pool_size=2))
        .concurrent_updates(turns)
        .build()
    )
    return application
