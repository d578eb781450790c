"""The proxy, over real connections on both sides."""

import asyncio
import socket
from collections.abc import AsyncGenerator

import httpx
import pytest
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse

from tests.dashboard.fakes import TOKEN, Server, Upstream, until


async def test_call_is_passed_through_with_the_service_token(page: httpx.AsyncClient, agent: Upstream) -> None:
    """The agent gets method, query, body and the shared token; the browser's cookie stays here."""
    headers = {"X-Request-ID": "from-the-page", "X-Binnacle-Client": "dashboard", "Idempotency-Key": "k1"}
    answer = await page.post("/api/agent/runs?wait=a%20b&x=%2F", json={"input": "hello"}, headers=headers)
    assert answer.json()["path"] == "/api/v1/runs"
    [seen] = agent.asked("/api/v1/runs")
    assert (seen.method, seen.query, seen.body) == ("POST", "wait=a%20b&x=%2F", b'{"input":"hello"}')
    assert seen.headers["authorization"] == f"Bearer {TOKEN}"
    assert seen.headers["x-request-id"] == answer.headers["x-request-id"] == "from-the-page"
    assert seen.headers["x-binnacle-client"] == "dashboard"
    assert seen.headers["idempotency-key"] == "k1"
    assert not {"cookie", "sec-fetch-site", "origin", "referer"} & seen.headers.keys()


async def test_answers_come_back_as_they_are(page: httpx.AsyncClient, agent: Upstream) -> None:
    """Status, body and headers are the agent's; its cookies and connection headers stay there."""

    async def conflict(_request: Request) -> Response:
        extra = {"Set-Cookie": "stolen=1", "X-Extra": "kept", "Retry-After": "7", "X-Hop": "no", "Connection": "X-Hop"}
        return JSONResponse({"code": "run_active"}, 409, headers=extra, media_type="application/problem+json")

    agent.handlers["/api/v1/runs/run_1"] = conflict
    answer = await page.delete("/api/agent/runs/run_1")
    assert (answer.status_code, answer.json()) == (409, {"code": "run_active"})
    assert (answer.headers["x-extra"], answer.headers["retry-after"]) == ("kept", "7")
    assert not {"set-cookie", "x-hop"} & answer.headers.keys()


async def test_token_never_reaches_the_browser(page: httpx.AsyncClient, agent: Upstream) -> None:
    """When the agent refuses our token, that is a problem of the installation and no logout of the person."""

    async def refuse(_request: Request) -> Response:
        return JSONResponse({"code": "unauthorized"}, 401)

    agent.handlers["/api/v1/health"] = refuse
    answer = await page.get("/api/agent/health")
    assert (answer.status_code, answer.json()["code"]) == (503, "upstream_refused")
    assert TOKEN not in answer.text


async def test_nothing_else_passes(served: Server, agent: Upstream) -> None:
    """What is not on the list, or could mean another path to whoever reads it, is answered here."""
    before = len(agent.seen)
    for method, path, status in (
        ("GET", "/api/agent/config", 404),
        ("GET", "/api/agent/stream", 404),
        ("GET", "/api/agent//runs", 400),
        ("GET", "/api/agent/runs/../../../v1/models", 400),
        ("GET", "/api/agent/runs/%2e%2e/tools", 400),
        ("GET", "/api/agent/runs/a%2fb", 400),
        ("GET", "/api/agent/runs/a\\b", 400),
        ("GET", "/api/agent/runs/a%00b", 400),
        ("GET", "/api/agent/runs/%252e%252e", 400),
        ("GET", "/api/agent/runs/%0d%0aX:%20y", 400),
        ("GET", "/%61pi/agent/runs", 400),
        ("GET", "/api/agent/../agent/runs", 400),
        ("POST", "/api/tracker/events", 405),
        ("PUT", "/api/agent/runs", 405),
        ("BREW", "/api/agent/runs", 400),
    ):
        assert (path, await raw_status(served.port, method, path)) == (path, status)
    assert [seen for seen in agent.seen[before:] if seen.raw_path != "/api/v1/stream"] == []


