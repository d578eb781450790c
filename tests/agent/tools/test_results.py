"""Reading on in an output that was cut."""

import pytest
from agent_runner.core.types import Failure
from agent_runner.tools.results import read_result_tool

from tests.agent.core.playing import KeptResults
from tests.agent.tools.calling import use


class Kept(KeptResults):
    async def read(self, ref: str) -> str | None:
        return self.get(ref)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ('{"ref": "r"}', "0123456789"),
        ('{"ref": "r", "offset": 4}', "456789"),
        ('{"ref": "r", "offset": 4, "length": 3}', "456\n[3 characters more, from offset 7]"),
        ('{"ref": "r", "offset": 99}', ""),
    ],
)
async def test_parts(arguments: str, said: str) -> None:
    """Each part says where the next one begins."""
    assert await use(read_result_tool(Kept(r="0123456789")), arguments) == said


async def test_unknown_reference() -> None:
    """A model that makes one up is told what to do."""
    failure = await use(read_result_tool(Kept()), '{"ref": "r"}')
    assert isinstance(failure, Failure)
    assert failure.code == "result_not_found"
