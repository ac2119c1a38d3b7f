"""The page's server: its addresses, what each answers, and who may ask."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, JSONResponse, StreamingResponse
from fastapi.staticfiles import StaticFiles
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from nstbench.apps.making import PREVIEW_SIZE, as_jpeg
from nstbench.apps.studio.library import MOST_UPLOADED_BYTES, Library
from nstbench.apps.studio.tries import Tries, Wish, described_method
from nstbench.core.errors import InputError
from nstbench.images.pictures import load_picture
from nstbench.methods import methods

STATIC = Path(__file__).parent / "static"
# How often the page hears what is new, in seconds; and something at all, so that a lost line is noticed.
INTERVAL, HEARTBEAT = 0.2, 10.0
# Nothing from elsewhere is loaded, and no other page may look in.
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' blob:; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


def create_app(folder: Path, token: str, hosts: frozenset[str]) -> FastAPI:
    """Make the server's application.

    Parameters
    ----------
    folder
        Where uploads and results are kept; whoever made it removes it.
    token
        The first part of every path; who does not know it gets nothing.
    hosts
        The names and ports by which this server may be called, such as "127.0.0.1:8000".
    """
    library = Library(folder)
    tries = Tries(library, folder)

    @asynccontextmanager
    async def making(app: FastAPI) -> AsyncIterator[None]:
        running = asyncio.create_task(tries.queue.run())
        yield
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running

    app = FastAPI(lifespan=making, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.tries = tries
    # Replaced by who runs the server: a stream that went on would keep it from stopping.
    app.state.stopping = lambda: False

    @app.exception_handler(InputError)
    async def refused(request: Request, error: InputError) -> Response:
        return JSONResponse({"error": str(error)}, 422)

    @app.exception_handler(RequestValidationError)
    async def misshapen(request: Request, error: RequestValidationError) -> Response:
        problem = error.errors()[0]
        # Of the body or the query, by its name; what kind of value was tried comes behind.
        name = problem["loc"][min(1, len(problem["loc"]) - 1)]
        return JSONResponse({"error": f"{name}: {problem['msg']}"}, 422)

    app.include_router(_routes(library, tries), prefix=f"/{token}")
    app.mount(f"/{token}", StaticFiles(directory=STATIC, html=True))
    app.add_middleware(Guard, token=token, hosts=hosts)
    return app


class Guard:
    """Lets through who knows the token and calls the server by its own name; says what browsers may do.

    A page of another site may guess the port, and a name of its own may lead to this machine: then the host
    or the origin is another one.
    """

    def __init__(self, app: ASGIApp, token: str, hosts: frozenset[str]) -> None:
        self.app, self.token, self.hosts = app, token, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        host = headers.get("host", "")

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        answer = self.app
        if host not in self.hosts or headers.get("origin", f"http://{host}") != f"http://{host}":
            answer = JSONResponse({"error": "this address is not served here"}, 403)
        elif not secrets.compare_digest(scope["path"].split("/")[1].encode(), self.token.encode()):
            answer = JSONResponse({"error": "open the address that `nstbench studio` has printed"}, 403)
        await answer(scope, receive, send_guarded)


def _routes(library: Library, tries: Tries) -> APIRouter:
    routes = APIRouter()

    @routes.get("/methods")
    def list_methods() -> JSONResponse:
        return JSONResponse([described_method(id) for id in methods()])

    @routes.get("/pictures")
    def list_pictures() -> JSONResponse:
        listed = [each for each in library.pictures.values() if each.listed]
        return JSONResponse([{"id": each.id, "title": each.title} for each in listed])

    @routes.post("/pictures")
    async def upload(request: Request, name: str = "picture", listed: bool = True) -> JSONResponse:
        content = bytearray()
        async for part in request.stream():
            content += part
            if len(content) > MOST_UPLOADED_BYTES:
                megabytes = MOST_UPLOADED_BYTES // 1_000_000
                message = f"{name} is larger than {megabytes} MB; scale it down, or save it as a JPEG"
                return JSONResponse({"error": message}, 413, headers={"Connection": "close"})
        picture = await asyncio.to_thread(library.add, name, bytes(content), listed)
        return JSONResponse({"id": picture.id, "title": picture.title})

    @routes.get("/pictures/{id}")
    def thumbnail(id: str) -> Response:
        # A picture never changes, and a gallery of them is shown twice.
        return Response(library.thumbnail(id), media_type="image/jpeg")

    @routes.post("/tries")
    async def begin(wish: Wish) -> JSONResponse:
        return JSONResponse(tries.described(tries.begin(wish)))

    @routes.post("/tries/{id}/cancel")
    async def cancel(id: str) -> JSONResponse:
        tries.queue.cancel(tries[id].job)
        return JSONResponse({})

    @routes.get("/tries/{id}/preview")
    def preview(id: str) -> Response:
        return Response(tries[id].job.preview, media_type="image/jpeg")

    @routes.get("/tries/{id}/before")
    def before(id: str) -> Response:
        order = tries[id].order
        size = PREVIEW_SIZE if order.size == "original" else min(order.size, PREVIEW_SIZE)
        picture = load_picture(order.content, size)
        return Response(as_jpeg(picture), media_type="image/jpeg")

    @routes.get("/tries/{id}/picture")
    def picture(id: str) -> Response:
        found = tries[id]
        if found.job.result is None:
            raise InputError("this picture is not finished")
        name = tries.described(found)["file"]
        return FileResponse(found.job.result.file, media_type="image/png", filename=name)

    @routes.get("/events")
    async def events(request: Request) -> StreamingResponse:
        async def over() -> bool:
            return request.app.state.stopping() or await request.is_disconnected()

        return StreamingResponse(_events(tries, over), media_type="text/event-stream")

    return routes


async def _events(tries: Tries, over: Callable[[], Awaitable[bool]]) -> AsyncIterator[str]:
    """Server-sent events until it is over: every try at first, then each that is different."""
    sent: dict[str, str] = {}
    quiet = HEARTBEAT
    while not await over():
        for each in tries:
            news = json.dumps(tries.described(each))
            if sent.get(each.id) != news:
                sent[each.id] = news
                quiet = 0.0
                yield f"data: {news}\n\n"
        quiet += INTERVAL
        if quiet >= HEARTBEAT:
            quiet = 0.0
            yield ": still here\n\n"
        await asyncio.sleep(INTERVAL)
