"""Sessions and one-time login codes on disk; neither a token nor a code is stored, only its hash."""

from dataclasses import asdict, dataclass
from typing import Literal, TypeAlias

import sqlalchemy as sa
from kit.database import Database

from dashboard.storage.schema import login_codes, sessions

Role: TypeAlias = Literal["admin", "viewer"]


@dataclass(frozen=True, slots=True)
class Session:
    """One login. Times are milliseconds since 1970; `credential` tells which password it was made under."""

    id: str
    token_hash: bytes
    role: Role
    credential: bytes
    created_at: int
    seen_at: int
    expires_at: int
    address: str
    user_agent: str


class SessionStore:
    """Reads and writes of the two tables, each in its own transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def load(self, now: int) -> list[Session]:
        """All that have not expired."""
        query = sa.select(sessions).where(sessions.c.expires_at > now)
        return await self._database.read(lambda c: [Session(**row) for row in c.execute(query).mappings()])

    async def add(self, session: Session) -> None:
        """Keep a new session, and forget those that have expired by its beginning."""
        expired = sessions.delete().where(sessions.c.expires_at <= session.created_at)

        def unit(connection: sa.Connection) -> None:
            connection.execute(expired)
            connection.execute(sessions.insert().values(asdict(session)))

        await self._database.write(unit)

    async def remove(self, ids: list[str]) -> None:
        """Forget sessions."""
        await self._database.write(lambda c: c.execute(sessions.delete().where(sessions.c.id.in_(ids))))

    async def seen(self, id_: str, at: int) -> None:
        """Note when a session was last used."""
        await self._database.write(
            lambda c: c.execute(sessions.update().where(sessions.c.id == id_).values(seen_at=at))
        )

    async def add_code(self, code_hash: bytes, *, now: int, expires_at: int) -> None:
        """Keep a login code, and forget those that have expired."""

        def unit(connection: sa.Connection) -> None:
            connection.execute(login_codes.delete().where(login_codes.c.expires_at <= now))
            connection.execute(login_codes.insert().values(code_hash=code_hash, expires_at=expires_at))

        await self._database.write(unit)

    async def use_code(self, code_hash: bytes, now: int) -> bool:
        """Whether the code was good; it is not any more."""
        good = (login_codes.c.code_hash == code_hash) & (login_codes.c.expires_at > now)
        if not await self._database.read(lambda c: c.scalar(sa.select(sa.exists().where(good)))):
            return False
        return await self._database.write(lambda c: c.execute(login_codes.delete().where(good)).rowcount == 1)
