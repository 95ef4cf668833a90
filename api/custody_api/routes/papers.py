"""Papers over HTTP: drawn on request, with sealed values left sealed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Final

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from custody.access.caller import Caller
from custody.access.rights import Sight
from custody.acts.entry import Recorded
from custody.errors import Malformed, NotFound
from custody.ledger.ledger import Ledger
from custody.registers.reading import Registers
from custody_api import documented
from custody_api.callers import TheCaller, TheRegisters
from custody_api.context import TheLedger
from custody_api.papers.catalogue import NAMES, Subject, papers
from custody_api.papers.drawing import print_papers
from custody_api.papers.paper import Language
from custody_api.papers.sources import Sources
from custody_api.problems import language_of

router = APIRouter(prefix="/v1", tags=["papers"])

_SUBJECTS: Final[tuple[Subject, ...]] = ("act", "item", "case", "person")


class Wanted(BaseModel):
    """What a paper is about: exactly one of act, item, case and person. Unknown parameters are refused."""

    model_config = ConfigDict(extra="forbid")

    act: str | None = Field(None, max_length=100)
    item: str | None = Field(None, max_length=100)
    case: str | None = Field(None, max_length=100)
    person: str | None = Field(None, max_length=100, description="For a statement of continuity.")
    lang: Language | None = Field(None, description="Default: by Accept-Language.")
    at: int | None = Field(None, ge=1, description="The position to draw from; default: the newest.")

    def subject(self) -> tuple[Subject, str]:
        """What is asked for, and its name. Raises Malformed."""
        given = [(each, str(getattr(self, each))) for each in _SUBJECTS if getattr(self, each) is not None]
        if len(given) != 1:
            raise Malformed(
                "malformed/query", "A paper is about one thing.", field="/".join(_SUBJECTS), got=len(given)
            )  # fmt: skip
        return given[0]


@router.get("/papers/{kind}", response_class=Response, **documented.PAPER)
def draw_paper(
    kind: str, request: Request, ledger: TheLedger, caller: TheCaller, registers: TheRegisters,
    wanted: Annotated[Wanted, Query()],
) -> Response:  # fmt: skip
    """Every paper of a kind about an act, an item, a case or a person, in one PDF."""
    if kind not in NAMES:
        raise Malformed("malformed/paper", "There is no such paper.", field=kind, expected=", ".join(NAMES))
    subject, name = wanted.subject()
    _require(ledger, caller, registers, subject, name)
    sources = Sources(
        ledger, wanted.at, wanted.lang or language_of(request), opens=False,
        reads=lambda act: registers.sight_of_act(act) is Sight.WHOLE,
    )  # fmt: skip
    printed = print_papers(papers(sources, kind, subject, name))
    headers = {
        "Cache-Control": "private, no-cache", "Content-Disposition": f'inline; filename="{kind}.pdf"',
        "Custody-Position": str(sources.at),
    }  # fmt: skip
    if printed.missing:
        headers["Custody-Missing-Characters"] = " ".join(f"U+{ord(each):04X}" for each in printed.missing)
    return Response(printed.data, media_type="application/pdf", headers=headers)


def _require(ledger: Ledger, caller: Caller, registers: Registers, subject: Subject, name: str) -> None:
    """Raise NotFound unless the caller sees the whole of what a paper is about, and of the other tubes of a kit; of a
    person: himself, or one he oversees."""
    if subject == "person":
        of = registers.person(name)["agency"]
        seen = caller.audits or caller.person == name or (caller.oversees and caller.agency == of)
    elif subject == "act":
        record = _recorded(ledger, name)
        seen = (
            record is not None
            and registers.sight_of_act(record) is Sight.WHOLE
            and _with_kits(ledger, registers, record.act.own_items)
        )
    elif subject == "item":
        item = registers.item(name)["item"]
        seen = registers.sight_of(f"item:{item}") is Sight.WHOLE and _with_kits(ledger, registers, [item])
    else:
        seen = registers.sight_of(f"case:{name}") is Sight.WHOLE
    if not seen:
        raise NotFound("not-found/paper", "Nothing that this paper is drawn from.", asked=name)


def _recorded(ledger: Ledger, act_id: str) -> Recorded | None:
    try:
        return ledger.memory.record(act_id)
    except ValueError:  # no UUID at all
        return None


def _with_kits(ledger: Ledger, registers: Registers, items: Iterable[str]) -> bool:
    """Whether the whole of every tube is seen that was drawn together with one of the items: a paper shows what became
    of the others, and who examines one anew is not to learn it."""
    sources = Sources(ledger)
    kits = {facts.kit for facts in sources.items(items).values() if facts.kit}
    return all(registers.sight_of(f"item:{each}") is Sight.WHOLE for each in sources.tubes(kits))
