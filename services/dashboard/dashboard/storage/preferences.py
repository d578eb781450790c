"""Preferences on disk: one JSON value a key."""

from collections.abc import Mapping

import orjson
import sqlalchemy as sa
from kit.database import Database
from kit.jsontypes import Json, JsonObject
from sqlalchemy.dialects.sqlite import insert

from dashboard.storage.schema import preferences


class PreferenceStore:
    """Reads all keys at once; writes replace the keys that are named."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def read(self) -> JsonObject:
        """What was set so far."""
        return await self._database.read(_all)

    async def merge(self, values: Mapping[str, Json]) -> JsonObject:
        """Replace the keys named; the answer is all of them."""
        rows = [{"key": key, "value": orjson.dumps(value).decode()} for key, value in values.items()]

        def unit(connection: sa.Connection) -> JsonObject:
            for row in rows:
                statement = insert(preferences).values(row)
                connection.execute(
                    statement.on_conflict_do_update(index_elements=["key"], set_={"value": statement.excluded.value})
                )
            return _all(connection)

        return await self._database.write(unit)


def _all(connection: sa.Connection) -> JsonObject:
    return {row.key: orjson.loads(row.value) for row in connection.execute(sa.select(preferences))}
