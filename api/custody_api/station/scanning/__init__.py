"""Scanning: the line at the top of every page, the card of what was scanned, and how this device scans."""

from custody_api.station.scanning.routes import router

__all__ = ["router"]