async def raw_status(port: int, method: str, target: str, body: bytes = b"") -> int:
    """Sent byte for byte: clients tidy paths up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = f"{method} {target} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TOKEN}\r\nConnection: close\r\n"
    writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode("latin-1") + body)
    status = int((await reader.readline()).split()[1])
    writer.close()
    return status


async def test_escapes_in_names_are_kept(page: httpx.AsyncClient, agent: Upstream) -> None:
    """A file may be called anything that a path segment can say."""
    answer = await page.get("/api/agent/workspace/files/notes%20%26%20more/caf%C3%A9%2525.txt")
    assert answer.status_code == 200
    assert agent.seen[-1].raw_path == "/api/v1/workspace/files/notes%20%26%20more/caf%C3%A9%2525.txt"


async def test_files_of_the_workspace_are_never_pages_of_ours(page: httpx.AsyncClient, agent: Upstream) -> None:
    """Whatever an agent wrote there is saved, not run."""

    async def evil(_request: Request) -> Response:
        headers = {"Content-Disposition": "inline"}
        return Response("<script src=evil.js></script>", media_type="text/html", headers=headers)

    agent.handlers["/api/v1/workspace/files/evil.html"] = evil
    answer = await page.get("/api/agent/workspace/files/evil.html")
    assert answer.headers["content-disposition"] == "attachment"
    assert "sandbox" in answer.headers.get_list("content-security-policy")
    assert answer.headers["x-content-type-options"] == "nosniff"
    script = await page.get("/api/agent/workspace/files/evil.js", headers={"Sec-Fetch-Dest": "script"})
    assert (script.status_code, script.json()["code"]) == (403, "cross_site")


async def test_head_is_passed_as_head(page: httpx.AsyncClient, agent: Upstream) -> None:
    """HEAD says how long a file is without sending it."""

    async def file(request: Request) -> Response:
        assert request.method == "HEAD"
        return PlainTextResponse("12345")

    agent.handlers["/api/v1/workspace/files/a.txt"] = file
    answer = await page.head("/api/agent/workspace/files/a.txt")
    assert (answer.headers["content-length"], answer.content) == ("5", b"")


async def test_big_uploads_pass_and_bigger_ones_do_not(page: httpx.AsyncClient, agent: Upstream) -> None:
    """A file may have 10 MiB, any other body one."""
    path = "/api/agent/workspace/files/big.bin"
    assert (await page.put(path, content=b"x" * (10 << 20))).status_code == 200
    assert len(agent.seen[-1].body) == 10 << 20
    assert (await page.put(path, content=b"x" * ((10 << 20) + 1))).status_code == 413
    assert (await page.post("/api/agent/runs", content=b"x" * ((1 << 20) + 1))).status_code == 413

    async def unannounced() -> AsyncGenerator[bytes]:
        for _ in range(20):
            yield b"x" * (100 << 10)

    answer = await page.post("/api/agent/runs", content=unannounced())
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert len(agent.asked("/api/v1/runs")) == 0


async def test_stream_flows_as_it_comes(page: httpx.AsyncClient, agent: Upstream) -> None:
    """Each piece is there before the next is made."""
    more = asyncio.Event()

    async def pieces() -> AsyncGenerator[bytes]:
        yield b"data: 1\n\n"
        await more.wait()
        yield b"data: 2\n\n"

    async def events(_request: Request) -> Response:
        return StreamingResponse(pieces(), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})

    agent.handlers["/api/v1/runs/run_1/events"] = events
    async with page.stream("GET", "/api/agent/runs/run_1/events") as answer:
        chunks = answer.aiter_raw()
        assert await anext(chunks) == b"data: 1\n\n"
        more.set()
        assert await anext(chunks) == b"data: 2\n\n"
        assert answer.headers["x-accel-buffering"] == "no"


async def test_browser_that_leaves_cancels_the_call(page: httpx.AsyncClient, agent: Upstream) -> None:
    """Neither a stream nor a slow answer goes on for nobody."""
    gone: list[str] = []

    async def endless() -> AsyncGenerator[bytes]:
        try:
            while True:
                yield b": still here\n\n"
                await asyncio.sleep(0.01)
        finally:
            gone.append("stream")

    async def events(_request: Request) -> Response:
        return StreamingResponse(endless(), media_type="text/event-stream")

    async def slow(request: Request) -> Response:
        while not await request.is_disconnected():
            await asyncio.sleep(0.01)
        gone.append("call")
        return JSONResponse({})

    agent.handlers |= {"/api/v1/runs/run_1/events": events, "/api/v1/tools": slow}
    async with page.stream("GET", "/api/agent/runs/run_1/events") as answer:
        await anext(answer.aiter_raw())
    with pytest.raises(httpx.ReadTimeout):
        await page.get("/api/agent/tools", timeout=0.2)
    await until(lambda: sorted(gone) == ["call", "stream"])


async def test_what_a_person_waits_for_may_take_its_time(
    app: FastAPI, page: httpx.AsyncClient, agent: Upstream
) -> None:
    """A tool called by hand takes as long as it does, and a slow one says nothing about the agent; other calls have a
    limit."""
    app.state.parts.agent.answer_s = 0.05

    async def slow(_request: Request) -> Response:
        await asyncio.sleep(0.2)
        return JSONResponse({"ok": True})

    agent.handlers |= {"/api/v1/tools/wait/call": slow, "/api/v1/mcp/servers/a/restart": slow}
    assert (await page.post("/api/agent/tools/wait/call", json={})).json() == {"ok": True}
    assert (await page.post("/api/agent/mcp/servers/a/restart")).json()["code"] == "upstream_timeout"


async def test_slow_reader_slows_the_source_down(served: Server, page: httpx.AsyncClient, agent: Upstream) -> None:
    """A browser that does not read makes the agent wait; the dashboard does not collect the rest in memory."""
    sent = 0
    done = False

    async def flood() -> AsyncGenerator[bytes]:
        nonlocal sent, done
        try:
            for _ in range(5000):
                yield b"x" * 100_000
                sent += 100_000
        finally:
            done = True

    async def download(_request: Request) -> Response:
        return StreamingResponse(flood(), media_type="application/octet-stream")

    agent.handlers["/api/v1/workspace/files/big.bin"] = download
    lazy = socket.create_connection(("127.0.0.1", served.port))
    head = (
        f"GET /api/agent/workspace/files/big.bin HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TOKEN}\r\n\r\n"
    )
    lazy.sendall(head.encode())
    before = -1
    while before != sent:  # until all buffers on the way are full
        before = sent
        await asyncio.sleep(0.2)
    assert 0 < sent < 200_000_000  # the kernel's own may hold some 80 MB; 500 MB wait
    assert not done
    lazy.close()
    await until(lambda: done)


async def test_answer_that_breaks_off_is_seen_to_break_off(page: httpx.AsyncClient, agent: Upstream) -> None:
    """Half a file never looks like a whole one, half a JSON answer is a problem."""
    begun = asyncio.Event()

    async def half() -> AsyncGenerator[bytes]:
        yield b"half"
        begun.set()
        await asyncio.sleep(5)

    async def download(_request: Request) -> Response:
        return StreamingResponse(half(), media_type="application/octet-stream")

    async def list_tools(_request: Request) -> Response:
        return StreamingResponse(half(), media_type="application/json", headers={"Content-Length": "1000"})

    agent.handlers |= {"/api/v1/workspace/files/a.bin": download, "/api/v1/tools": list_tools}
    loading = asyncio.create_task(page.get("/api/agent/workspace/files/a.bin"))
    listing = asyncio.create_task(page.get("/api/agent/tools"))
    await begun.wait()
    await asyncio.sleep(0.05)
    await agent.stop()
    with pytest.raises(httpx.RemoteProtocolError):
        await loading
    answer = await listing
    assert (answer.status_code, answer.json()["code"]) == (503, "upstream_down")


async def until_ok(page: httpx.AsyncClient) -> None:
    async with asyncio.timeout(5):
        while (await page.get("/api/agent/health")).status_code != 200:
            await asyncio.sleep(0.02)


async def test_down_is_answered_at_once_and_up_soon_after(page: httpx.AsyncClient, agent: Upstream) -> None:
    """With the agent gone calls fail fast, and work within two seconds of its return; the tracker's work all along."""
    loop = asyncio.get_running_loop()
    await agent.stop()
    for _ in range(10):
        began = loop.time()
        answer = await page.get("/api/agent/runs")
        assert loop.time() - began < 0.5
        assert (answer.status_code, answer.json()["code"]) == (503, "upstream_down")
        assert int(answer.headers["retry-after"]) >= 1
        assert "agent" in answer.json()["detail"]
        assert (await page.get("/api/tracker/issues")).status_code == 200
    await agent.start()
    began = loop.time()
    await until_ok(page)
    assert loop.time() - began < 2


