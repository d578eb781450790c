"""What the MCP manager needs from the rest of the agent. All but `SecretStore` and `ServerStore` may be left out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeAlias

from agent_runner.mcp_manager.types import (
    Answer,
    Breaker,
    Progress,
    Question,
    Sample,
    SampleRequest,
    ServerSpec,
    Trouble,
)

if TYPE_CHECKING:
    import httpx2  # comes with the SDK: 20 ms that an agent without remote servers need not pay

OnProgress: TypeAlias = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class Stored:
    """What is kept of all servers. `breakers` and `enabled` also hold servers of the configuration file."""

    specs: Sequence[ServerSpec]
    breakers: Mapping[str, Breaker]
    enabled: Mapping[str, bool]
    """Whether a person switched it on or off, where that differs from the definition."""


class ServerStore(Protocol):
    """Keeps definitions and breakers over restarts. All raise `StorageUnavailable`."""

    async def load(self) -> Stored:
        """Everything, definitions in the order they were added."""
        ...

    async def save(self, spec: ServerSpec) -> None:
        """Put a definition of origin `api`, new or changed."""
        ...

    async def remove(self, name: str) -> None:
        """Forget a server with all that is kept of it."""
        ...

    async def save_breaker(self, name: str, breaker: Breaker) -> None:
        """Keep the breaker's state."""
        ...

    async def save_enabled(self, name: str, enabled: bool) -> None:
        """Keep that a person switched the server on or off."""
        ...


class SecretStore(Protocol):
    """Values that are written and used, and never shown. Raises `StorageUnavailable`."""

    def get(self, key: str) -> str | None:
        """The secret; None when there is none of that key."""
        ...

    async def change(
        self, changes: Mapping[str, str | None], *, expected: Mapping[str, str | None] | None = None
    ) -> bool:
        """Put these, and delete those that are None, all or nothing, on disk when it returns.

        False, and nothing is changed, where something `expected` is not what there is by then.
        """
        ...

    def keys(self, prefix: str) -> Sequence[str]:
        """The keys that begin so."""
        ...


class Asker(Protocol):
    """Asks a person on behalf of a server."""

    async def ask(self, question: Question) -> Answer:
        """Wait for the answer, however long; cancelled when nobody needs it any more."""
        ...


class Sampler(Protocol):
    """Answers a server with a model, for servers whose definition allows it."""

    async def sample(self, request: SampleRequest) -> Sample:
        """Raises `SamplingRefusedError` with the reason."""
        ...


class SamplingRefusedError(Exception):
    """The server gets no answer from a model; the message says why."""


class Listener(Protocol):
    """Is told what happens, on the event loop. Must return at once and not raise."""

    def changed(self, name: str) -> None:
        """The state of a server changed, or it came or went: `McpManager.server` knows."""
        ...

    def trouble(self, trouble: Trouble) -> None:
        """A server or call failed. A tool's own error is none."""
        ...


class SignInRequiredError(Exception):
    """Raised by an `AuthFactory`'s auth where a person must sign in first: the server goes to `needs_sign_in`.

    After the sign-in, `McpManager.restart` connects it.
    """


class AuthFactory(Protocol):
    """Gives the HTTP authentication of remote servers, such as OAuth."""

    def auth_for(self, spec: ServerSpec) -> "httpx2.Auth | None":
        """Called for each connection; None for none. A header `Authorization` of the definition comes first."""
        ...


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the servers' connections are given. `environment` is what `${VARIABLE}` may refer to: no secret of ours."""

    secrets: SecretStore
    environment: Mapping[str, str]
    folder: Path
    """The agent's own data folder; it names whose children the processes are."""
    private: Sequence[Path] = ()
    """Files and folders that the processes are kept from, where the system can do it."""
    asker: Asker | None = None
    sampler: Sampler | None = None
    listener: Listener | None = None
    auth: AuthFactory | None = None
