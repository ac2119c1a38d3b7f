import asyncio
import io
import itertools
import json
import re
from contextlib import asynccontextmanager
from types import SimpleNamespace
from urllib.parse import unquote

import httpx
import numpy as np
import pytest
from asynchronous import run
from PIL import Image

from nstbench.apps.studio import library as studio_library
from nstbench.apps.studio.library import Library
from nstbench.apps.studio.server import STATIC, _events, create_app
from nstbench.apps.studio.tries import Made, Tries, Wish
from nstbench.core.errors import InputError

HOST = "127.0.0.1:8000"
TOKEN = "known-to-the-user"
ORDER = {"content": "chelsea", "style": "whirling_night", "method": "adain2017", "size": 64}


@asynccontextmanager
async def studio(folder, make=None, **headers):
    """The page's server, in this process, with its queue at work."""
    app = create_app(folder, TOKEN, frozenset([HOST]))
    if make:
        app.state.tries.queue.make = make
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url=f"http://{HOST}/{TOKEN}/", headers=headers) as client,
    ):
        client.tries = app.state.tries
        yield client


def quick(order, report):
    """In place of the network: grey."""
    report.tell(1, 2, 4.0, None)
    report.tell(2, 2, 2.0, b"a preview")
    return Made(order.content, 0.1)


def ask(folder, method, address, make=quick, headers=None, **request):
    async def main():
        async with studio(folder, make, **(headers or {})) as client:
            return await client.request(method, address, **request)

    return run(main())


def a_picture(size=(40, 30), kind="PNG"):
    stream = io.BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (*size[::-1], 3), dtype=np.uint8)).save(
        stream, kind
    )
    return stream.getvalue()


@pytest.mark.parametrize(
    ("address", "headers"),
    [
        (f"http://{HOST}/", {}),
        (f"http://{HOST}/wrong/methods", {}),
        (f"http://{HOST}/{TOKEN}x/methods", {}),
        (f"http://{HOST}//{TOKEN}/methods", {}),
        (f"http://{HOST}/%C3%A9/methods", {}),
        ("methods", {"Host": "evil.example:8000"}),
        ("methods", {"Host": "127.0.0.1:8001"}),
        ("methods", {"Origin": "http://evil.example"}),
        ("methods", {"Origin": "null"}),
    ],
)
def test_strangers_get_nothing(tmp_path, address, headers):
    answer = ask(tmp_path, "GET", address, headers=headers)
    assert answer.status_code == 403
    assert list(answer.json()) == ["error"]


def test_the_page_and_its_files_allow_nothing_from_elsewhere(tmp_path):
    for file in ("", *(each.name for each in STATIC.iterdir())):
        answer = ask(tmp_path, "GET", file, headers={"Origin": f"http://{HOST}"})
        assert answer.status_code == 200
        assert "default-src 'self'" in answer.headers["content-security-policy"]
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "http://" not in answer.text.replace("http://www.w3.org", "")
        assert "https://" not in answer.text


def test_methods_and_shipped_pictures_are_offered(tmp_path):
    found = {each["id"]: each for each in ask(tmp_path, "GET", "methods").json()}
    assert {"adain2017", "gatys2015"} <= found.keys()
    assert not found["johnson2016"]["needs_style"]
    pictures = [each["id"] for each in ask(tmp_path, "GET", "pictures").json()]
    assert {"chelsea", "whirling_night"} <= set(pictures)
    assert not any("training" in id for id in pictures)
    thumbnail = ask(tmp_path, "GET", "pictures/chelsea")
    assert max(Image.open(io.BytesIO(thumbnail.content)).size) <= studio_library.THUMBNAIL_SIZE


def test_without_a_checkout_the_package_has_pictures(tmp_path, monkeypatch):
    monkeypatch.setattr(studio_library, "MANIFEST", tmp_path / "absent.yaml")
    assert {"chelsea", "whirling_night", "valley_summer"} <= Library(tmp_path).pictures.keys()


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("cat.png", "cat.png"),
        ("../../etc/cat.png", "cat.png"),
        ("a\n$(b)'.png", "a__(b)_.png"),
        ("..", "picture"),
    ],
)
def test_an_upload_keeps_a_harmless_name_and_becomes_a_choice(tmp_path, name, kept):
    async def main():
        async with studio(tmp_path) as client:
            answer = await client.post("pictures", params={"name": name}, content=a_picture())
            assert answer.json()["title"] == kept
            assert (await client.get(f"pictures/{answer.json()['id']}")).status_code == 200
            (file,) = tmp_path.glob("*/*")
            assert (file.name, file.read_bytes()) == (kept, a_picture())

    run(main())


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "cat.png is empty"),
        (b"no picture", "cat.png is not a readable"),
        (a_picture()[:600], "cat.png cannot"),
    ],
)
def test_a_bad_upload_is_refused_by_its_own_name_and_not_kept(tmp_path, content, says):
    answer = ask(tmp_path, "POST", "pictures?name=cat.png", content=content)
    assert (answer.status_code, str(tmp_path) in answer.text) == (422, False)
    assert answer.json()["error"].startswith(says)
    assert list(tmp_path.iterdir()) == []


