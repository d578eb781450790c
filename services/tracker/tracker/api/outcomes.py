"""The ledger: what became of every event that ever arrived."""

from kit.web.routing import router as new_router
from pydantic import BaseModel, Field

from tracker.api.deps import SettledTracker
from tracker.records.store import ledger

router = new_router("/api/v1", tag="ingest")


class Reason(BaseModel):
    """How many events had an outcome for a reason."""

    outcome: str
    reason: str
    count: int


class Outcomes(BaseModel):
    """received = stored + duplicates + filtered + invalid + limited."""

    received: int
    stored: int
    duplicates: int
    filtered: int
    invalid: int
    limited: int
    reasons: list[Reason] = Field(
        description="Each outcome by reason; `client_dropped` (as `type:reason`) never arrived and is not in the sum."
    )


@router.get("/outcomes", summary="What became of every event, by reason")
async def list_outcomes(tracker: SettledTracker) -> Outcomes:
    """Deleting events changes nothing here: it is a ledger."""
    lines = await tracker.database.read(ledger)

    def total(outcome: str) -> int:
        return sum(count for name, _, count in lines if name == outcome)

    sums = {
        "stored": total("stored"),
        "duplicates": total("duplicate"),
        "filtered": total("filtered"),
        "invalid": total("invalid"),
        "limited": total("limited"),
    }
    reasons = [Reason(outcome=outcome, reason=reason, count=count) for outcome, reason, count in lines if reason]
    return Outcomes(received=sum(sums.values()), **sums, reasons=reasons)
