"""The page's files."""

import gzip
import re
from collections.abc import Callable
from pathlib import Path

import httpx
from dashboard.app import create_app
from dashboard.config import Settings
from dashboard.page.site import rooted

from tests.dashboard.fakes import TOKEN, Server

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; "
    "require-trusted-types-for 'script'; trusted-types dompurify"
)


async def test_every_path_of_the_page_is_the_shell(anyone: httpx.AsyncClient, static: Path) -> None:
    """Deep links work on reload; what is no page is a problem."""
    shell = (static / "index.html").read_bytes()
    for path in ("/", "/runs/run_1?status=failed", "/insights/iss_1", "/chat/ses_1", "/login", "/a/b/c/"):
        answer = await anyone.get(path)
        assert (answer.status_code, answer.content) == (200, shell)
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
    for path in (
        "/assets/missing.js",
        "/robots.txt",
        "/../../etc/passwd.txt",
        "/assets/..%2f..%2fconfig.py",
        "/a%00.js",
    ):
        answer = await anyone.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_unknown_api_paths_are_no_pages(script: httpx.AsyncClient) -> None:
    """A script that mistypes a path must not get HTML with 200."""
    for path in ("/api", "/api/", "/api/nothing", "/auth/nothing", "/api/agentx/runs"):
        answer = await script.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert (await script.post("/")).status_code == 405


async def test_files_are_kept_by_the_browser(anyone: httpx.AsyncClient) -> None:
    """Hashed assets for ever, the shell until its content changes."""
    asset = await anyone.get("/assets/main-ABC.js")
    assert asset.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert asset.headers["content-type"] == "text/javascript; charset=utf-8"
    for path in ("/", "/favicon.svg"):
        first = await anyone.get(path)
        assert first.headers["cache-control"] == "no-cache"
        again = await anyone.get(path, headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]


async def test_files_come_compressed(anyone: httpx.AsyncClient, static: Path) -> None:
    """Where the browser takes it and it pays; HEAD says the same without a body."""
    async with anyone.stream("GET", "/assets/main-ABC.js", headers={"Accept-Encoding": "br, gzip"}) as answer:
        raw = b"".join([chunk async for chunk in answer.aiter_raw()])
        assert answer.headers["content-encoding"] == "gzip"
        assert answer.headers["vary"] == "Accept-Encoding"
    assert gzip.decompress(raw) == (static / "assets" / "main-ABC.js").read_bytes()
    head = await anyone.head("/assets/main-ABC.js", headers={"Accept-Encoding": "gzip"})
    assert (head.headers["content-length"], head.content) == (str(len(raw)), b"")
    plain = await anyone.get("/assets/main-ABC.js", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers


async def test_page_that_is_built_anew_is_served_anew(anyone: httpx.AsyncClient, static: Path) -> None:
    """Without a restart."""
    before = (await anyone.get("/")).headers["etag"]
    (static / "index.html").write_text("<!doctype html><title>new</title>")
    after = await anyone.get("/", headers={"If-None-Match": before})
    assert (after.status_code, after.text) == (200, "<!doctype html><title>new</title>")


async def test_missing_page_names_the_fix(anyone: httpx.AsyncClient, static: Path) -> None:
    """Whoever forgot to build it reads what to do."""
    (static / "index.html").unlink()
    answer = await anyone.get("/runs")
    assert answer.headers["content-type"].startswith("text/plain")
    assert "make setup" in answer.text


async def test_every_answer_is_guarded(anyone: httpx.AsyncClient, script: httpx.AsyncClient) -> None:
    """Page, asset, API, proxied answer, refusals of every kind: the same headers on all."""
    answers = [
        await anyone.get("/"),
        await anyone.get("/assets/main-ABC.js"),
        await anyone.get("/assets/missing.js"),
        await anyone.get("/api/status"),
        await anyone.get("/", headers={"Host": "evil.example"}),
        await anyone.post("/auth/login", content=b"x" * 2_000_000),
        await anyone.get("/livez"),
        await script.get("/api/status"),
        await script.get("/api/agent/runs"),
        await script.get("/api/agent/config"),
        await script.get("/api/bootstrap"),
        await script.get("/openapi.json"),
    ]
    for answer in answers:
        assert answer.headers.get_list("content-security-policy") == [CSP]
        assert answer.headers.get_list("x-content-type-options") == ["nosniff"]
        assert answer.headers.get_list("referrer-policy") == ["same-origin"]
    assert (await script.get("/api/status")).headers["cache-control"] == "no-store"


async def test_docs_run_their_own_script_and_no_other(script: httpx.AsyncClient) -> None:
    """The browsable API needs a little more; what it gets is named by hash."""
    answer = await script.get("/docs")
    csp = answer.headers["content-security-policy"]
    assert "script-src 'self' 'sha256-" in csp
    assert "unsafe" not in csp
    assert "frame-ancestors 'none'" in csp


async def test_docs_work_under_a_reverse_proxys_path(settings: Callable[..., Settings], static: Path) -> None:
    """Every address on the page leads back under the path, and what it sends goes there too."""
    app = create_app(settings(DASHBOARD_ROOT_PATH="/binnacle"), static=static)
    server = Server(app)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with app.router.lifespan_context(app), httpx.AsyncClient(base_url=server.url, headers=headers) as client:
        await server.start()
        page = await client.get("/binnacle/docs")
        named = re.findall(r"""(?:href|src)="([^"]+)"|url: '([^']+)'""", page.text)
        addresses = [page.url.join(first or second) for first, second in named]
        assert len(addresses) == 4
        for address in addresses:
            assert address.path.startswith("/binnacle/")
            assert (await client.get(address)).status_code == 200
        assert (await client.get("/binnacle/openapi.json")).json()["servers"] == [{"url": "/binnacle"}]
        await server.stop()


def test_shell_learns_its_place_under_a_proxy() -> None:
    """Assets and the page's own calls go by way of the path."""
    shell = b'<!doctype html><html lang="en"><link href="/assets/a.css"><script src="/assets/a.js"></script></html>'
    assert rooted(shell, "/binnacle") == (
        b'<!doctype html><html data-root="/binnacle" lang="en"><link href="/binnacle/assets/a.css">'
        b'<script src="/binnacle/assets/a.js"></script></html>'
    )
