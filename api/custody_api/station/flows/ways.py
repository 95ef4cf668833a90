"""Which acts have a flow of their own, and where it begins."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from starlette.datastructures import QueryParams

_AT: dict[str, str] = {
    "blood-draw": "/kit/new", "offer": "/offers/new", "stock-take": "/stock-takes", "discrepancy": "/discrepancies/new",
}  # fmt: skip
_OF: dict[str, tuple[str, str]] = {
    "answer": ("manifest", "/offers/{}/answer"), "offer-withdrawal": ("manifest", "/offers/{}/withdraw"),
    "loan-decision": ("loan", "/loans/{}/decide"), "correction": ("act", "/acts/{}/correct"),
}  # fmt: skip
"""Act → what has to be named, and the flow of that."""


def way_of(act: str, asked: QueryParams) -> str | None:
    """Where the flow of an act begins, with what is asked of; None if it has none, or a plain sheet is asked for."""
    if "sheet" in asked or "plain" in asked:
        return None
    if act in _OF:
        name, path = _OF[act]
        return path.format(quote(asked[name], safe="")) if asked.get(name) else None
    if act not in _AT:
        return None
    query = urlencode([(name, value) for name, value in asked.multi_items() if name in ("item", "case")])
    return f"{_AT[act]}?{query}" if query else _AT[act]
