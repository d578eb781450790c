"""What tools gave back, kept whole: outputs that were cut, to be read on by reference, and what is no text."""

from collections.abc import Awaitable, Callable

from kit.clock import now_ms
from kit.database import Database
from kit.ids import new_id
from kit.text import clean_text

from agent_runner.core.ports import CallContext
from agent_runner.storage import attachments
from agent_runner.storage import results as table
from agent_runner.storage.attachments import AttachmentRecord


class ResultStore:
    """The core's `Results`, what `read_result` reads from, and the keeper of attachments.

    `flush` waits until the rows of the runs are stored that these belong to.
    """

    def __init__(self, database: Database, flush: Callable[[], Awaitable[None]]) -> None:
        self._database = database
        self._flush = flush

    async def keep(self, context: CallContext, text: str) -> str:
        """Store `text` and give the reference with which it is read again."""
        ref = new_id("res")
        await self._flush()
        await self._database.write(lambda connection: table.insert(connection, ref, context.run_id, clean_text(text)))
        return ref

    async def keep_bytes(self, context: CallContext, mime_type: str, data: bytes) -> str:
        """Store a picture, sound or file and give its reference. What belongs to no run is kept for a day."""
        record = AttachmentRecord(new_id("att"), context.run_id or None, mime_type, data, now_ms())
        await self._flush()
        await self._database.write(lambda connection: attachments.insert(connection, record))
        return record.ref

    async def read(self, ref: str) -> str | None:
        """The whole text; None when there is none."""
        return await self._database.read(lambda connection: table.get(connection, ref))

    async def attachment(self, ref: str) -> AttachmentRecord | None:
        """A picture, sound or file; None when there is none."""
        return await self._database.read(lambda connection: attachments.get(connection, ref))
