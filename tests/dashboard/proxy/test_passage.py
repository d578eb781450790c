"""What ends an exchange early."""

import asyncio
from collections.abc import Callable

import pytest
from dashboard.proxy.passage import Passage, Passages
from starlette.types import Message


def client(leaves: asyncio.Event) -> Callable[[], asyncio.Future[Message]]:
    async def receive() -> Message:
        await leaves.wait()
        return {"type": "http.disconnect"}

    return receive  # type: ignore[return-value]


async def test_block_ends_when_the_client_leaves() -> None:
    """What the block awaits is cancelled, and that is no error."""
    leaves = asyncio.Event()
    asyncio.get_running_loop().call_later(0.05, leaves.set)
    async with asyncio.timeout(2):
        async with Passage(client(leaves)) as passage:
            await asyncio.sleep(60)
    assert passage.client_left


async def test_block_ends_when_it_is_ended() -> None:
    """A session's end, or the service's, cuts it short; nobody else's do."""
    passages = Passages()

    async def exchange(owner: str | None) -> Passage:
        passage = Passage(client(asyncio.Event()))
        passages.add(passage, owner)
        async with passage:
            await asyncio.sleep(60)
        passages.remove(passage)
        return passage

    mine, other = asyncio.create_task(exchange("mine")), asyncio.create_task(exchange(None))
    await asyncio.sleep(0)
    passages.end_session("mine")
    assert not (await mine).client_left
    assert not other.done()
    passages.end_all()
    await other


async def test_finished_block_leaves_nothing_behind() -> None:
    """Errors of the block pass, and ending it afterwards does nothing."""
    passage = Passage(client(asyncio.Event()))
    with pytest.raises(LookupError):
        async with passage:
            raise LookupError
    passage.end()
    await asyncio.sleep(0.03)


async def test_cancelling_from_outside_still_cancels() -> None:
    """Who wants the whole task gone gets it gone, also when the client left in the same moment."""
    leaves = asyncio.Event()

    async def exchange() -> None:
        async with Passage(client(leaves)) as passage:
            started.set_result(passage)
            await asyncio.sleep(60)
        pytest.fail("cancelled tasks do not go on")

    started: asyncio.Future[Passage] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(exchange())
    (await started).end()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
