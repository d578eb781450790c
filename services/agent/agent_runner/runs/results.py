"""Tool outputs that were cut: kept whole, to be read on by reference."""

from kit.database import Database
from kit.ids import new_id
from kit.text import clean_text

from agent_runner.core.ports import CallContext
from agent_runner.storage import results as table


class ResultStore:
    """The core's `Results`, and what `read_result` reads from."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, context: CallContext, text: str) -> str:
        """Store `text` and give the reference with which it is read again."""
        ref = new_id("res")
        await self._database.write(lambda connection: table.insert(connection, ref, context.run_id, clean_text(text)))
        return ref

    async def read(self, ref: str) -> str | None:
        """The whole text; None when there is none."""
        return await self._database.read(lambda connection: table.get(connection, ref))
