"""Signing: acts completed and signed in the browser, by each party with a key of his own; signing in with one."""

from __future__ import annotations

from fastapi import APIRouter

from custody_api.station.signing import pages, passkeys

router = APIRouter(include_in_schema=False)
for part in (pages, passkeys):
    router.include_router(part.router)
