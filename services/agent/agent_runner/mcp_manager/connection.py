"""One connection to one server: a task that owns the SDK's client, from the handshake to the end.

The SDK cancels whichever task entered a client when its HTTP server dies, and tells nobody when a `stdio` server does.
So the client lives in a task of its own, whose end is the connection's end; callers only ever wait for futures.
"""

import asyncio
import contextlib
from collections.abc import Callable, Generator
from dataclasses import replace
from typing import TYPE_CHECKING, Literal, TypeAlias

import anyio
import mcp_types as sdk
from mcp.client.client import Client
from mcp.client.subscriptions import (
    PromptsListChanged,
    ResourcesListChanged,
    ServerEvent,
    SubscriptionLost,
    ToolsListChanged,
)
from mcp.shared.exceptions import MCPError
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from agent_runner import VERSION
from agent_runner.mcp_manager import catalogue, questions
from agent_runner.mcp_manager.catalogue import Catalogue
from agent_runner.mcp_manager.context import Context
from agent_runner.mcp_manager.errors import ConnectFailedError
from agent_runner.mcp_manager.failures import Evidence, failure_of, is_about_sign_in, is_lost
from agent_runner.mcp_manager.http import http_transport, sse_transport
from agent_runner.mcp_manager.logs import Redactor
from agent_runner.mcp_manager.processes import Child
from agent_runner.mcp_manager.secrets import Resolved, resolve
from agent_runner.mcp_manager.stdio import stdio_transport
from agent_runner.mcp_manager.types import ServerSpec
from agent_runner.mcp_manager.watched import watched

if TYPE_CHECKING:
    from mcp.client._transport import Transport

CHECK_S = 5.0
CLOSE_S = 2.0
_GRACE_S = 0.4
_GATHER_S = 0.05
_REST_S = 1.0
_LISTEN_AGAIN_S = 5.0
_UNCONFINED = "here it can read what the agent's user can, the token too; in the containers it cannot"
_ME = sdk.Implementation(name="binnacle", version=VERSION)
Kind: TypeAlias = Literal["tools", "resources", "prompts"]
_KINDS: dict[type[object], Kind] = {
    sdk.ToolListChangedNotification: "tools",
    sdk.ResourceListChangedNotification: "resources",
    sdk.PromptListChangedNotification: "prompts",
    ToolsListChanged: "tools",
    ResourcesListChanged: "resources",
    PromptsListChanged: "prompts",
}


