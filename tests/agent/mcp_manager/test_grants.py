"""What is kept of a sign-in, when more than one wants to keep something."""

import asyncio
from pathlib import Path

from agent_runner.mcp_manager.grants import Keeper, load_grant, registered
from agent_runner.mcp_manager.secret_file import SecretFile

URL = "https://notes.example/mcp"
BACK = "http://localhost:8080/oauth/callback"


async def test_a_late_registration_takes_nothing_from_whoever_signed_in(tmp_path: Path) -> None:
    """A connection registers by itself; when somebody signed in meanwhile, their client stays."""
    secrets = SecretFile(tmp_path / "secrets.json")
    connection = Keeper(secrets, "notes", load_grant(secrets, "notes", URL, BACK))
    sign_in = Keeper(secrets, "notes", load_grant(secrets, "notes", URL, BACK))
    await sign_in.set_client_info(registered("mine", "a-secret", BACK))
    await connection.set_client_info(registered("by-itself", None, BACK))
    kept = load_grant(secrets, "notes", URL, BACK).client
    assert kept is not None
    assert kept.client_id == "mine"
    await sign_in.set_client_info(registered("again", None, BACK))
    renewed = load_grant(secrets, "notes", URL, BACK).client
    assert renewed is not None
    assert renewed.client_id == "again"


async def test_of_two_at_the_same_moment_the_person_wins(tmp_path: Path) -> None:
    """While a sign-in is on its way to the disk, a registration or a refusal of before does not come after it."""
    secrets = SecretFile(tmp_path / "secrets.json")
    for late in ("registers", "is refused"):
        connection = Keeper(secrets, "notes", load_grant(secrets, "notes", URL, BACK))
        sign_in = Keeper(secrets, "notes", load_grant(secrets, "notes", URL, BACK))
        signing_in = asyncio.create_task(sign_in.set_client_info(registered(f"mine, {late}", "a-secret", BACK)))
        await asyncio.sleep(0)
        if late == "registers":
            await connection.set_client_info(registered("by-itself", None, BACK))
        else:
            await connection.refused(client_too=True)
        await signing_in
        kept = load_grant(secrets, "notes", URL, BACK).client
        assert kept is not None
        assert kept.client_id == f"mine, {late}"
