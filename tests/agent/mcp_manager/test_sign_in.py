"""Signing in to a real MCP server at a real authorization server: what a person and an operator can rely on."""

import asyncio
import json
import logging
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import pytest
from agent_runner.mcp_manager.errors import (
    CallRefused,
    InvalidServer,
    NeedsSignIn,
    ServerNotFound,
    SignInDenied,
    SignInFailed,
    SignInUnknown,
)
from agent_runner.mcp_manager.types import OwnClient, ServerSpec
from kit.problems import Problem

from tests.agent.mcp_manager.authorities import World, by_hand, came_back, refused, world

KEY = "mcp/notes/oauth"


@pytest.fixture
async def signed_out(tmp_path: Path) -> AsyncGenerator[World]:
    async with world(tmp_path) as made:
        await made.asks()
        yield made


@pytest.fixture
async def signed_in(tmp_path: Path) -> AsyncGenerator[World]:
    async with world(tmp_path) as made:
        await made.sign_in()
        yield made


async def call(made: World) -> str:
    """Use the server."""
    return str(await made.host.manager.call("notes", "add", {"text": "milk"}))


async def test_sign_in_from_link_to_call(signed_out: World) -> None:
    """A server that asks for it waits in `needs_sign_in`; after the sign-in its tools are there and work."""
    made = signed_out
    with pytest.raises(NeedsSignIn):
        await call(made)
    assert await made.sign_ins.finish(await came_back(await made.link())) == "notes"
    state = await made.host.ready("notes")
    assert [tool.name for tool in state.tools] == ["add", "tell", "hold"]
    assert "noted: milk" in await call(made)


async def test_link_is_built_safely(signed_out: World) -> None:
    """PKCE with S256, a state of 256 bits, the resource that is meant, and our own callback."""
    link = await signed_out.link()
    for part in ("code_challenge_method=S256", "response_type=code", "resource=http", "scope=notes"):
        assert part in link
    state = link.partition("state=")[2].partition("&")[0]
    assert len(state) >= 43


async def test_state_works_once(signed_out: World) -> None:
    """The same answer a second time is refused, and changes nothing."""
    made = signed_out
    answer = await came_back(await made.link())
    await made.sign_ins.finish(answer)
    with pytest.raises(SignInUnknown):
        await made.sign_ins.finish(answer)
    await made.host.ready("notes")


async def test_wrong_code_uses_the_state_up(signed_out: World) -> None:
    """Whoever tries a code of their own has one try."""
    made = signed_out
    answer = await came_back(await made.link())
    with pytest.raises(SignInFailed):
        await made.sign_ins.finish(replace(answer, code="made-up"))
    with pytest.raises(SignInUnknown):
        await made.sign_ins.finish(answer)
    assert made.host.manager.server("notes").status == "needs_sign_in"


@pytest.mark.parametrize("state", ["", "made-up", "x" * 43])
async def test_unknown_state_is_refused(signed_out: World, state: str) -> None:
    """Nobody gets in without a link of ours; one that is under way is not disturbed."""
    made = signed_out
    answer = await came_back(await made.link())
    with pytest.raises(SignInUnknown):
        await made.sign_ins.finish(replace(answer, state=state))
    await made.sign_ins.finish(answer)


async def test_second_link_ends_the_first(signed_out: World) -> None:
    """One sign-in a server: the older link leads nowhere."""
    made = signed_out
    first = await came_back(await made.link())
    second = await came_back(await made.link())
    with pytest.raises(SignInUnknown):
        await made.sign_ins.finish(first)
    await made.sign_ins.finish(second)


async def test_denial(signed_out: World) -> None:
    """A person who says no is told so; the server goes on to wait, and the state is used up."""
    made = signed_out
    answer = replace(await came_back(await made.link()), code=None, error="access_denied")
    with pytest.raises(SignInDenied, match="access_denied"):
        await made.sign_ins.finish(answer)
    with pytest.raises(SignInUnknown):
        await made.sign_ins.finish(answer)
    assert made.host.manager.server("notes").status == "needs_sign_in"


