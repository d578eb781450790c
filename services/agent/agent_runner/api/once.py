"""`Idempotency-Key`: a creating request that is sent again gets the first answer again, and creates nothing."""

import hashlib
from collections.abc import Awaitable, Callable
from typing import TypeAlias, TypeVar

from fastapi import Request, Response
from kit.clock import now_ms
from kit.database import Database, Unit
from kit.problems import BadRequest
from pydantic import BaseModel

from agent_runner.errors import IdempotencyMismatch, InProgress
from agent_runner.storage import receipts
from agent_runner.storage.receipts import Receipt

T = TypeVar("T")
Keep: TypeAlias = Callable[[BaseModel], Unit]
"""What is stored in the same transaction as the thing created: the answer that tells of it."""
Create: TypeAlias = Callable[[Keep | None], Awaitable[BaseModel]]
_Claim: TypeAlias = tuple[str, str, str]
_MAX_KEY = 255


class Once:
    """Remembers the answers of creating requests by method, path and key, for 24 hours."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._under_way: set[_Claim] = set()

    async def answer(self, request: Request, status: int, create: Create) -> Response:
        """The answer of `create`, or the one that the same request got before.

        Raises `IdempotencyMismatch`, `InProgress`, and what `create` raises.
        """
        key = request.headers.get("Idempotency-Key")
        if key is None:
            return _response(status, (await create(None)).model_dump_json())
        if not 0 < len(key) <= _MAX_KEY:
            raise BadRequest(f"an Idempotency-Key has 1 to {_MAX_KEY} characters")
        claim = (request.method, request.url.path, key)
        if claim in self._under_way:
            raise InProgress
        self._under_way.add(claim)
        try:
            return await self._claimed(claim, await request.body(), status, create)
        finally:
            self._under_way.discard(claim)

    async def _claimed(self, claim: _Claim, body: bytes, status: int, create: Create) -> Response:
        body_hash = hashlib.sha256(body).hexdigest()
        earlier = await self._database.read(lambda connection: receipts.find(connection, *claim, now_ms()))
        if earlier is not None:
            if earlier.body_hash != body_hash:
                raise IdempotencyMismatch
            return _response(earlier.status, earlier.answer)

        def keep(view: BaseModel) -> Unit:
            return receipts.keeping(Receipt(*claim, body_hash, status, view.model_dump_json(), now_ms()))

        return _response(status, (await create(keep)).model_dump_json())


def kept_as(keep: Keep | None, view: Callable[[T], BaseModel]) -> Callable[[T], Unit] | None:
    """`keep` for a thing that is answered as its view."""
    return None if keep is None else lambda made: keep(view(made))


def _response(status: int, body: str) -> Response:
    return Response(body, status, media_type="application/json")
