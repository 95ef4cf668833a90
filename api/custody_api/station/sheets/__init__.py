"""Sheets: acts being prepared. What somebody can do, the form of each act, and the sentences that say what it says."""

from custody_api.station.sheets.routes import router

__all__ = ["router"]