async def test_changed_address_ends_the_sign_in(signed_out: World) -> None:
    """An answer that was meant for another address is not used."""
    made = signed_out
    answer = await came_back(await made.link())
    await made.host.manager.update("notes", replace(made.spec, url="http://127.0.0.1:1/mcp"))
    with pytest.raises(SignInFailed, match="changed meanwhile"):
        await made.sign_ins.finish(answer)
    assert not made.authority.access


async def test_token_outlives_the_connection(signed_in: World) -> None:
    """After a restart nobody is asked again."""
    made = signed_in
    made.door.asked.clear()
    await made.host.manager.restart("notes")
    await made.host.until("notes", lambda state: state.connects == 2)
    assert not made.door.asked


async def test_token_goes_to_no_other_address(signed_in: World) -> None:
    """What was granted for one address is not sent to another."""
    made = signed_in
    await made.host.manager.update("notes", replace(made.spec, url=f"{made.notes.url}/mcp?of=another"))
    await made.asks()


async def test_expired_token_is_refreshed(signed_in: World) -> None:
    """At the authorization server, also by a manager that never spoke with it before; calls go on."""
    made = signed_in
    made.authority.access.clear()
    await made.kept.change({KEY: json.dumps(json.loads(made.stored()) | {"expires_at": 1})})
    made.door.asked.clear()
    await made.host.manager.restart("notes")
    await made.host.until("notes", lambda state: state.connects == 2)
    assert "noted" in await call(made)
    assert made.door.asked == [("POST", "/token")]


async def test_token_that_is_never_good_for_long(tmp_path: Path) -> None:
    """An authorization server that gives out what has expired by its own word is taken at its deed."""
    async with world(tmp_path) as made:
        made.authority.expires_in = 0
        await made.sign_in()
        assert "noted" in await call(made)


async def test_token_that_is_refused_is_refreshed(signed_in: World) -> None:
    """A token may end before its time; a person is asked only when refreshing does not help."""
    made = signed_in
    made.authority.access.clear()
    assert "noted" in await call(made)
    assert made.authority.refreshed == 1


async def test_many_calls_refresh_once(signed_in: World) -> None:
    """Calls at the same time share one new token."""
    made = signed_in
    made.authority.access.clear()
    results = await asyncio.gather(*(call(made) for _ in range(8)))
    assert all("noted" in result for result in results)
    assert made.authority.refreshed == 1


async def test_failed_refresh_needs_a_person(signed_in: World) -> None:
    """The call was not carried out, says so, and the server waits with what was refused forgotten."""
    made = signed_in
    made.authority.access.clear()
    made.authority.refuse_refresh = True
    with pytest.raises(NeedsSignIn):
        await call(made)
    assert made.host.manager.server("notes").status == "needs_sign_in"
    assert "access-" not in made.stored()
    made.authority.refuse_refresh = False
    await made.sign_in()
    assert "noted" in await call(made)


@pytest.mark.parametrize("passing", [False, True])
async def test_call_turned_away_leaves_the_others_alone(signed_in: World, passing: bool) -> None:
    """What a server has begun to work on comes to its end when it takes the token no more; only new calls wait."""
    made = signed_in
    held = asyncio.create_task(made.host.manager.call("notes", "hold", {}))
    await made.authority.holding.wait()
    made.authority.access.clear()
    if passing:
        made.door.answers["/token"] = refused(503)
    else:
        made.authority.refuse_refresh = True
    for _ in range(2):
        with pytest.raises(Problem):
            await call(made)
    status = made.host.manager.server("notes").status
    assert status in {"failing", "open"} if passing else status == "needs_sign_in"
    assert not held.done()
    made.authority.let_go.set()
    assert "held" in str(await held)
    made.door.answers.clear()
    made.authority.refuse_refresh = False
    if not passing:
        await made.sign_in()
    await made.host.ready("notes")
    assert "noted" in await call(made)


