"""What supervisors and auditors look at: the morning report, clearances, statistics, recommendations and comments; the
past, refusals, who looked, draws, and verifications of the whole ledger."""

from fastapi import APIRouter

from custody_api.station.overseeing import audits, comments, draws, journal, morning, periods, recommended, then

router = APIRouter(include_in_schema=False)
for _each in (morning, periods, recommended, comments, journal, draws, then, audits):
    router.include_router(_each.router)

__all__ = ["router"]
