"""Requests to Telegram that are made again when it asks to wait, fails or does not answer."""

import asyncio
import json
import logging
from typing import Any

from telegram.error import NetworkError
from telegram.request import HTTPXRequest
from typing_extensions import override

log = logging.getLogger(__name__)

# Seconds between attempts, doubled each time up to the longest; about ten minutes in all.
FIRST_PAUSE, LONGEST_PAUSE, ATTEMPTS = 0.5, 60.0, 16


class PatientRequest(HTTPXRequest):
    """Waits as long as Telegram says (429), and tries again after its errors (5xx) and lost connections.

    A connection may be lost after the request has been carried out. So what must not happen twice is an edit
    of a message: made twice, it is the same message.
    """

    @override
    async def do_request(self, url: str, method: str, *args: Any, **options: Any) -> tuple[int, bytes]:
        pause = FIRST_PAUSE
        for _ in range(ATTEMPTS - 1):
            try:
                status, content = await super().do_request(url, method, *args, **options)
            except NetworkError as error:
                log.info("%s: %s", url.rpartition("/")[2], error)
            else:
                if status == 429:
                    await asyncio.sleep(_seconds_to_wait(content))
                    continue
                if status < 500:
                    return status, content
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
        return await super().do_request(url, method, *args, **options)


def _seconds_to_wait(content: bytes) -> float:
    """What an answer of status 429 asks for."""
    try:
        return float(json.loads(content)["parameters"]["retry_after"])
    except (ValueError, KeyError, TypeError):
        return FIRST_PAUSE
