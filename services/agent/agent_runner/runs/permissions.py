"""The permission rules: kept in memory for every decision, changed together with their rows."""

from collections.abc import Callable, Sequence

from kit.clock import now_ms
from kit.database import Database, Unit
from kit.ids import new_id

from agent_runner.errors import PermissionNotFound
from agent_runner.storage import permissions as table
from agent_runner.storage.records import RuleDecision, RuleRecord
from agent_runner.tools.permissions import Rule

Also = Callable[[RuleRecord], Unit]
"""What is stored in the same transaction as a new rule."""


class Permissions:
    """Rules that someone wrote, and decisions remembered from approvals."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._rules: list[RuleRecord] = []

    async def load(self) -> None:
        """Read the rules anew."""
        self._rules = await self._database.read(table.all_rules)

    def rules_for(self, scope: str) -> Sequence[Rule]:
        """The rules that hold in a session (or, for a run without one, in that run)."""
        return [
            Rule(rule.pattern, rule.decision, rule.id, rule.fingerprint)
            for rule in self._rules
            if rule.session_id in {None, scope}
        ]

    async def add(
        self,
        pattern: str,
        decision: RuleDecision,
        session_id: str | None,
        also: Also | None = None,
        fingerprint: str | None = None,
    ) -> RuleRecord:
        """Make a rule; with a fingerprint it holds for that definition of the tool only."""
        rule = RuleRecord(new_id("per"), pattern, decision, now_ms(), session_id, fingerprint=fingerprint)
        await self._database.write(table.adding(rule, also(rule) if also else None))
        self.know(rule)
        return rule

    async def set(self, tool: str, decision: RuleDecision, fingerprint: str | None = None) -> RuleRecord:
        """Put one rule for all sessions in the place of those that name exactly this tool."""
        rule = RuleRecord(new_id("per"), tool, decision, now_ms(), fingerprint=fingerprint)
        await self._database.write(lambda connection: table.replace(connection, rule))
        self._rules = [known for known in self._rules if known.pattern != tool or known.session_id is not None]
        self.know(rule)
        return rule

    def know(self, rule: RuleRecord) -> None:
        """A rule was stored."""
        self._rules.append(rule)

    async def revoke(self, rule_id: str) -> None:
        """Take a rule back. Raises `PermissionNotFound`."""
        if not await self._database.write(lambda connection: table.delete(connection, rule_id)):
            raise PermissionNotFound(rule_id)
        self._rules = [rule for rule in self._rules if rule.id != rule_id]

    async def listed(self, limit: int, before: tuple[int, str] | None) -> list[RuleRecord]:
        """Rules, newest first."""
        return await self._database.read(lambda connection: table.newest(connection, limit, before))
