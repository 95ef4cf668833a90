"""Every kind of paper: its names, the acts it is drawn from, and how."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from custody.acts.act import Act
from custody.acts.case import Noted
from custody.acts.disposition import Release
from custody.acts.entry import Recorded
from custody.errors import Malformed, NotFound
from custody_api.papers import continuity, handing, keeping, leaving, manifests, taking, telling
from custody_api.papers.paper import Paper
from custody_api.papers.sources import Source, Sources

Subject = Literal["act", "item", "case", "person"]

Build = Callable[[Sources, Source, str], Paper]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of paper drawn from acts of some types; ``fits`` narrows them. ``citizen``: a copy may bear a link."""

    zh: str
    en: str
    types: tuple[str, ...]
    build: Build
    fits: Callable[[Act], bool] = lambda act: True
    citizen: bool = False
    root: Callable[[Sources, Source], Source] | None = None
    """The act whose paper it is, where acts that follow it belong to the same paper."""

    def takes(self, act: Act) -> bool:
        """Whether such a paper is drawn from an act."""
        return act.act in self.types and self.fits(act)


def _released(*kinds: str) -> Callable[[Act], bool]:
    return lambda act: isinstance(act, Release) and act.kind in kinds


def _recommends(act: Act) -> bool:
    return isinstance(act, Noted) and act.fact == "recommendation-issued"


_NOT_DESTROYED: Final = ("returned", "remitted", "handed-over", "consumed", "supplied-to-subject", "sold")

KINDS: Final[dict[str, Kind]] = {
    "seizure-list": Kind("扣押清单", "seizure list", ("seizure",), taking.seizure_list, citizen=True),
    "blood-draw-form": Kind(
        "血样提取登记表", "register of a blood draw", ("blood-draw",), taking.blood_draw_form, citizen=True
    ),
    "check-in-slip": Kind("入库单", "intake slip", ("check-in",), handing.check_in_slip),
    "transfer-list": Kind("移交清单", "transfer list", ("transfer",), handing.transfer_list),
    "loan-register": Kind("调用登记", "register of a loan", ("check-out",), handing.loan_register),
    "lab-list": Kind("送检清单", "list for a laboratory", ("lab-dispatch",), handing.lab_list),
    "case-file-list": Kind("随案移送清单", "list of items that go with a case", ("offer",), manifests.case_file_list),
    "opinion-notice": Kind("鉴定意见通知书", "notice of an expert opinion", ("result-notice",), telling.opinion_notice),
    "return-list": Kind(
        "发还清单", "list of property returned", ("release",), leaving.return_list, _released(*_NOT_DESTROYED), True
    ),
    "destruction-list": Kind(
        "销毁清单", "list of property destroyed", ("release",), leaving.destruction_list, _released("destroyed")
    ),
    "execution-receipt": Kind("执行回执", "receipt of execution", ("release",), leaving.execution_receipt),
    "recommendation": Kind("执法建议书", "recommendation", ("noted",), leaving.recommendation, _recommends),
    "stock-take-list": Kind("盘点表", "stock-take", ("stock-take",), keeping.stock_take_list, root=keeping.opening_of),
    "viewing-register": Kind("查看登记", "register of a viewing", ("viewing",), keeping.viewing_register),
    "handover-list": Kind(
        "保管交接清单", "handover between custodians", ("custodian-handover",), keeping.handover_list
    ),
    "division-record": Kind("拆分记录", "record of a division", ("division",), keeping.division_record),
    "receipt": Kind(
        "回执", "receipt for a citizen", ("seizure", "blood-draw", "release"), leaving.citizen_receipt, citizen=True
    ),
}
"""The papers of acts. `CONTINUITY` is drawn from all acts on an item, or by a person."""

CONTINUITY: Final = "continuity"

NAMES: Final = (*KINDS, CONTINUITY)

TITLES: Final = {name: {"zh": kind.zh, "en": kind.en} for name, kind in KINDS.items()} | {
    CONTINUITY: {"zh": "保管链条说明", "en": "statement of continuity"}
}
"""What each paper is called."""

DRAWN_FROM: Final = tuple(dict.fromkeys([each for kind in KINDS.values() for each in kind.types] + ["division"]))
"""The types of acts that papers are drawn from."""


Link = str | Callable[[Source], str]
"""The address that a citizen's copy bears: given, or made for the act that a paper is drawn from."""


def papers(sources: Sources, kind: str, subject: Subject, name: str, link: Link = "") -> list[Paper]:
    """Draw every paper of a kind about a subject, oldest first.

    Of an act one paper; of an item or a case one for each act that fits. Raises NotFound if there is none, and
    Malformed for a kind that does not exist or does not suit the subject.
    """
    if kind == CONTINUITY:
        return _statements(sources, subject, name)
    chosen = KINDS.get(kind)
    if chosen is None or subject == "person":
        raise Malformed("malformed/paper", "There is no such paper of this.", field=kind, got=subject)
    if link and not chosen.citizen:
        raise Malformed("malformed/paper", "Only a citizen's paper bears a link.", field=kind, got="link")
    found = [each for each in _acts(sources, chosen, subject, name) if chosen.fits(each.act)]
    if not found:
        raise _nothing(kind, name)
    if chosen.root is not None:
        roots = [chosen.root(sources, each) for each in found]
        found = list({each.position: each for each in roots}.values())
    return [chosen.build(sources, each, link(each) if callable(link) else link) for each in found]


def drawable(sources: Sources, case: str, whole: Callable[[Sequence[Recorded]], set[int]]) -> list[str]:
    """The kinds of papers that can be drawn of a case, in their order; ``whole`` says of which acts, by their leaf
    indexes, the reader may see the whole."""
    recorded = sources.under([f"case:{case}"], DRAWN_FROM)[f"case:{case}"]
    read = whole(recorded)
    acts = [each.act for each in recorded if each.index in read]
    found = [name for name, kind in KINDS.items() if any(map(kind.takes, acts))]
    return [*found, CONTINUITY] if any(each.items_born for each in acts) else found


def _acts(sources: Sources, kind: Kind, subject: Subject, name: str) -> list[Source]:
    if subject == "act":
        source = sources.act(name)
        return [source] if source.act.act in kind.types else []
    return sources.acts(f"{subject}:{name}", kind.types)


def _statements(sources: Sources, subject: Subject, name: str) -> list[Paper]:
    if subject == "person":
        return [continuity.of_person(sources, name)]
    if subject == "item":
        return [continuity.of_item(sources, name)]
    if subject == "act":
        return [continuity.of_item(sources, each) for each in sources.act(name).act.own_items]
    taken = sources.acts(f"case:{name}", ("seizure", "blood-draw", "division"))
    born = [item for each in taken for item in each.act.own_items if item in each.act.items_born]
    found = [continuity.of_item(sources, item) for item in born]
    if not found:
        raise _nothing(CONTINUITY, name)
    return found


def _nothing(kind: str, asked: str) -> NotFound:
    return NotFound("not-found/paper", "The ledger has nothing that this paper is drawn from.", kind=kind, asked=asked)
