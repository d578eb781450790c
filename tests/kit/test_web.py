"""What every service does alike over HTTP."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

import httpx
import pytest
from fastapi import APIRouter, Body, FastAPI
from kit.problems import NotFound
from kit.web import routing
from kit.web.app import create_service_app
from kit.web.middleware import BodyLimits
from kit.web.pages import Page, PageQuery, cut
from kit.web.sse import Broadcast, ServerEvent
from pydantic import BaseModel, ConfigDict

TOKEN = "a-token-for-tests-only"


class Thing(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str
    size: int


class ThingMissing(NotFound):
    code = "thing_not_found"


def _router() -> APIRouter:
    routes = routing.router(tag="things")

    @routes.post("/things", status_code=201)
    async def create(thing: Thing) -> Thing:
        return thing

    @routes.post("/echo")
    async def echo(value: Annotated[dict[str, object], Body()]) -> object:
        return value

    @routes.get("/things/{name}")
    async def get(name: str) -> Thing:
        raise ThingMissing(f"there is no thing {name!r}")

    @routes.get("/things")
    async def listing(page: PageQuery) -> Page[int]:
        after = page.position("things", int)
        start = int(after[0]) + 1 if after else 0
        items, cursor = cut(list(range(start, min(start + page.limit + 1, 10))), page, "things", lambda n: [n])
        return Page(items=items, next_cursor=cursor)

    @routes.get("/broken")
    async def broken() -> None:
        raise RuntimeError("a secret of ours")

    return routes


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    app.state.runtime.not_ready = None
    yield


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    """A client of a service with a few odd endpoints."""
    app = create_service_app(
        title="Test",
        version="1",
        description="",
        lifespan=_lifespan,
        routers=[_router()],
        allowed_hosts=["box.lan"],
        token=TOKEN,
        limits=BodyLimits(1000, {"/echo": 2000}),
    )
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost", headers=headers) as client:
        yield client


def _assert_problem(answer: httpx.Response, status: int, code: str) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert (body["status"], body["code"]) == (status, code)
    assert body["detail"]
    assert body["request_id"] == answer.headers["x-request-id"]


async def test_without_the_token_all_but_the_open_paths_is_refused(client: httpx.AsyncClient) -> None:
    """401 with a problem; health, metrics and docs answer anyone."""
    client.headers.pop("Authorization")
    _assert_problem(await client.get("/things"), 401, "unauthorized")
    _assert_problem(await client.get("/things", headers={"Authorization": "Bearer wrong"}), 401, "unauthorized")
    for path in ("/livez", "/metrics", "/docs", "/openapi.json", "/docs-assets/swagger-ui.css"):
        assert (await client.get(path)).status_code == 200, path


@pytest.mark.parametrize("host", ["evil.example", "", "localhost.evil.example", "[::2]:8081"])
async def test_an_unknown_host_is_refused(client: httpx.AsyncClient, host: str) -> None:
    """A page on another name cannot reach us by DNS rebinding."""
    _assert_problem(await client.get("/livez", headers={"Host": host}), 400, "unknown_host")


@pytest.mark.parametrize("host", ["localhost:8081", "127.0.0.1", "[::1]:8081", "BOX.lan:80"])
async def test_loopback_and_named_hosts_are_served(client: httpx.AsyncClient, host: str) -> None:
    """Loopback names always, others when they are allowed."""
    assert (await client.get("/livez", headers={"Host": host})).status_code == 200


async def test_input_that_does_not_fit_is_named_value_by_value(client: httpx.AsyncClient) -> None:
    """422 lists each place and reason; broken JSON is 400."""
    answer = await client.post("/things", json={"name": 1, "extra": True})
    _assert_problem(answer, 422, "validation_error")
    assert {tuple(issue["loc"]) for issue in answer.json()["errors"]} == {
        ("body", "name"),
        ("body", "size"),
        ("body", "extra"),
    }
    _assert_problem(
        await client.post("/things", content=b"{", headers={"Content-Type": "application/json"}), 400, "invalid_json"
    )


@pytest.mark.parametrize(
    "body",
    [
        b'{"name": "\\ud800", "size": 1}',
        b'{"\\ud800": 1}',
        b'{"name": NaN, "size": 1e999}',
        b"[" * 100_000,
        b"\xff\xfe",
    ],
)
async def test_odd_bodies_get_a_problem_and_never_a_5xx(client: httpx.AsyncClient, body: bytes) -> None:
    """Lone surrogates, NaN, deep nesting and broken UTF-8 are the sender's mistake."""
    for path in ("/things", "/echo"):
        answer = await client.post(path, content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code < 500, answer.text


async def test_a_body_over_its_limit_gets_413_by_length_and_by_stream(client: httpx.AsyncClient) -> None:
    """The limit of the path holds, declared or not."""

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(30):
            yield b"x" * 100

    _assert_problem(await client.post("/things", content=b"x" * 1001), 413, "too_large")
    streamed = await client.post("/things", content=chunks(), headers={"Content-Type": "application/json"})
    _assert_problem(streamed, 413, "too_large")
    assert (await client.post("/echo", json={"a": "x" * 1500})).status_code == 200
    _assert_problem(await client.post("/echo", content=b"x" * 2001), 413, "too_large")


async def test_errors_of_ours_are_told_without_their_text(client: httpx.AsyncClient) -> None:
    """A defect gives a 500 with a request id and no traceback."""
    answer = await client.get("/broken")
    _assert_problem(answer, 500, "internal_error")
    assert "secret" not in answer.text


async def test_domain_errors_keep_their_code(client: httpx.AsyncClient) -> None:
    """A raised `Problem` becomes its status, code and detail; unknown paths and methods too."""
    _assert_problem(await client.get("/things/x"), 404, "thing_not_found")
    _assert_problem(await client.get("/nowhere"), 404, "not_found")
    _assert_problem(await client.put("/things"), 405, "method_not_allowed")


async def test_the_request_id_is_taken_over_or_made_up(client: httpx.AsyncClient) -> None:
    """A good id is returned; an odd one is replaced."""
    assert (await client.get("/livez", headers={"X-Request-ID": "abc-1"})).headers["x-request-id"] == "abc-1"
    assert (await client.get("/livez", headers={"X-Request-ID": "a b"})).headers["x-request-id"] != "a b"


async def test_a_list_is_walked_by_its_cursor_and_refuses_others(client: httpx.AsyncClient) -> None:
    """Following `next_cursor` gives each item once; any other cursor is 400 bad_cursor."""
    found: list[int] = []
    cursor = None
    while True:
        answer = (await client.get("/things", params={"limit": 3, **({"cursor": cursor} if cursor else {})})).json()
        found += answer["items"]
        cursor = answer["next_cursor"]
        if cursor is None:
            break
    assert found == list(range(10))
    for bad in ("x", "%00", "bnVsbA", "WyJ0aGluZ3MiLCJhIl0", "WyJvdGhlciIsMV0", "WyJ0aGluZ3MiLDFlOTldXQ"):
        _assert_problem(await client.get("/things", params={"cursor": bad}), 400, "bad_cursor")
    _assert_problem(await client.get("/things", params={"limit": 501}), 422, "validation_error")


async def test_not_ready_says_why(client: httpx.AsyncClient) -> None:
    """Before the lifespan has run, readyz is a 503 with the reason."""
    _assert_problem(await client.get("/readyz"), 503, "not_ready")


async def test_the_openapi_document_tells_of_problems_and_the_token(client: httpx.AsyncClient) -> None:
    """Consumers can read the error shape and the security scheme from it."""
    document = (await client.get("/openapi.json")).json()
    assert document["security"] == [{"token": []}]
    assert document["paths"]["/livez"]["get"]["security"] == []
    answers = document["paths"]["/things"]["post"]["responses"]
    assert set(answers) == {"201", "default"}
    assert "ProblemDetails" in document["components"]["schemas"]


async def test_a_reader_that_comes_back_gets_what_it_missed() -> None:
    """After a known id the ring replays; after an unknown one comes `resync`."""
    broadcast = Broadcast(ring=3)
    for n in range(5):
        broadcast.publish("n", n)
    async with broadcast.subscribe() as now:
        broadcast.publish("n", 5)
        last = await anext(now)
    assert last.data == 5
    epoch = (last.id or "").split("-")[0]
    async with broadcast.subscribe(f"{epoch}-4") as back:
        assert [(await anext(back)).data for _ in range(2)] == [4, 5]
    for unknown in (f"{epoch}-1", "other-4", "x", f"{epoch}-99"):
        async with broadcast.subscribe(unknown) as lost:
            assert await anext(lost) == ServerEvent("resync", {})


async def test_a_slow_reader_is_told_to_fetch_anew() -> None:
    """The queue of a reader is bounded; others are not held up."""
    broadcast = Broadcast(queue=2)
    async with broadcast.subscribe() as slow:
        for n in range(3):
            broadcast.publish("n", n)
        assert (await anext(slow)).event == "resync"
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(anext(slow), 0.01)
