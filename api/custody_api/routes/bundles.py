"""Bundles for court: an item or a case with everything that proves it, as far as the caller sees its acts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Annotated
from unicodedata import normalize
from urllib.parse import quote

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import StreamingResponse

from custody.access.caller import Caller
from custody.access.rights import Sight
from custody.attachments import Attachments
from custody.attachments.bundled import bundled
from custody.bundle.archive import File, archive_size, archived
from custody.bundle.content import Subject, files_of
from custody.bundle.naming import ABOUT_PARTIES
from custody.errors import Unavailable
from custody.facts import files
from custody.ledger.bundle_content import ALL, NO_WITNESSES, Opened, content_of, sealed_values, with_reports
from custody.ledger.bundle_scope import Found, Scope, scope_of
from custody.ledger.ledger import Ledger
from custody.registers.books import not_found
from custody.registers.reading import Registers
from custody_api import documented_bundles as documented
from custody_api.answers import TakenOut
from custody_api.callers import TheCaller, TheRegisters
from custody_api.context import Context, InContext, require_reached
from custody_api.disclosing import require_opens
from custody_api.head import keeps_body_back
from custody_api.problems import language_of

router = APIRouter(prefix="/v1", tags=["bundles"])


Chosen = Annotated[str, Field(pattern=f"^({ALL}|[A-Za-z0-9_-]{{43}})$")]


class Wanted(TakenOut):
    """What goes into a bundle, and why it is taken out."""

    disclose: list[Chosen] = Field(
        [], max_length=100, description="Sealed values to open: `all`, or commitments; by right, and journaled."
    )
    attachments: bool = Field(False, description="With the files that its acts name.")
    report: bool = Field(True, description="With a report for people.")


@router.get("/cases/{reference:path}/bundle", response_class=StreamingResponse, **documented.BUNDLE)
def read_case_bundle(
    reference: str, request: Request, context: InContext, caller: TheCaller, registers: TheRegisters,
    wanted: Annotated[Wanted, Query()],
) -> StreamingResponse:  # fmt: skip
    """A bundle of a case and each of its items: a ZIP archive that anybody can verify (docs/format.md section 7)."""
    require_reached(context, context.ledger.recorder.head().size)
    case = normalize("NFC", reference)
    if registers.sight_of(f"case:{case}") is not Sight.WHOLE:
        raise not_found("case", case)
    return _answer(Subject("case", case), request, context, caller, registers, wanted)


@router.get("/items/{id_or_code}/bundle", response_class=StreamingResponse, **documented.BUNDLE)
def read_item_bundle(
    id_or_code: str, request: Request, context: InContext, caller: TheCaller, registers: TheRegisters,
    wanted: Annotated[Wanted, Query()],
) -> StreamingResponse:  # fmt: skip
    """A bundle of an item: a ZIP archive that anybody can verify (docs/format.md section 7)."""
    require_reached(context, context.ledger.recorder.head().size)
    item = registers.item(id_or_code)["item"]
    if registers.sight_of(f"item:{item}") is not Sight.WHOLE:
        raise not_found("item", id_or_code)
    return _answer(Subject("item", item), request, context, caller, registers, wanted)


def _answer(
    subject: Subject, request: Request, context: Context, caller: Caller, registers: Registers, wanted: Wanted
) -> StreamingResponse:
    """The bundle as a stream; who took it out, and what was opened for it, stands in the journal before it begins.

    Of a HEAD nothing leaves: none is put together, and no line is written.
    """
    ledger = context.ledger
    if wanted.disclose:
        require_opens(caller, Sight.WHOLE)
    if keeps_body_back(request):
        return _streamed(subject, ledger.recorder.head().size, ())
    ledger.publication.publish(at_once=True)
    size = ledger.recorder.head().size
    require_reached(context, size)  # an act that the registers do not know yet, he would not see
    scope = scope_of(ledger.recorder, subject, size)
    withheld = {index for index, each in scope.acts.items() if not _whole(registers, each)}
    opened = _opened(ledger, scope, withheld, wanted)
    content = content_of(
        ledger, scope, withheld=withheld, disclosures=opened.values(),
        attachments=_attachments(context.attachments, scope, withheld) if wanted.attachments else (),
        witnesses=context.operation.witness_policy or NO_WITNESSES,
    )  # fmt: skip
    if wanted.report:
        content = with_reports(ledger, scope, content, language_of(request))
    every = files_of(content)
    of: dict[str, object] = {subject.kind: subject.id, "position": scope.size, "withheld": len(withheld)}
    if opened:
        ledger.journal.view(caller.person, wanted.why, of, opened, "view/bundle")
    ledger.journal.export(caller.person, wanted.why, of, "export/bundle")
    return _streamed(subject, scope.size, every)


def _streamed(subject: Subject, position: int, every: Sequence[File]) -> StreamingResponse:
    """The answer with a bundle of some files; for a HEAD of none, and then without a length."""
    name = quote(f"{subject.id.replace('/', '-')}.zip")
    headers = {
        "Cache-Control": "no-store", "Custody-Position": str(position),
        "Content-Disposition": f"attachment; filename=\"bundle.zip\"; filename*=UTF-8''{name}",
        **({"Content-Length": str(archive_size(every))} if every else {}),
    }  # fmt: skip
    return StreamingResponse(archived(every) if every else (), media_type="application/zip", headers=headers)


def _whole(registers: Registers, found: Found) -> bool:
    """Whether the caller sees the whole of an act; of those about who may sign, everybody does."""
    return found.entry.type in ABOUT_PARTIES or registers.sight_of_act(found.recorded) is Sight.WHOLE


def _opened(ledger: Ledger, scope: Scope, withheld: Collection[int], wanted: Wanted) -> dict[str, Opened]:
    """The sealed values that are asked for, of acts that the caller sees the whole of."""
    if not wanted.disclose:
        return {}
    seen = [each for index, each in scope.acts.items() if index not in withheld]
    return sealed_values(ledger, seen, None if ALL in wanted.disclose else wanted.disclose)


def _attachments(store: Attachments | None, scope: Scope, withheld: Collection[int]) -> list[File]:
    if store is None:
        raise Unavailable("unavailable/no-attachments", "This server keeps no attachments.", retry_after=3600)
    seen = [each.recorded.act for index, each in scope.own.items() if index not in withheld]
    return bundled(store, (sha256 for act in seen for sha256 in files.files_of(act)))
