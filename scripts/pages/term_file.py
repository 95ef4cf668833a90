"""What scripts of the pages call the values that fields of acts take, and how grave a defect is: from the same words
as every other text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final, get_args

from custody.acts.entry import Severity
from custody_api.station.sheets.forms import choices_of_all
from custody_api.station.sheets.labels import terms_of

TERMS: Final = Path(__file__).resolve().parents[2] / "api/custody_api/station/sheets/static/terms.json"


def terms() -> str:
    """The text of the file."""
    grave = (("severity", each) for each in get_args(Severity))
    return json.dumps(terms_of([*choices_of_all(), *grave]), ensure_ascii=False, indent=0) + "\n"
