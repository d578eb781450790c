"""The dashboard's settings: the one place that reads the environment."""

import re
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated, Self, TypeAlias
from urllib.parse import urlsplit

from kit.settings import CommaSeparated, Port, ServiceSettings
from pydantic import AfterValidator, Field, SecretStr, field_validator, model_validator

Network: TypeAlias = IPv4Network | IPv6Network

_ANY_ADDRESS = frozenset({"0.0.0.0", "::"})
_ROOT_PATH = re.compile(r"(/[A-Za-z0-9._~-]+)*")


def _http_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("must be an address such as http://127.0.0.1:8081")
    return text.rstrip("/")


HttpUrl = Annotated[str, AfterValidator(_http_url)]


class Settings(ServiceSettings):
    """Where the dashboard listens, whom it speaks for, and who may log in."""

    port: Port = Field(8080, validation_alias="DASHBOARD_PORT")
    agent_url: HttpUrl = Field("http://127.0.0.1:8081", validation_alias="AGENT_URL")
    tracker_url: HttpUrl = Field("http://127.0.0.1:8082", validation_alias="TRACKER_URL")
    public_url: HttpUrl | None = Field(None, validation_alias="DASHBOARD_URL")
    """The address that people type, for login links; by default this machine's own."""
    password: SecretStr | None = Field(None, validation_alias="DASHBOARD_PASSWORD")
    viewer_password: SecretStr | None = Field(None, validation_alias="DASHBOARD_VIEWER_PASSWORD")
    allowed_hosts: CommaSeparated = Field((), validation_alias="DASHBOARD_ALLOWED_HOSTS")
    root_path: str = Field("", validation_alias="DASHBOARD_ROOT_PATH")
    """The path under which a reverse proxy shows the dashboard, such as `/binnacle`."""
    trusted_proxies: CommaSeparated = Field((), validation_alias="DASHBOARD_TRUSTED_PROXIES")
    """Addresses or networks whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed."""
    print_link: bool = Field(False, validation_alias="DASHBOARD_PRINT_LINK")
    """Print a login link at every start: for containers, whose log is where people look."""

    @field_validator("root_path")
    @classmethod
    def _tidy_root_path(cls, value: str) -> str:
        path = value.rstrip("/")
        if not _ROOT_PATH.fullmatch(path):
            raise ValueError("must be a path such as /binnacle")
        return path

    @field_validator("trusted_proxies")
    @classmethod
    def _only_networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for text in value:
            ip_network(text, strict=False)  # raises ValueError with a reason that fits one line
        return value

    @model_validator(mode="after")
    def _two_passwords(self) -> Self:
        if self.password is not None and self.password == self.viewer_password:
            raise ValueError("DASHBOARD_VIEWER_PASSWORD must differ from DASHBOARD_PASSWORD")
        return self

    @property
    def proxy_networks(self) -> tuple[Network, ...]:
        """`trusted_proxies`, parsed."""
        return tuple(ip_network(text, strict=False) for text in self.trusted_proxies)

    @property
    def login_url(self) -> str:
        """Where the page takes a one-time code."""
        return f"{self.base_url}/login"

    @property
    def base_url(self) -> str:
        """The address that people type."""
        base = self.public_url or f"http://localhost:{self.port}"
        return f"{base.removesuffix(self.root_path)}{self.root_path}"

    @property
    def known_hosts(self) -> tuple[str, ...]:
        """Host names that are answered, beside the loopback ones."""
        public = urlsplit(self.public_url or "").hostname
        own = [name for name in (public, self.host) if name and name not in _ANY_ADDRESS]
        return ("dashboard", *own, *self.allowed_hosts)
