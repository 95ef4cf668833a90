"""The field: acts are taken down and signed without a network, kept on the device, and sent when there is one."""

from __future__ import annotations

from fastapi import APIRouter

from custody_api.station.field import icons, pages, worker

router = APIRouter(include_in_schema=False)
for part in (pages, worker, icons):
    router.include_router(part.router)
