"""Logging in and out over HTTP."""

import asyncio
from collections.abc import Callable

import httpx
import pytest
from dashboard.app import create_app
from dashboard.auth.sessions import make_code
from dashboard.config import Settings
from dashboard.storage.sessions import SessionStore
from fastapi import FastAPI
from kit.clock import now_ms

from tests.dashboard.conftest import browser
from tests.dashboard.fakes import PASSWORD, TOKEN, VIEWER_PASSWORD, Server


@pytest.fixture
def code(app: FastAPI) -> Callable[[], "asyncio.Task[str]"]:
    store: SessionStore = app.state.parts.login._store
    return lambda: asyncio.create_task(make_code(store, now_ms()))


async def test_password_logs_in(anyone: httpx.AsyncClient) -> None:
    """The answer says who one is, and the cookie is for this site's requests alone."""
    answer = await anyone.post("/auth/login", json={"password": PASSWORD})
    assert answer.status_code == 200
    assert answer.json().keys() == {"authenticated", "role", "session_id", "expires_at"}
    assert answer.json()["role"] == "admin"
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "path=/;" in cookie
    assert "secure" not in cookie
    assert (await anyone.get("/auth/session")).json() == answer.json()


async def test_wrong_password_does_not(anyone: httpx.AsyncClient) -> None:
    """It is a 401 with a code, whatever it is."""
    for wrong in ("", "nonsense", "\0", VIEWER_PASSWORD + "x"):
        answer = await anyone.post("/auth/login", json={"password": wrong})
        assert (answer.status_code, answer.json()["code"]) == (401, "bad_credentials")
    assert (await anyone.get("/auth/session")).status_code == 401


ODD_LOGINS = [
    (b"{}", 422),
    (b'{"password": "a", "code": "b"}', 422),
    (b'{"password": 1}', 422),
    (b'{"password": "a", "admin": true}', 422),
    (b'{"code": "' + b"x" * 2000 + b'"}', 422),
    (b'{"password": "\\ud800"}', 401),
    (b'{"code": "\\u0000"}', 401),
    (b"[1]", 422),
    (b"{", 400),
    (b"\xff", 400),
    (b"x" * 2_000_000, 413),
]


async def test_odd_logins_are_refused(anyone: httpx.AsyncClient) -> None:
    """A clear problem, never a 5xx."""
    for body, status in ODD_LOGINS:
        answer = await anyone.post("/auth/login", content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["detail"]


async def test_login_is_json_from_our_own_page(anyone: httpx.AsyncClient) -> None:
    """No other site can log a browser in here."""
    form = await anyone.post("/auth/login", data={"password": PASSWORD})
    assert form.status_code == 422
    text = await anyone.post("/auth/login", content=b'{"password": "x"}', headers={"Content-Type": "text/plain"})
    assert text.status_code == 422
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "http://evil.example"}):
        answer = await anyone.post("/auth/login", json={"password": PASSWORD}, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "cross_site")


async def test_code_logs_in_once(page: httpx.AsyncClient, code: Callable[[], "asyncio.Task[str]"]) -> None:
    """The link from the console is good for one login."""
    one = await code()
    first = await page.post("/auth/login", json={"code": one})
    assert (first.status_code, first.json()["role"]) == (200, "admin")
    second = await page.post("/auth/login", json={"code": one})
    assert (second.status_code, second.json()["code"]) == (401, "bad_credentials")


