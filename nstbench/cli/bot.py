"""Usage: `NSTBENCH_BOT_TOKEN=... nstbench bot`."""

import os
from contextlib import suppress
from pathlib import Path

from nstbench.core.errors import InputError

EXAMPLES = ("NSTBENCH_BOT_TOKEN=123456:ABC-DEF nstbench bot",)


def bot() -> None:
    """Run a Telegram bot that gives photographs the style of paintings."""
    import asyncio
    import signal

    from nstbench.apps.bot.run import run
    from nstbench.cli.output import say

    token = os.environ.get("NSTBENCH_BOT_TOKEN", "")
    number, colon, secret = token.partition(":")
    if not (number.isdigit() and colon and secret):
        raise InputError(
            "NSTBENCH_BOT_TOKEN is not set to a bot's token, such as 123456:ABC-DEF; ask @BotFather for one, "
            "and set the environment variable to it"
        )
    state = Path(os.environ.get("XDG_STATE_HOME") or "~/.local/state").expanduser()

    async def main() -> None:
        stop = asyncio.Event()
        for each in (signal.SIGINT, signal.SIGTERM):
            with suppress(NotImplementedError):  # On Windows, where Ctrl-C ends the program at once.
                asyncio.get_running_loop().add_signal_handler(each, stop.set)
        say("the bot is at work; Ctrl-C stops it, and the next start goes on with what is open")
        await run(token, state / "nstbench" / f"bot-{number}.sqlite", stop)

    asyncio.run(main())