def test_a_huge_upload_is_refused_before_it_is_read_whole(tmp_path, monkeypatch):
    monkeypatch.setattr("nstbench.apps.studio.server.MOST_UPLOADED_BYTES", 1_000_000)
    read = []

    async def endless():
        for number in range(100):
            read.append(number)
            yield bytes(100_000)

    answer = ask(tmp_path, "POST", "pictures?name=big.tif", content=endless())
    assert answer.status_code == 413
    assert answer.json()["error"].startswith("big.tif is larger than 1 MB")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"method": "magic"}, "magic"),
        ({"content": "gone"}, "no longer here"),
        ({"style": None}, "takes the style from a picture"),
        ({"size": 5}, "allowed: 16 to 8192"),
        ({"options": {"strength": 7}}, "strength"),
        ({"options": {"network": "/etc/passwd"}}, "network"),
        ({"options": {"video": "out.mp4"}}, "no option 'video'"),
        ({"size": "large"}, "size: "),
        ({"surprise": 1}, "surprise: "),
        ({"region": "chelsea"}, "choose that style, too"),
        ({"method": "chen2016", "style_mask": "chelsea"}, "chen2016 knows no parts of a picture"),
        ({"second": "chelsea", "share": "much"}, "share: "),
    ],
)
def test_a_bad_wish_is_refused_in_one_line(tmp_path, change, says):
    answer = ask(tmp_path, "POST", "tries", json={**ORDER, **change})
    assert answer.status_code == 422
    assert says in answer.json()["error"]
    assert "\n" not in answer.json()["error"]


async def until_over(client, id):
    await client.tries[id].job.ended.wait()
    return client.tries.described(client.tries[id])


def test_a_try_makes_a_picture_that_can_be_downloaded(tmp_path):
    """By the real method: the download is what the command would write."""

    async def main():
        async with studio(tmp_path) as client:
            begun = (await client.post("tries", json=ORDER)).json()
            over = await until_over(client, begun["id"])
            assert (over["state"], over["error"], over["preview"]) == ("done", "", 1)
            assert over["command"].endswith("-o out.png --method adain2017 --size 64")
            preview = await client.get(f"tries/{begun['id']}/preview")
            before = await client.get(f"tries/{begun['id']}/before")
            picture = await client.get(f"tries/{begun['id']}/picture")
            assert over["file"] in unquote(picture.headers["content-disposition"])
            sizes = {Image.open(io.BytesIO(each.content)).size for each in (preview, before, picture)}
            assert sizes == {(64, 43)}

    run(main())


def test_masks_and_a_second_style_are_part_of_a_try(tmp_path):
    """Uploads by their names in the command; a mask is no choice in a gallery."""
    mask = io.BytesIO()
    Image.new("L", (451, 300), 255).save(mask, "PNG")

    async def main():
        async with studio(tmp_path, quick) as client:
            ids = {}
            for name in ("sky.png", "part.png"):
                address = f"pictures?name={name}&listed=false"
                ids[name] = (await client.post(address, content=mask.getvalue())).json()["id"]
            assert not {each["id"] for each in (await client.get("pictures")).json()} & set(ids.values())
            wish = {**ORDER, "second": "dusk_shore", "size": "original"}
            mixed = (await client.post("tries", json={**wish, "share": 0.25})).json()
            assert re.search(r"--size original --blend \S*dusk_shore\S*=0.25$", mixed["command"])
            assert (await client.get(f"tries/{mixed['id']}/before")).status_code == 200
            wish |= {"region": ids["sky.png"], "mask": ids["part.png"]}
            placed = (await client.post("tries", json=wish)).json()
            assert re.search(r"--region sky.png=\S*dusk_shore\S* --mask part.png$", placed["command"])
            titles = ("Burning sky over a fjord, in oil", "sky.png", "part.png")
            assert placed["more"] == dict(zip(("second", "region", "mask"), titles, strict=True))
            assert [placed[role] for role in ("second", "region")] == ["dusk_shore", ids["sky.png"]]

    run(main())


