"""The client that the conformance suite starts, once a scenario: `client.py URL`, through a real `McpManager`.

It does what a person and an agent would: add the server, sign in whenever it asks for that, and use all that it offers.
Everything but the person in the browser is ours as it runs in the agent.
"""

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
from agent_runner.mcp_manager.auth import OAuth, OAuthSettings
from agent_runner.mcp_manager.errors import CallRefused, NeedsSignIn
from agent_runner.mcp_manager.manager import McpManager
from agent_runner.mcp_manager.ports import Stored, Surroundings
from agent_runner.mcp_manager.secret_file import SecretFile
from agent_runner.mcp_manager.sign_in import SignIns
from agent_runner.mcp_manager.types import Answer, Breaker, Callback, OwnClient, Question, ServerSpec, ServerState
from kit.jsontypes import Json, JsonObject

NAME = "conformance"
REDIRECT = "http://localhost:8080/oauth/callback"
DOCUMENT = "https://conformance-test.local/client-metadata.json"  # the suite expects just this one
SIGN_INS = 3
SETTLE_S = 15.0


class Memory:
    """A server store that forgets: nothing here outlives a scenario."""

    async def load(self) -> Stored:
        return Stored((), {}, {})

    async def save(self, spec: ServerSpec) -> None: ...

    async def remove(self, name: str) -> None: ...

    async def save_breaker(self, name: str, breaker: Breaker) -> None: ...

    async def save_enabled(self, name: str, enabled: bool) -> None: ...


class Agreeable:
    """A person who accepts every form, and fills in only what has no default and must be there."""

    async def ask(self, question: Question) -> Answer:
        return Answer("accept", filled_in(question.schema or {}))


class Browser:
    """A person who follows the link and lets the authorization server send them back."""

    async def visit(self, url: str) -> Callback:
        async with httpx2.AsyncClient() as client:
            response = await client.get(url)
        back = response.headers["location"]
        assert back.startswith(f"{REDIRECT}?"), f"sent to {back}, not to our callback"
        query = {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}
        return Callback(query["state"], query.get("code"), query.get("iss"), query.get("error"))


class Session:
    """One scenario."""

    def __init__(self, url: str, folder: Path, given: Mapping[str, Any]) -> None:
        secrets = SecretFile(folder / "secrets.json")
        oauth = OAuth(secrets, {}, OAuthSettings(REDIRECT, DOCUMENT))
        around = Surroundings(secrets, dict(os.environ), folder, asker=Agreeable(), auth=oauth)
        self._manager = McpManager(Memory(), around)
        self._sign_ins = SignIns(oauth, self._manager)
        self._spec = ServerSpec(NAME, "http", url=url)
        self._given = given
        self._left = SIGN_INS

    async def run(self) -> None:
        """Add the server, use it, and leave nothing behind."""
        await self._manager.start()
        try:
            await self._manager.add(self._spec)
            await self._ready()
            await self._use()
        finally:
            await self._sign_ins.aclose()
            await self._manager.stop()

    async def _use(self) -> None:
        calls = self._given.get("toolCalls") or [
            {"name": tool.name, "arguments": filled_in(tool.input_schema)} for tool in self._manager.tools()
        ]
        for call in calls:
            await self._call(call["name"], call["arguments"])
        for resource in self._manager.resources(NAME):
            if not resource.template:
                await self._manager.read_resource(NAME, resource.uri)
        for prompt in self._manager.prompts(NAME):
            wanted = {argument.name: "x" for argument in prompt.arguments if argument.required}
            await self._manager.get_prompt(NAME, prompt.name, wanted)

    async def _call(self, tool: str, arguments: JsonObject) -> None:
        while True:
            try:
                result = await self._manager.call(NAME, tool, arguments)
            except NeedsSignIn:
                await self._ready()
            except CallRefused as refused:
                print(f"{tool}: {refused}")
                return
            else:
                print(f"{tool}: {result}")
                return

    async def _ready(self) -> ServerState:
        while True:
            state = await self._settled()
            if state.status != "needs_sign_in":
                assert state.status == "ready", f"{state.status}: {state.last_error}"
                return state
            print(f"needs a sign-in: {state.last_error}")
            await self._sign_in()

    async def _sign_in(self) -> None:
        assert self._left > 0, "asked to sign in again and again"
        self._left -= 1
        before = self._manager.server(NAME)
        own = (
            OwnClient(self._given["client_id"], self._given.get("client_secret"))
            if "client_id" in self._given
            else None
        )
        link = await self._sign_ins.start(NAME, own)
        await self._sign_ins.finish(await Browser().visit(link))
        async with asyncio.timeout(SETTLE_S):
            while self._manager.server(NAME) is before:
                await asyncio.sleep(0.01)

    async def _settled(self) -> ServerState:
        async with asyncio.timeout(SETTLE_S):
            while (state := self._manager.server(NAME)).status == "connecting":
                await asyncio.sleep(0.01)
        return state


def filled_in(schema: JsonObject) -> JsonObject:
    """The least that fits: a value of the right kind for what must be there and has no default."""
    properties, required = schema.get("properties"), schema.get("required")
    if not isinstance(properties, Mapping) or not isinstance(required, Sequence):
        return {}
    kinds: dict[str, Json] = {"string": "x", "number": 2.5, "integer": 3, "boolean": True, "array": [], "object": {}}
    wanted = {str(name): properties[str(name)] for name in required}
    fields = {name: field for name, field in wanted.items() if isinstance(field, Mapping) and "default" not in field}
    return {name: kinds.get(str(field.get("type"))) for name, field in fields.items()}


async def main() -> None:
    """One scenario, against the server at the address that is the last argument."""
    given = json.loads(os.environ.get("MCP_CONFORMANCE_CONTEXT", "{}"))
    with tempfile.TemporaryDirectory() as folder:
        await Session(sys.argv[-1], Path(folder), given).run()


if __name__ == "__main__":
    asyncio.run(main())
