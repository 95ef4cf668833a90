"""What citizens see: the page that the link on a receipt opens."""

from custody_api.station.public.receipt import router

__all__ = ["router"]
