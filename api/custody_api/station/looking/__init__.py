"""Looking: home, items, acts, cases, places, people and the books; and the search that finds them.

These pages show what the registers answer to their reader, and change nothing.
"""

from __future__ import annotations

from fastapi import APIRouter

from custody_api.station.looking import acts, books, cases, home, items, search, whereabouts

router = APIRouter(include_in_schema=False)
for each in (home, items, acts, cases, whereabouts, books, search):
    router.include_router(each.router)