async def test_authority_that_is_down_costs_no_sign_in(signed_in: World) -> None:
    """While tokens cannot be refreshed for a passing reason nobody is sent to sign in, and it heals by itself."""
    made = signed_in
    made.door.answers["/token"] = refused(503, error="temporarily_unavailable")
    made.authority.access.clear()
    with pytest.raises(Problem) as failed:
        await call(made)
    assert failed.value.code != NeedsSignIn.code
    state = await made.host.until("notes", lambda state: state.status in {"failing", "open"})
    assert "503" in (state.last_error or "")
    del made.door.answers["/token"]
    await made.host.ready("notes")
    assert "noted" in await call(made)


async def test_authority_that_is_down_at_the_start(signed_out: World) -> None:
    """Starting and ending a sign-in say in words what cannot be reached."""
    made = signed_out
    answer = await came_back(await made.link())
    made.door.answers["/token"] = refused(500)
    with pytest.raises(SignInFailed, match="500"):
        await made.sign_ins.finish(answer)
    made.door.answers["/.well-known/oauth-authorization-server"] = refused(503)
    made.door.answers["/register"] = refused(503)
    made.kept._values = {}
    with pytest.raises(SignInFailed):
        await made.link()


async def test_authority_that_lies_about_its_name(tmp_path: Path) -> None:
    """Metadata in another's name is refused, and nobody is sent there."""
    async with world(tmp_path) as made:
        lie = {"issuer": "https://bank.example", "authorization_endpoint": f"{made.door.url}/authorize"}
        made.door.answers["/.well-known/oauth-authorization-server"] = refused(
            200, **lie, token_endpoint=f"{made.door.url}/token"
        )
        state = await made.host.until("notes", lambda state: state.last_error is not None)
        assert "issuer mismatch" in (state.last_error or "")
        with pytest.raises(SignInFailed, match="issuer mismatch"):
            await made.link()
        assert ("POST", "/register") not in made.door.asked


async def test_answer_in_anothers_name(signed_out: World) -> None:
    """A code that another issuer gave out is not exchanged, and the name that was sent is not shown."""
    made = signed_out
    answer = replace(await came_back(await made.link()), iss="https://evil.example/<b>")
    with pytest.raises(SignInFailed) as failed:
        await made.sign_ins.finish(answer)
    assert "iss mismatch" in failed.value.detail
    assert "evil" not in failed.value.detail
    assert ("POST", "/token") not in made.door.asked


@pytest.mark.parametrize(
    ("endpoint", "address", "why"),
    [
        ("token_endpoint", "http://auth.example.org/token", "not https"),
        ("registration_endpoint", "http://auth.example.org/register", "not https"),
        ("authorization_endpoint", "http://auth.example.org/authorize", "not https"),
        ("authorization_endpoint", "https://someone:secret@auth.example.org/authorize", "user name"),
    ],
)
async def test_unsafe_endpoint_is_refused(tmp_path: Path, endpoint: str, address: str, why: str) -> None:
    """Codes, tokens and people go nowhere that does not speak TLS, or pretends to be somebody."""
    async with world(tmp_path) as made:
        door = made.door.url
        metadata = {
            "issuer": f"{door}/",
            "authorization_endpoint": f"{door}/authorize",
            "token_endpoint": f"{door}/token",
            "registration_endpoint": f"{door}/register",
        }
        made.door.answers["/.well-known/oauth-authorization-server"] = refused(200, **metadata | {endpoint: address})
        with pytest.raises(SignInFailed, match=why):
            await made.sign_ins.finish(await came_back(await made.link()))
        assert "secret" not in str(made.host.manager.server("notes").last_error)


