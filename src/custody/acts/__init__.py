"""What a person can sign: the act types, and how their bytes are read.

Adding an act type: a class in one of the chapters, its parts in `custody.acts.parts`, its example in
`custody.acts.examples`, its rules. The tests find what is missing.
"""

from __future__ import annotations

from typing import Any, Final

from pydantic import ValidationError

from custody.acts import (
    case,
    control,
    counting,
    custody,
    differences,
    disposition,
    dividing,
    governing,
    keeping,
    loans,
    measures,
    observing,
    orders,
    oversight,
    parties,
    results,
    samples,
    taking,
)
from custody.acts.act import Act
from custody.acts.values import MOST_ITEMS
from custody.errors import Malformed, TooLarge
from custody.strict import malformed, read_json

PAYLOAD_TYPE: Final = "application/vnd.custody.act.v1+json"

_CORE: Final[tuple[type[Act], ...]] = (
    parties.Genesis,
    parties.Agency,
    parties.Enrolment,
    parties.Person,
    parties.Revocation,
    parties.Place,
    case.CaseOpening,
    case.Noted,
    taking.Seizure,
    taking.Sealing,
    taking.Unsealing,
    taking.Labelling,
    measures.Instrument,
    measures.MeasureChange,
    dividing.Division,
    dividing.Reclassification,
    differences.Discrepancy,
    custody.CheckIn,
    custody.Transfer,
    custody.Relocation,
    custody.CheckOut,
    custody.Return,
    loans.LoanRequest,
    loans.LoanDecision,
    observing.Observation,
    control.CaseStage,
    control.Offer,
    control.Answer,
    control.OfferWithdrawal,
    samples.BloodDraw,
    samples.LabDispatch,
    samples.LabReceipt,
    orders.DispositionOrder,
    orders.PublicNotice,
    orders.Appraisal,
    orders.CashDeposit,
    results.LabResult,
    results.ResultNotice,
    results.ReexaminationRequest,
    results.Reexamination,
    disposition.Release,
    keeping.CustodianHandover,
    keeping.Viewing,
    keeping.Erasure,
    oversight.Hold,
    oversight.Correction,
    oversight.Remedy,
    counting.StockTake,
    governing.NewPolicy,
    governing.LogKey,
)

ACT_TYPES: Final[dict[str, type[Act]]] = {each.type_name: each for each in _CORE}
"""Every act type by the value of its ``act`` field."""


def parse_act(payload: bytes) -> Act:
    """Parse the exact payload bytes of an act. Raises Malformed: which field, expected and got."""
    return act_from(read_json(payload, "act"))


def act_from(fields: Any) -> Act:
    """Validate decoded fields as the act they say they are. Raises Malformed."""
    name = fields.get("act") if isinstance(fields, dict) else None
    kind = ACT_TYPES.get(name) if isinstance(name, str) else None
    if kind is None:
        raise Malformed(
            "malformed/act", "This is no act type of this ledger.",
            field="act", expected=", ".join(ACT_TYPES), got=repr(name)[:80],
        )  # fmt: skip
    try:
        act = kind.model_validate(fields)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        if first["type"] == "too_long":
            raise _too_many(str(first["loc"][0]), len(first["input"])) from None
        raise malformed("act", error) from None
    if len(act.own_items) > MOST_ITEMS:
        raise _too_many("", len(act.own_items))
    return act


def _too_many(field: str, got: int) -> TooLarge:
    return TooLarge(
        "too-large/items", "The act names too much: split the items over several acts of up to 1,000.",
        field=field, expected=f"at most {MOST_ITEMS:,}", got=got, limit=MOST_ITEMS,
    )  # fmt: skip
