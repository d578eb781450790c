"""The agent's settings: the one place that reads the environment."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from kit.settings import CommaSeparated, Port, ServiceSettings, SettingsError
from pydantic import AfterValidator, Field

from agent_runner.mcp_manager.auth import OAuthSettings
from agent_runner.models.providers import ModelSettings, model_settings

_SERVICES = ("agent", "tracker", "dashboard")
_OURS = ("BINNACLE_", "AGENT_", "TRACKER_", "DASHBOARD_")


def _http_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("must be an address such as http://127.0.0.1:8082")
    return text.rstrip("/")


def _https_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme != "https" or not parts.hostname or parts.path in {"", "/"}:
        raise ValueError("must be an https address with a path, such as https://example.org/binnacle.json")
    return text


def _sqlite_only(text: str) -> str:
    if not text.startswith("sqlite:///"):
        raise ValueError("this version keeps its data in SQLite; give sqlite:///PATH")
    return text


class Settings(ServiceSettings):
    """Where the agent listens, what it may touch, and where it stops."""

    port: Port = Field(8081, validation_alias="AGENT_PORT")
    tracker_url: Annotated[str, AfterValidator(_http_url)] = Field(
        "http://127.0.0.1:8082", validation_alias="TRACKER_URL"
    )
    allowed_hosts: CommaSeparated = Field((), validation_alias="AGENT_ALLOWED_HOSTS")
    workspace: Path | None = Field(None, validation_alias="AGENT_WORKSPACE")
    database_url: Annotated[str, AfterValidator(_sqlite_only)] | None = Field(
        None, validation_alias="AGENT_DATABASE_URL"
    )
    max_runs: int = Field(64, ge=1, le=10_000, validation_alias="AGENT_MAX_RUNS")
    """How many runs work at once; those that wait for a person do not count."""
    max_waiting: int = Field(10_000, ge=0, le=1_000_000, validation_alias="AGENT_MAX_WAITING_RUNS")
    max_steps: int = Field(30, ge=1, le=1_000, validation_alias="AGENT_MAX_STEPS")
    """Model calls of one run."""
    max_tokens: int = Field(1_000_000, ge=1, validation_alias="AGENT_MAX_TOKENS")
    max_seconds: float = Field(1_800.0, gt=0, validation_alias="AGENT_MAX_SECONDS")
    context_chars: int = Field(400_000, ge=4_000, validation_alias="AGENT_CONTEXT_CHARS")
    """Size of a request from which a conversation is compacted."""
    fetch_private: bool = Field(False, validation_alias="AGENT_FETCH_PRIVATE")
    """Let the fetch tool reach this machine and the local network."""
    mcp_config: Path | None = Field(None, validation_alias="AGENT_MCP_CONFIG")
    """A file with MCP servers, in the JSON that other clients use; by default `mcp.json` in the agent's own folder."""
    tool_tokens: int = Field(10_000, ge=0, validation_alias="AGENT_TOOL_TOKENS")
    """What the definitions of MCP tools may cost in a prompt; past that a model searches for them."""
    dashboard_url: Annotated[str, AfterValidator(_http_url)] | None = Field(None, validation_alias="DASHBOARD_URL")
    """The address that people type: where authorization servers send them back to. By default this machine's own."""
    dashboard_port: Port = Field(8080, validation_alias="DASHBOARD_PORT")
    dashboard_root: str = Field("", validation_alias="DASHBOARD_ROOT_PATH")
    oauth_client_url: Annotated[str, AfterValidator(_https_url)] | None = Field(
        None, validation_alias="AGENT_OAUTH_CLIENT_URL"
    )
    """Where our client metadata document can be read by authorization servers that take one for a registration."""
    body_limit: int = Field(1 << 20, ge=1_024, validation_alias="AGENT_BODY_LIMIT")
    chat_body_limit: int = Field(8 << 20, ge=1_024, validation_alias="AGENT_CHAT_BODY_LIMIT")
    upload_limit: int = Field(10 << 20, ge=1_024, validation_alias="AGENT_UPLOAD_LIMIT")
    """Bytes of an uploaded file, and of an imported configuration."""

    @classmethod
    def load(cls) -> Self:
        """Read the environment. Raises `SettingsError` with the first thing that is wrong."""
        settings = super().load()
        settings.check_workspace()
        return settings

    @property
    def workspace_dir(self) -> Path:
        """The folder that the tools work in."""
        return (self.workspace or self.data_dir / "workspace").absolute()

    @property
    def oauth(self) -> OAuthSettings:
        """What we are to authorization servers; the dashboard serves the end of the redirect."""
        root = self.dashboard_root.rstrip("/")
        base = self.dashboard_url or f"http://localhost:{self.dashboard_port}"
        return OAuthSettings(f"{base.removesuffix(root)}{root}/oauth/callback", self.oauth_client_url)

    def check_workspace(self) -> None:
        """The token and the services' data must be out of the tools' reach. Raises `SettingsError`."""
        folder, data = self.workspace_dir.resolve(), self.data_dir.resolve()
        held = [data, *([self.token_file.resolve()] if self.token_file else [])]
        for path in held:
            if path.is_relative_to(folder):
                fix = f"{folder} contains {path}, which the tools must not reach; set it to a folder of its own"
                raise SettingsError("AGENT_WORKSPACE", fix)
        if any(folder.is_relative_to(data / name) for name in _SERVICES):
            fix = f"{folder} is where a service keeps its data; set it to a folder of its own"
            raise SettingsError("AGENT_WORKSPACE", fix)


def lent_environment() -> Mapping[str, str]:
    """What MCP servers may be given of our environment, where their definitions ask for it: no setting of ours."""
    return {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}


def load_models() -> ModelSettings:
    """The providers that the environment offers. Raises `SettingsError`."""
    return model_settings(os.environ)
