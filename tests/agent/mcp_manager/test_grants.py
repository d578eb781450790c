"""What is kept of a sign-in, when more than one wants to keep something."""

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