class Connection:
    """Open it once; `lost` is set when it takes no more requests, and `reason` says why.

    Mostly it has ended then. Where only new requests are turned away (`turned_away`), those under way may go on.
    """

    def __init__(self, spec: ServerSpec, context: Context, on_change: Callable[[], None]) -> None:
        """`on_change` is called when the catalogue has changed, and when the connection is lost."""
        self._spec = spec
        self._context = context
        self._on_change = on_change
        self._client: Client | None = None
        self._child: Child | None = None
        self._status: int | None = None
        self._authorization: str | None = None
        self._over = asyncio.Event()
        self._stale: set[Kind] = set()
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._is_open = False
        self.catalogue = Catalogue()
        self.lost = asyncio.Event()
        self.reason: Exception | None = None
        self.turned_away = False
        self._carried = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._guess: Exception | None = None

    @property
    def client(self) -> Client:
        """The SDK's client, once open."""
        assert self._client is not None
        return self._client

    @property
    def pid(self) -> int | None:
        """The process of a `stdio` server."""
        return self._child.pid if self._child else None

    @property
    def over(self) -> bool:
        """No answer comes over it any more."""
        return self._over.is_set()

    @contextlib.contextmanager
    def carrying(self) -> Generator[None]:
        """While the block runs, a request is under way."""
        self._carried += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._carried -= 1
            if self._carried == 0:
                self._idle.set()

    async def open(self, timeout_s: float) -> None:
        """Connect and list what there is. Raises `ConnectFailedError`, `SignInRequiredError`, `UnresolvedError`."""
        opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._task = asyncio.create_task(self._own(opened), name=f"mcp:{self._spec.name}")
        try:
            async with asyncio.timeout(timeout_s):
                await asyncio.wait({self._task, opened}, return_when=asyncio.FIRST_COMPLETED)
        except TimeoutError:
            await self.close()
            raise self._timed_out(timeout_s) from None
        except asyncio.CancelledError:
            await self.close()
            raise
        if not opened.done():
            await self.close()
            raise self.reason or ConnectFailedError("it ended the connection at once")

    def _timed_out(self, timeout_s: float) -> ConnectFailedError:
        words = self._context.log.last_words()
        return ConnectFailedError(
            f"it did not answer within {timeout_s:g} s" + (f"; last words: {words}" if words else "")
        )

    async def close(self) -> None:
        """End it, in about a second also when the server hangs."""
        self._over.set()
        if self._task is None:
            return
        if self._is_open:
            await asyncio.wait({self._task}, timeout=CLOSE_S)
        self._task.cancel()
        await asyncio.wait({self._task}, timeout=CLOSE_S)

    async def see_off(self) -> None:
        """End it when the requests under way have come to their end."""
        try:
            await self._idle.wait()
        finally:
            await self.close()

    async def abandon(self, reason: str) -> None:
        """End it because the server does not answer: it gets no time to end by itself."""
        self.fail(reason)
        if self._child is not None:
            await self._child.end(0)
        await self.close()

    def fail(self, reason: str) -> None:
        """A request found that the connection is no good any more."""
        if self.turned_away:
            return
        if self.reason is None:
            self.reason = ConnectFailedError(reason)
        self._over.set()
        self._lose()

    def why(self, otherwise: str) -> str:
        """Why it was lost, as far as is known: for certain only after `close`."""
        known = self.reason or self._guess
        return str(known) if known is not None else self.redact(otherwise)

    def redact(self, text: str) -> str:
        """The text without the secrets that the server was given."""
        return self._context.log.redact(text)

    async def check(self) -> bool:
        """Does the server answer? By ping in the older era, by `server/discover` in the newer."""
        session = self.client.session
        version = self.client.protocol_version
        try:
            async with asyncio.timeout(CHECK_S):
                if version in MODERN_PROTOCOL_VERSIONS:
                    await session.send_discover(version)
                else:
                    await session.send_ping()
        except TimeoutError:
            return False
        except MCPError as error:
            return not is_lost(error, self._status)
        return True

    async def _own(self, opened: "asyncio.Future[None]") -> None:
        """The owner's whole life. What ends it is kept in `reason`."""
        try:
            values = resolve(self._spec, self._context.around.secrets, self._context.around.environment)
            self._context.log.redact = Redactor(values.secrets)
            await self._serve(values, opened)
        except Exception as error:  # noqa: BLE001 - the edge of the task: kept as the reason, and shown
            # a call may have found the connection closed before we learn that a sign-in is what closed it
            if self.reason is None or is_about_sign_in(error):
                self.reason = failure_of(error, self._evidence())
        finally:
            self._over.set()
            self._lose()
            if self._child is not None:
                await self._child.end(0)

    def _evidence(self) -> Evidence:
        child, log = self._child, self._context.log
        code = child.exit_code if child else None
        return Evidence(self._status, code, log.last_words() if child else None, log.redact)

    async def _serve(self, values: Resolved, opened: "asyncio.Future[None]") -> None:
        client = await self._made_client(values)
        async with client:
            self._client = client
            await self._look_around()
            self._is_open = True
            opened.set_result(None)
            async with anyio.create_task_group() as group:
                group.start_soon(self._keep_fresh)
                group.start_soon(self._listen)
                await self._over.wait()
                group.cancel_scope.cancel()

    async def _made_client(self, values: Resolved) -> Client:
        spec, around, flights = self._spec, self._context.around, self._context.flights
        ask = questions.elicitation(spec.name, around.asker, flights) if around.asker else None
        sample = questions.sampling(spec.name, around.sampler, flights) if around.sampler else None
        return Client(
            watched(await self._transport(values), self._ended, self._is_modern),
            mode="legacy" if spec.transport == "sse" else "auto",
            client_info=_ME,
            elicitation_callback=ask,
            sampling_callback=sample if spec.allow_sampling else None,
            logging_callback=self._logged,
            message_handler=self._notified,
            cache=None,
        )

    async def _transport(self, values: Resolved) -> "Transport":
        spec, context = self._spec, self._context
        if spec.transport == "stdio":
            env = context.nursery.environment_for(values.env)
            if context.around.private and not context.nursery.confined:
                context.log.add("manager", _UNCONFINED)
            self._child = await context.nursery.start(spec.command or "", values.args, env, spec.cwd)
            return stdio_transport(self._child, context.log, _GRACE_S, self.fail)
        factory = context.around.auth
        own_header = any(name.lower() == "authorization" for name in values.headers)
        auth = factory.auth_for(spec) if factory and not own_header else None
        make = http_transport if spec.transport == "http" else sse_transport
        return make(values, auth, self._answered, self._refused)

    def _is_modern(self) -> bool:
        return self._client is not None and self._client.protocol_version in MODERN_PROTOCOL_VERSIONS

    def _answered(self, status: int, authorization: str | None) -> None:
        self._status = status
        if authorization is not None and authorization != self._authorization:
            self._authorization = authorization
            self._context.log.redact.learn(authorization.partition(" ")[2])

    def _refused(self, error: Exception) -> bool:
        """No token can be had for a request. The SDK would end all the others with it: they need not know."""
        if not self._is_open:
            return False
        if self.reason is None:
            self.reason = failure_of(error, self._evidence())
        self.turned_away = self._spec.transport == "http"  # the older transport does not outlive a failed POST
        if not self.turned_away:
            self._over.set()
        self._lose()
        return self.turned_away

    def _ended(self) -> None:
        """The server's side of the streams has ended."""
        if not self._over.is_set():
            self._guess = failure_of(None, self._evidence())
        self._over.set()
        self._lose()

    def _lose(self) -> None:
        if not self.lost.is_set():
            self.lost.set()
            self._on_change()

    async def _look_around(self) -> None:
        for kind in ("tools", "resources", "prompts"):
            await self._refresh(kind)

    async def _refresh(self, kind: Kind) -> None:
        client, name, can = self.client, self._spec.name, self.client.server_capabilities
        if kind == "tools" and can.tools is not None:
            tools, refused = await catalogue.list_tools(client, name)
            self.catalogue = replace(self.catalogue, tools=tools, refused=refused)
        elif kind == "resources" and can.resources is not None:
            self.catalogue = replace(self.catalogue, resources=await catalogue.list_resources(client, name))
        elif kind == "prompts" and can.prompts is not None:
            self.catalogue = replace(self.catalogue, prompts=await catalogue.list_prompts(client, name))

    async def _keep_fresh(self) -> None:
        """Fetch what changed; at most once a second, however often the server says so."""
        while True:
            await self._wake.wait()
            await asyncio.sleep(_GATHER_S)
            self._wake.clear()
            kinds, self._stale = self._stale, set()
            for kind in kinds:
                with contextlib.suppress(MCPError, TimeoutError, ValueError):  # the next check says what is wrong
                    await self._refresh(kind)
            self._on_change()
            await asyncio.sleep(_REST_S)

    async def _listen(self) -> None:
        """In the newer era changes are told only to who listens; the stream is opened again when it breaks."""
        can = self.client.server_capabilities
        tools = bool(can.tools and can.tools.list_changed)
        prompts = bool(can.prompts and can.prompts.list_changed)
        resources = bool(can.resources and can.resources.list_changed)
        if self.client.protocol_version not in MODERN_PROTOCOL_VERSIONS or not (tools or prompts or resources):
            return
        while True:
            with contextlib.suppress(MCPError, SubscriptionLost):
                async with self.client.listen(
                    tools_list_changed=tools, prompts_list_changed=prompts, resources_list_changed=resources
                ) as subscription:
                    async for event in subscription:
                        self._outdated(event)
            await asyncio.sleep(_LISTEN_AGAIN_S)
            self._stale.update(_KINDS.values())  # whatever was said meanwhile went unheard
            self._wake.set()

    async def _notified(self, message: sdk.ServerNotification | Exception) -> None:
        self._outdated(message)

    def _outdated(self, what: "sdk.ServerNotification | ServerEvent | Exception") -> None:
        kind = _KINDS.get(type(what))
        if kind is not None:
            self._stale.add(kind)
            self._wake.set()

    async def _logged(self, params: sdk.LoggingMessageNotificationParams) -> None:
        self._context.log.add("server", f"{params.level}: {params.data}")