async def test_sign_out_revokes_and_forgets(signed_in: World) -> None:
    """Both tokens are revoked and nothing of them is kept; the server waits for the next sign-in."""
    made = signed_in
    held = {*made.authority.access, *made.authority.refresh}
    await made.sign_ins.sign_out("notes")
    await made.asks()
    assert set(made.authority.revoked) == held
    assert not any(token in made.stored() for token in held)
    await made.sign_in()


async def test_sign_out_without_the_authority(signed_in: World) -> None:
    """What cannot be revoked is forgotten all the same."""
    made = signed_in
    made.door.answers["/revoke"] = refused(503)
    await made.sign_ins.sign_out("notes")
    await made.asks()
    assert "access-" not in made.stored()


async def test_removed_server_leaves_no_token(signed_in: World) -> None:
    """Removing a server forgets its sign-in, and ends one under way."""
    made = signed_in
    answer = await came_back(await made.link())
    await made.host.manager.remove("notes")
    assert not made.stored()
    with pytest.raises(ServerNotFound):
        await made.sign_ins.finish(answer)
    assert not made.stored()


async def test_own_client(tmp_path: Path) -> None:
    """Where nobody can register, a person gives the client's id and secret; they outlive a sign-out."""
    async with world(tmp_path) as made:
        made.door.answers["/register"] = refused(403, error="access_denied")
        await made.host.until("notes", lambda state: state.last_error is not None)
        made.authority.clients["mine"] = by_hand("mine", "the-client-secret")
        with pytest.raises(SignInFailed, match="refuses: 403 access_denied"):
            await made.link()
        for given in (OwnClient("mine", "the-client-secret"), None):
            await made.sign_ins.finish(await came_back(await made.link(given)))
            await made.host.ready("notes")
            await made.sign_ins.sign_out("notes")
            await made.asks()
        assert ("POST", "/register") in made.door.asked


async def test_no_secret_comes_out(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """Codes and tokens are in no log, state, log tail or error, also when either server quotes them."""
    caplog.set_level(logging.DEBUG, logger="mcp")
    problems: list[str] = []
    async with world(tmp_path) as made:
        await made.sign_in()
        with pytest.raises(CallRefused, match=r"I was given \*\*\*") as quoted:
            await made.host.manager.call("notes", "tell", {})
        problems.append(quoted.value.detail)
        made.authority.access.clear()
        made.authority.refuse_refresh = True
        with pytest.raises(NeedsSignIn) as failed:
            await call(made)
        problems.append(failed.value.detail)
        answer = await came_back(await made.link())
        made.door.answers["/token"] = refused(400, error="invalid_grant", error_description=f"no such {answer.code}")
        with pytest.raises(SignInFailed) as failed_again:
            await made.sign_ins.finish(answer)
        problems.append(failed_again.value.detail)
        shown = [*problems, caplog.text, *capsys.readouterr(), repr(made.host.manager.server("notes"))]
        shown += [repr(made.host.manager.log_tail("notes")), repr(made.host.heard.troubles), repr(answer)]
        assert len(made.authority.seen) >= 4
        for secret in made.authority.seen:
            assert not any(secret in text for text in shown), secret


async def test_servers_that_cannot_sign_in(tmp_path: Path) -> None:
    """A stdio server, one with a token of its own, and one that asks for nothing say why; an unknown one is none."""
    async with world(tmp_path) as made:
        manager, start = made.host.manager, made.sign_ins.start
        await manager.add(ServerSpec("here", "stdio", command="true", enabled=False))
        await manager.add(replace(made.spec, name="token", headers={"Authorization": "Bearer x"}, enabled=False))
        made.notes.answers["/open"] = refused(200)
        await manager.add(replace(made.spec, name="open", url=f"{made.notes.url}/open", enabled=False))
        for name, error in (
            ("here", InvalidServer),
            ("token", InvalidServer),
            ("open", SignInFailed),
            ("nobody", ServerNotFound),
        ):
            with pytest.raises(error):
                await start(name)