async def test_code_cannot_be_used_twice_at_once(
    anyone: httpx.AsyncClient, code: Callable[[], "asyncio.Task[str]"]
) -> None:
    """Ten browsers post it in the same moment: one is in."""
    one = await code()
    answers = await asyncio.gather(*(anyone.post("/auth/login", json={"code": one}) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200, 401, 401, 401, 401]


async def test_guessing_is_slowed_down_but_never_locks_out(
    anyone: httpx.AsyncClient, code: Callable[[], "asyncio.Task[str]"]
) -> None:
    """After five failures even the right password must wait as told; the link from the console still works."""
    for _ in range(5):
        assert (await anyone.post("/auth/login", json={"password": "guess"})).status_code == 401
    for secret in ({"password": "guess"}, {"password": PASSWORD}, {"code": "guess"}):
        answer = await anyone.post("/auth/login", json=secret)
        assert (answer.status_code, answer.json()["code"]) == (429, "too_many_attempts")
        assert 1 <= int(answer.headers["retry-after"]) <= 20
    assert (await anyone.post("/auth/login", json={"code": await code()})).status_code == 200


async def test_everything_else_asks_for_a_login(anyone: httpx.AsyncClient, app: FastAPI) -> None:
    """The page, login and health checks are open; each other path of the API answers 401 with a helpful problem."""
    for path in ("/", "/runs/run_1", "/login", "/livez", "/readyz"):
        assert (await anyone.get(path)).status_code == 200
    of_sign_ins = {"/oauth/callback", "/oauth/client.json"}  # authorization servers and the way back bring no cookie
    open_paths = {"/livez", "/readyz", "/auth/login", "/auth/logout"} | of_sign_ins
    documented = [(path, method) for path, item in app.openapi()["paths"].items() for method in item]
    for path, method in [*documented, ("/api/agent/runs", "get"), ("/api/nothing", "get"), ("/metrics", "get")]:
        if path in open_paths:
            continue
        answer = await anyone.request(method, path)
        assert (path, answer.status_code) == (path, 401)
        assert "log in" in answer.json()["detail"]
        assert answer.headers["www-authenticate"] == "Bearer"


async def test_script_needs_the_right_token(anyone: httpx.AsyncClient, script: httpx.AsyncClient) -> None:
    """A bearer call needs no cookie and no origin; a wrong token is not saved by a cookie."""
    me = (await script.get("/auth/session")).json()
    assert me == {"authenticated": True, "role": "admin", "session_id": None, "expires_at": None}
    assert (await script.put("/api/preferences", json={"theme": "dark"})).status_code == 200
    await anyone.post("/auth/login", json={"password": PASSWORD})
    for wrong in ("Bearer wrong", f"bearer {TOKEN}x", "Basic eDp5", "", "Bearer \xff"):
        answer = await anyone.get("/api/status", headers={b"Authorization": wrong.encode("latin-1")})
        assert answer.status_code == 401


async def test_viewer_sees_all_and_changes_nothing(viewer: httpx.AsyncClient) -> None:
    """Reading works, also through the proxy; a change is refused with the reason."""
    assert (await viewer.get("/auth/session")).json()["role"] == "viewer"
    for path in ("/api/bootstrap", "/api/status", "/api/agent/runs", "/api/tracker/issues", "/api/preferences"):
        assert (await viewer.get(path)).status_code == 200
    for method, path in (
        ("POST", "/api/agent/runs"),
        ("DELETE", "/api/tracker/errors"),
        ("PUT", "/api/preferences"),
        ("DELETE", "/auth/sessions/login_1"),
    ):
        answer = await viewer.request(method, path, json={})
        assert (answer.status_code, answer.json()["code"]) == (403, "read_only")
    assert (await viewer.post("/api/track", json={"events": []})).status_code == 202
    assert (await viewer.post("/auth/logout")).status_code == 204


async def test_cross_site_change_is_refused(page: httpx.AsyncClient) -> None:
    """Another site that makes the browser post gets a 403, with and without Sec-Fetch-Site."""
    del page.headers["Sec-Fetch-Site"]
    for headers in (
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {},
    ):
        answer = await page.post("/api/agent/runs", json={"input": "x"}, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "cross_site")
    own = {"Origin": str(page.base_url).rstrip("/")}
    assert (await page.post("/api/agent/runs", json={"input": "x"}, headers=own)).status_code == 200


async def test_sessions_are_listed_and_ended(page: httpx.AsyncClient, viewer: httpx.AsyncClient) -> None:
    """One sees who is logged in from where, and can throw them out."""
    items = (await page.get("/auth/sessions")).json()["items"]
    assert sorted((item["role"], item["current"]) for item in items) == [("admin", True), ("viewer", False)]
    assert {item["address"] for item in items} == {"127.0.0.1"}
    assert all(item["user_agent"].startswith("python-httpx") for item in items)
    [other] = [item["id"] for item in items if not item["current"]]
    assert (await page.delete(f"/auth/sessions/{other}")).status_code == 204
    assert (await viewer.get("/api/status")).status_code == 401
    gone = await page.delete(f"/auth/sessions/{other}")
    assert (gone.status_code, gone.json()["code"]) == (404, "session_not_found")


async def test_logout_ends_the_session(page: httpx.AsyncClient) -> None:
    """The cookie is taken away and would not work any more; logging out twice is no error."""
    cookie = "; ".join(f"{name}={value}" for name, value in page.cookies.items())
    answer = await page.post("/auth/logout")
    assert answer.status_code == 204
    assert "max-age=0" in answer.headers["set-cookie"].lower()
    assert (await page.get("/api/status", headers={"Cookie": cookie})).status_code == 401
    assert (await page.post("/auth/logout")).status_code == 204


async def test_new_login_replaces_the_old_session(page: httpx.AsyncClient) -> None:
    """One browser has one session."""
    await page.post("/auth/login", json={"password": PASSWORD})
    assert len((await page.get("/auth/sessions")).json()["items"]) == 1


async def test_foreign_cookies_are_no_harm(page: httpx.AsyncClient) -> None:
    """Other services on the same host set theirs; ours is found among them."""
    [(name, token)] = page.cookies.items()
    cookie = f"other=1; {name}x=2; x{name}=3; {name}={token}; session=\xff"
    assert (await page.get("/api/status", headers={b"Cookie": cookie.encode("latin-1")})).status_code == 200


async def test_behind_tls_the_cookie_is_secure(settings: Callable[..., Settings]) -> None:
    """Said by a trusted proxy, under whose path everything works, whether or not it takes that path off."""
    app = create_app(
        settings(
            DASHBOARD_TRUSTED_PROXIES="127.0.0.1", DASHBOARD_ROOT_PATH="/binnacle/", DASHBOARD_ALLOWED_HOSTS="b.example"
        )
    )
    server = Server(app)
    async with app.router.lifespan_context(app):
        await server.start()
        proxied = {"Host": "b.example", "X-Forwarded-Proto": "https", "X-Forwarded-For": "9.9.9.9"}
        async with browser(server.url) as client:
            answer = await client.post("/binnacle/auth/login", json={"password": PASSWORD}, headers=proxied)
            cookie = answer.headers["set-cookie"]
            assert "; Secure" in cookie
            assert "Path=/binnacle;" in cookie
            for path in ("/binnacle/auth/sessions", "/auth/sessions"):
                listed = await client.get(path, headers={**proxied, "Cookie": cookie.partition(";")[0]})
                assert [item["address"] for item in listed.json()["items"]] == ["9.9.9.9"]
            proxied_call = await client.get("/binnacle/api/agent/runs", headers={"Cookie": cookie.partition(";")[0]})
            assert proxied_call.json()["path"] == "/api/v1/runs"
            assert (await client.get("/binnaclex/api/status")).status_code == 200  # a page's path like any other
        await server.stop()


async def test_unknown_host_is_refused(anyone: httpx.AsyncClient) -> None:
    """DNS rebinding gets nowhere, also for the page itself."""
    for host in ("evil.example", "evil.example:8080", "", "localhost.evil.example"):
        answer = await anyone.get("/", headers={"Host": host})
        assert (answer.status_code, answer.json()["code"]) == (400, "unknown_host")
    for host in ("localhost", "127.0.0.1:8080", "[::1]:8080", "dashboard"):
        assert (await anyone.get("/", headers={"Host": host})).status_code == 200
