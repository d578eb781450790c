"""Statements on receipts: what a creating request with an `Idempotency-Key` was answered."""

from dataclasses import asdict, dataclass

import sqlalchemy as sa
from kit.database import Unit

from agent_runner.storage.schema import receipts

KEPT_MS = 24 * 3600 * 1000


@dataclass(frozen=True, slots=True)
class Receipt:
    """Which request, by method, path and key; the hash of its body, and the answer (JSON text) that it got."""

    method: str
    path: str
    key: str
    body_hash: str
    status: int
    answer: str
    created_at: int


def keeping(receipt: Receipt) -> Unit:
    """A unit that keeps an answer, for the transaction that makes what it tells of; and drops those too old."""

    def unit(connection: sa.Connection) -> None:
        connection.execute(receipts.delete().where(receipts.c.created_at < receipt.created_at - KEPT_MS))
        connection.execute(receipts.insert(), asdict(receipt))

    return unit


def find(connection: sa.Connection, method: str, path: str, key: str, now: int) -> Receipt | None:
    """The answer given to an earlier request with this key."""
    query = sa.select(*receipts.c).where(
        receipts.c.method == method,
        receipts.c.path == path,
        receipts.c.key == key,
        receipts.c.created_at >= now - KEPT_MS,
    )
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else Receipt(**row)
