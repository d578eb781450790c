"""What the parts that serve one server share."""

from dataclasses import dataclass

from agent_runner.mcp_manager.flight import Flights
from agent_runner.mcp_manager.logs import LogTail
from agent_runner.mcp_manager.ports import Surroundings
from agent_runner.mcp_manager.processes import Nursery


@dataclass(frozen=True, slots=True)
class Context:
    """Of one server: its surroundings, its calls under way, its log."""

    around: Surroundings
    nursery: Nursery
    flights: Flights
    log: LogTail
