"""The blood kit: before the draw, during it, and what is signed after it."""

from __future__ import annotations

from string import ascii_uppercase
from typing import Any

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from custody.rules.policy import Policy, RuleText
from custody_api.station.pages import ThePage
from custody_api.wording import Language

router = APIRouter()


@router.get("/kit/new")
def read_kit(page: ThePage, case: str = "") -> HTMLResponse:
    """A draw, step by step. What may not be used is asked for before anything is drawn."""
    ledger = page.context.ledger
    today = ledger.clock().astimezone(ledger.policy.zone).date()
    data = {
        "case": case, "officer": page.caller.person, "today": today.isoformat(),
        "tubes": designations(ledger.policy), "rules": stops(ledger.policy, page.lang),
    }  # fmt: skip
    return page.render("flows/kit.html", data=data)


def designations(policy: Policy) -> list[dict[str, str]]:
    """The tubes that the rule data ask for: one to be examined, the others in reserve. There may be more."""
    return [
        {"designation": letter, "purpose": "reserve" if index else "test"}
        for index, letter in enumerate(ascii_uppercase[: policy.numbers["blood_tubes"]])
    ]


def stops(policy: Policy, lang: Language) -> dict[str, dict[str, Any]]:
    """Why a draw does not begin: expired tubes, and alcohol on the skin, as the rule data say it."""
    return {
        "expired": _told(policy.texts["draw-not-allowed"], lang),
        "alcohol": _told(policy.texts["ALCOHOL_DISINFECTANT"], lang),
    }


def _told(text: RuleText, lang: Language) -> dict[str, Any]:
    said, instead = (text.zh, text.instead_zh) if lang == "zh" else (text.en, text.instead_en)
    return {"rule": text.rule, "says": said, "instead": instead, "source": text.source}