def test_two_people_wait_in_one_queue_and_are_told_their_place(tmp_path):
    async def main():
        let_go = asyncio.Event()
        loop = asyncio.get_running_loop()

        def make(order, report):
            asyncio.run_coroutine_threadsafe(let_go.wait(), loop).result()
            return quick(order, report)

        async with studio(tmp_path, make) as one:
            first = (await one.post("tries", json=ORDER)).json()
            second = (await one.post("tries", json=ORDER)).json()
            third = (await one.post("tries", json=ORDER)).json()
            await asyncio.sleep(0.01)
            places = [one.tries.described(each)["place"] for each in one.tries]
            assert places == [0, 1, 2]
            assert (await one.post(f"tries/{second['id']}/cancel")).status_code == 200
            assert one.tries.described(one.tries[third["id"]])["place"] == 1
            let_go.set()
            assert (await until_over(one, first["id"]))["state"] == "done"
            assert (await until_over(one, third["id"]))["state"] == "done"
            assert one.tries[second["id"]].job.state == "cancelled"

    run(main())


def test_a_page_that_is_opened_again_hears_of_every_try(tmp_path):
    """Events begin with what there is; afterwards only what is new comes."""

    async def main():
        async with studio(tmp_path, quick) as client:
            ids = [(await client.post("tries", json=ORDER)).json()["id"] for _ in range(2)]
            for id in ids:
                await until_over(client, id)
            closed = asyncio.Event()

            async def over():
                return closed.is_set()

            events = _events(client.tries, over)
            heard = [json.loads((await anext(events)).removeprefix("data: ")) for _ in ids]
            assert [(each["id"], each["state"], each["losses"][-1]) for each in heard] == [
                (id, "done", [2, 2.0]) for id in ids
            ]
            closed.set()
            assert [event async for event in events] == []

    run(main())


def test_what_is_not_finished_or_gone_cannot_be_had(tmp_path):
    assert ask(tmp_path, "GET", "tries/9/picture").json()["error"].startswith("this try is no longer here")
    assert ask(tmp_path, "GET", "pictures/absent").status_code == 422


def test_each_try_has_a_file_of_its_own(tmp_path, monkeypatch):
    """Python gives an object the address of one that is gone, so an address is no name for a file."""
    picture = Image.new("RGB", (4, 4))
    result = SimpleNamespace(picture=picture, summary={"seconds": 0.1}, save=picture.save)
    monkeypatch.setattr("nstbench.apps.studio.tries.make", lambda order, report: result)
    report = SimpleNamespace(tell=lambda *progress: None)
    files = {Tries._make(SimpleNamespace(folder=tmp_path), None, report).file for _ in range(3)}
    assert len(files) == 3
    assert set(tmp_path.iterdir()) == files


def test_old_tries_make_room(tmp_path, monkeypatch):
    monkeypatch.setattr("nstbench.apps.studio.tries.MOST_TRIES", 2)

    made = itertools.count()

    def make(order, report):
        file = tmp_path / f"{next(made)}.png"
        file.write_bytes(b"")
        return Made(file, 0.0)

    async def main():
        async with studio(tmp_path, make) as client:
            for _ in range(4):
                begun = client.tries.begin(Wish(**ORDER))
                await begun.job.ended.wait()
            assert [each.id for each in client.tries] == ["3", "4"]
            assert len(list(tmp_path.glob("*.png"))) == 2

    run(main())


def test_messages_call_uploads_by_their_names(tmp_path):
    def make(order, report):
        raise InputError(f"{order.content} is too elongated")

    async def main():
        async with studio(tmp_path, make) as client:
            upload = (await client.post("pictures?name=cat.png", content=a_picture())).json()
            begun = (await client.post("tries", json={**ORDER, "content": upload["id"]})).json()
            over = await until_over(client, begun["id"])
            assert (over["state"], over["error"]) == ("failed", "cat.png is too elongated")
            assert over["command"].startswith("nstbench stylize cat.png ")

    run(main())


def test_the_palette_is_that_of_the_report():
    """Colours by one name have one value, in both schemes."""

    def colours(file):
        return re.findall(r"(--[\w-]+): (#\w+)", file.read_text(encoding="utf-8"))

    own = colours(STATIC / "studio.css")
    theirs = colours(STATIC.parents[2] / "report" / "site" / "templates" / "palette.css.j2")
    shared = {name for name, _ in theirs}
    assert [each for each in own if each[0] in shared] == [each for each in theirs if each in own]
    assert {"--ground", "--ink", "--link"} <= {name for name, _ in own} & shared