class Rude:
    """A server that reads a request and hangs up, or says something that is no HTTP."""

    def __init__(self, reply: bytes) -> None:
        self.port = 0
        self.requests: list[bytes] = []
        self.reply = reply
        self._server: asyncio.Server | None = None

    async def start(self, port: int) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", port, family=socket.AF_INET)

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).split(b"\r\n")[0]
        if b"/stream" not in head:
            self.requests.append(head)
            writer.write(self.reply)
        writer.close()


async def test_only_reading_is_tried_again(page: httpx.AsyncClient, agent: Upstream) -> None:
    """A GET is repeated once when no answer came; a change never, for it may have happened."""
    await agent.stop()
    rude = Rude(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
    await rude.start(agent.server.port)
    for method, path in (
        ("GET", "runs"),
        ("POST", "runs"),
        ("PUT", "workspace/files/a"),
        ("DELETE", "runs/r"),
        ("PATCH", "sessions/s"),
    ):
        await until_ok(page)  # so that the breaker stays closed
        rude.reply = b""
        rude.requests.clear()
        answer = await page.request(method, f"/api/agent/{path}")
        assert (answer.status_code, answer.json()["code"]) == (503, "upstream_down")
        assert len(rude.requests) == (2 if method == "GET" else 1)
        if method != "GET":
            assert "not known" in answer.json()["detail"]
        rude.reply = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
    await rude.stop()


async def test_nonsense_from_an_upstream_is_a_problem(page: httpx.AsyncClient, agent: Upstream) -> None:
    """Whatever speaks on the agent's port, the dashboard answers with a problem."""
    await agent.stop()
    rude = Rude(b"")
    await rude.start(agent.server.port)
    for nonsense in (  # broken ones and unfit ones by turns: three broken in a row would open the breaker
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"HTTP/1.1 200 OK\r\nX-Odd: a\x01b\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
        b"HTTP/1.1 999 Odd\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Le",
    ):
        rude.reply = nonsense
        answer = await page.get("/api/agent/runs")
        assert (answer.status_code, answer.json()["code"]) == (503, "upstream_down")
        assert str(agent.server.port) not in answer.json()["detail"]
    await rude.stop()


async def test_streams_end_when_the_service_stops(page: httpx.AsyncClient, agent: Upstream, served: Server) -> None:
    """A stop does not wait for streams that would never end, and ends them in good order."""

    async def endless() -> AsyncGenerator[bytes]:
        while True:
            yield b": still here\n\n"
            await asyncio.sleep(0.01)

    async def events(_request: Request) -> Response:
        return StreamingResponse(endless(), media_type="text/event-stream")

    agent.handlers["/api/v1/runs/run_1/events"] = events
    async with page.stream("GET", "/api/agent/runs/run_1/events") as answer:
        lines = answer.aiter_raw()
        await anext(lines)
        served._app.state.runtime.stopping.set()  # type: ignore[attr-defined]
        async with asyncio.timeout(1):
            async for _ in lines:
                pass


async def test_metrics_know_templates_not_ids(page: httpx.AsyncClient, agent: Upstream) -> None:
    """Ids in paths do not make a metric each."""
    for number in range(3):
        await page.get(f"/api/agent/runs/run_{number}")
        await page.get(f"/runs/run_{number}")
    text = (await page.get("/metrics")).text
    assert 'http_requests_total{method="GET",route="/api/agent/runs/{id}",status="200"} 3.0' in text
    assert 'http_requests_total{method="GET",route="page",status="200"} 3.0' in text
    assert "run_1" not in text
    assert 'dashboard_upstream_up{upstream="agent"} 1.0' in text
