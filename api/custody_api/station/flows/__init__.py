"""Flows: pages that guide through what is more than one form. Each ends in a draft that is handed over to be signed."""

from __future__ import annotations

from fastapi import APIRouter

from custody_api.station.flows import differences, intake, kit, labels, offers, stock_takes

router = APIRouter(include_in_schema=False)
for _each in (intake, kit, offers, stock_takes, differences, labels):
    router.include_router(_each.router)
