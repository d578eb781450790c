"""How many runs work at once, and who is next."""

import asyncio

import pytest
from agent_runner.runs.slots import BACKGROUND, PERSON, Place, Priority, Slots
from kit.problems import Overloaded


async def test_people_first_then_first_come_first_served() -> None:
    """Background work waits for people, also for those who came later."""
    slots = Slots(1)
    order: list[str] = []

    async def work(name: str, priority: Priority) -> None:
        await slots.take(priority)
        order.append(name)
        slots.leave()

    await slots.take(BACKGROUND)
    names: list[tuple[str, Priority]] = [("b1", BACKGROUND), ("b2", BACKGROUND), ("p1", PERSON), ("p2", PERSON)]
    tasks = []
    for name, priority in names:
        tasks.append(asyncio.create_task(work(name, priority)))
        await asyncio.sleep(0)
    slots.leave()
    await asyncio.gather(*tasks)
    assert order == ["p1", "p2", "b1", "b2"]
    assert slots.free == 1


async def test_place_of_one_who_gives_up_is_not_lost() -> None:
    """Also when it was given in the very moment of giving up."""
    slots = Slots(1)
    await slots.take(PERSON)
    waiting = [asyncio.create_task(slots.take(PERSON)) for _ in range(3)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    slots.leave()  # goes to the second
    waiting[1].cancel()  # which gives up before it could run
    await asyncio.gather(*waiting, return_exceptions=True)
    assert waiting[2].done()
    assert waiting[2].exception() is None
    slots.leave()
    assert slots.free == 1
    assert slots.waiting == 0


async def test_queue_is_bounded() -> None:
    """Over the limit the answer is 429; those who gave up do not count."""
    slots = Slots(1, max_waiting=1)
    await slots.take(PERSON)
    slots.require_room()
    waiting = asyncio.create_task(slots.take(PERSON))
    await asyncio.sleep(0)
    with pytest.raises(Overloaded):
        slots.require_room()
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    slots.require_room()


async def test_place_is_held_once() -> None:
    """Taking and leaving twice changes nothing."""
    slots = Slots(2)
    place = Place(slots, PERSON)
    await place.take()
    await place.take()
    assert slots.free == 1
    place.leave()
    place.leave()
    assert slots.free == 2
