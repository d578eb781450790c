"""Group commit: what queues up is handled together, and each caller gets its own outcome."""

import asyncio
import threading
from collections.abc import Sequence

import pytest
from kit.batch import Batcher
from kit.problems import Overloaded


async def _until_taken(batcher: Batcher[int, int]) -> None:
    while batcher.depth:
        await asyncio.sleep(0)


async def test_each_caller_gets_the_outcome_of_its_own_item() -> None:
    """One bad item fails alone; its neighbours in the batch succeed."""

    def halve(items: Sequence[int]) -> Sequence[int | Exception]:
        return [ValueError("odd") if item % 2 else item // 2 for item in items]

    batcher = Batcher(halve, name="test")
    outcomes = await asyncio.gather(*(batcher.submit(n) for n in range(4)), return_exceptions=True)
    await batcher.aclose()
    assert outcomes[0] == 0
    assert outcomes[2] == 1
    assert isinstance(outcomes[1], ValueError)


async def test_what_queues_up_meanwhile_is_handled_in_one_batch_in_order() -> None:
    """While the worker is busy, later items gather and go together."""
    release = threading.Event()
    batches: list[list[int]] = []

    def record(items: Sequence[int]) -> Sequence[int]:
        release.wait(5)
        batches.append(list(items))
        return items

    batcher = Batcher(record, name="test")
    first = batcher.enqueue(0)
    await _until_taken(batcher)
    rest = [batcher.enqueue(n) for n in (1, 2, 3)]
    release.set()
    await asyncio.gather(first, *rest)
    await batcher.aclose()
    assert batches == [[0], [1, 2, 3]]


async def test_a_full_queue_refuses_at_once() -> None:
    """Over its bound the queue says so instead of growing."""
    release = threading.Event()

    def hold(items: Sequence[int]) -> Sequence[int]:
        release.wait(5)
        return items

    batcher = Batcher(hold, name="test", max_queue=1)
    taken = batcher.enqueue(0)
    await _until_taken(batcher)
    waiting = batcher.enqueue(1)
    with pytest.raises(Overloaded):
        batcher.enqueue(2)
    release.set()
    assert await asyncio.gather(taken, waiting) == [0, 1]
    await batcher.aclose()


async def test_a_failing_handler_fails_its_batch_and_lives_on() -> None:
    """An error of the handler reaches every caller of that batch; the next batch is handled."""

    def fussy(items: Sequence[int]) -> Sequence[int]:
        if 0 in items:
            raise RuntimeError("no")
        return items

    batcher = Batcher(fussy, name="test")
    with pytest.raises(RuntimeError):
        await batcher.submit(0)
    assert await batcher.submit(1) == 1
    await batcher.aclose()


async def test_closing_handles_what_was_queued_and_refuses_more() -> None:
    """Nothing that was accepted is lost by a shutdown."""
    batcher = Batcher(lambda items: items, name="test")
    waiting = [batcher.enqueue(n) for n in range(10)]
    await batcher.aclose()
    assert await asyncio.gather(*waiting) == list(range(10))
    with pytest.raises(Overloaded):
        batcher.enqueue(1)
