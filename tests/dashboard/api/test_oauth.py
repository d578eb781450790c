"""`/oauth/callback`: where a browser ends a sign-in to an MCP server."""

from collections.abc import Callable
from pathlib import Path

import httpx
import orjson
import pytest
from dashboard.app import create_app
from dashboard.config import Settings
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tests.dashboard.fakes import TOKEN, Upstream

CALLBACK = "/oauth/callback"
TARGET = "/api/v1/mcp/oauth/callback"
STATE = "s" * 43
CODE = "a-code/with.odd~signs"


def answering(status: int, body: object) -> Callable[[Request], object]:
    async def answer(request: Request) -> Response:
        return JSONResponse(body, status)

    return answer


@pytest.fixture
def told(agent: Upstream) -> Callable[[], list[dict[str, str]]]:
    """What the agent was told, each time."""
    return lambda: [orjson.loads(seen.body) for seen in agent.asked(TARGET)]


async def test_answer_is_handed_on_without_login(
    anyone: httpx.AsyncClient, agent: Upstream, told: Callable[[], list[dict[str, str]]]
) -> None:
    """Code, state and issuer reach the agent with the service's token, and nothing else; the page says it is done."""
    agent.handlers[TARGET] = answering(200, {"server": "notes"})  # type: ignore[assignment]
    query = {"code": CODE, "state": STATE, "iss": "https://auth.example.org", "session_state": "whatever"}
    response = await anyone.get(CALLBACK, params=query)
    assert response.status_code == 200
    assert "Signed in" in response.text
    assert told() == [{"code": CODE, "state": STATE, "iss": "https://auth.example.org"}]
    assert agent.asked(TARGET)[0].headers["authorization"] == f"Bearer {TOKEN}"


async def test_page_holds_to_the_policy(anyone: httpx.AsyncClient, agent: Upstream) -> None:
    """It has no script and no style, is not kept, cannot be framed, and shows nothing that was sent."""
    agent.handlers[TARGET] = answering(200, {"server": "<b>notes</b>"})  # type: ignore[assignment]
    response = await anyone.get(CALLBACK, params={"code": "<script>alert(1)</script>", "state": STATE})
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.headers["cache-control"] == "no-store"
    assert "frame-ancestors 'none'" in response.headers["content-security-policy"]
    assert not any(word in response.text for word in ("<script", "<style", "style=", "alert", STATE, "<b>"))


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("mcp_sign_in_unknown", "never was"),
        ("mcp_sign_in_denied", "refused"),
        ("mcp_sign_in_failed", "did not give access"),
        ("something_new", "went wrong"),
    ],
)
async def test_what_went_wrong_is_said(anyone: httpx.AsyncClient, agent: Upstream, code: str, words: str) -> None:
    """Each way to fail has its sentence, and the agent's detail is not shown."""
    agent.handlers[TARGET] = answering(409, {"code": code, "detail": "a detail"})  # type: ignore[assignment]
    response = await anyone.get(CALLBACK, params={"code": CODE, "state": STATE})
    assert response.status_code == 409
    assert words in response.text
    assert "a detail" not in response.text


async def test_denial_is_handed_on(
    anyone: httpx.AsyncClient, agent: Upstream, told: Callable[[], list[dict[str, str]]]
) -> None:
    """A person who says no comes back with an error instead of a code; its prose stays behind."""
    agent.handlers[TARGET] = answering(409, {"code": "mcp_sign_in_denied"})  # type: ignore[assignment]
    query = {"error": "access_denied", "error_description": "<i>no</i>", "state": STATE}
    response = await anyone.get(CALLBACK, params=query)
    assert "refused" in response.text
    assert told() == [{"error": "access_denied", "state": STATE}]


@pytest.mark.parametrize(
    "query",
    [
        "",
        f"state={STATE}",
        f"code={CODE}",
        f"code={CODE}&state=short",
        f"code={CODE}&state={STATE}%0a",
        f"code={CODE}&state={'s' * 129}",
        f"code={CODE}&state={STATE}&state={STATE}",
        f"code={CODE}&code={CODE}&state={STATE}",
        f"code={CODE}&error=access_denied&state={STATE}",
        f"code={'c' * 4097}&state={STATE}",
        f"code=%00&state={STATE}",
        f"code={CODE}&state={STATE}&iss={'i' * 2049}",
        f"error=access%20denied&state={STATE}",
    ],
)
async def test_what_is_no_answer_goes_no_further(anyone: httpx.AsyncClient, agent: Upstream, query: str) -> None:
    """Missing, doubled, overlong and odd values end here, with a page and 400."""
    response = await anyone.get(f"{CALLBACK}?{query}")
    assert response.status_code == 400
    assert "no answer to one" in response.text
    assert not agent.asked(TARGET)


async def test_guessing_is_slowed_down(anyone: httpx.AsyncClient, agent: Upstream) -> None:
    """After five failures from one address the agent is asked no more, and the page says to wait."""
    agent.handlers[TARGET] = answering(400, {"code": "mcp_sign_in_unknown"})  # type: ignore[assignment]
    codes = [(await anyone.get(CALLBACK, params={"code": CODE, "state": STATE})).status_code for _ in range(7)]
    assert codes == [400] * 5 + [429] * 2
    assert len(agent.asked(TARGET)) == 5


async def test_agent_that_is_down(anyone: httpx.AsyncClient, agent: Upstream) -> None:
    """The page says so; the person can start again."""
    await agent.stop()
    response = await anyone.get(CALLBACK, params={"code": CODE, "state": STATE})
    assert response.status_code == 503
    assert "cannot be reached" in response.text


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
async def test_only_navigation_ends_a_sign_in(script: httpx.AsyncClient, agent: Upstream, method: str) -> None:
    """It takes no other method; nor does the proxy pass anything on to the agent's endpoint."""
    assert (await script.request(method, CALLBACK)).status_code in {403, 405}
    assert (await script.request(method, "/api/agent/mcp/oauth/callback", json={})).status_code in {404, 405}
    assert not agent.asked(TARGET)


async def test_client_document(settings: Callable[..., Settings], static: Path, anyone: httpx.AsyncClient) -> None:
    """Published under https, the dashboard says what it is to authorization servers; otherwise there is no such."""
    assert (await anyone.get("/oauth/client.json")).status_code == 404
    app = create_app(settings(DASHBOARD_URL="https://binnacle.example.org/x", DASHBOARD_ROOT_PATH="/x"), static=static)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        document = (await client.get("/oauth/client.json")).json()
    assert document["client_id"] == "https://binnacle.example.org/x/oauth/client.json"
    assert document["redirect_uris"] == ["https://binnacle.example.org/x/oauth/callback"]
    assert document["token_endpoint_auth_method"] == "none"
