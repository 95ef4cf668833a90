"""Act × part → who may stand in it: allowed capacities, how many, and whether a paper signature may do.

One table. Everywhere: the same person never signs two parts of one act (the one exception: a person may confirm
his own further key with a key he already has). Source: docs/domain.md, capacities and parts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Part:
    """One part of an act: its Chinese and English name, the capacities it takes, and how many people."""

    zh: str
    en: str
    capacities: frozenset[str]
    least: int = 1
    most: int = 1
    paper: bool = False
    """Whether someone without a key here may stand in it as an attestation."""


ADMINISTRATOR: Final = frozenset({"administrator"})
OFFICER: Final = frozenset({"officer"})
OFFICER_OR_AUXILIARY: Final = frozenset({"officer", "auxiliary"})
CUSTODIAN: Final = frozenset({"custodian"})
EXAMINER: Final = frozenset({"examiner"})
APPROVER: Final = frozenset({"approver-1", "approver-2", "approver-3"})
REVIEWER: Final = frozenset({"legal-reviewer"})
HANDS: Final = frozenset(
    {"officer", "auxiliary", "custodian", "examiner", "medic", "prosecutor", "judge", "finance", "supervisor"}
)
COUNTERS: Final = OFFICER_OR_AUXILIARY | CUSTODIAN | EXAMINER | REVIEWER | {"finance", "supervisor", "auditor"}
ANYONE: Final = HANDS | APPROVER | REVIEWER | frozenset({"administrator", "auditor", "system"})

_ADMIN: Final = Part("机构管理员", "administrator", ADMINISTRATOR)
_CUSTODIANS: Final = Part("保管员", "custodian", CUSTODIAN, most=2)
_APPROVER_MAYBE: Final = Part("审批人", "approver", APPROVER, least=0)

PARTS: Final[Mapping[str, Mapping[str, Part]]] = {
    "genesis": {"administrator": Part("机构管理员", "administrator", ANYONE)},
    "agency": {
        "administrator": _ADMIN,
        "new-administrator": Part("新机构管理员", "new administrator", ANYONE, least=0),
    },
    "enrolment": {
        "administrator": _ADMIN,
        "subject": Part("新密钥持有人", "holder of the new key", ANYONE),
        "confirmer": Part("确认人", "confirmer", ANYONE, least=0),
    },
    "person": {"administrator": _ADMIN},
    "revocation": {
        "administrator": Part("机构管理员", "administrator", ADMINISTRATOR, least=0),
        "holder": Part("密钥持有人", "holder of the key", ANYONE, least=0),
    },
    "place": {"administrator": _ADMIN},
    "case-opening": {"officer": Part("办案民警", "officer", OFFICER)},
    "noted": {
        "noter": Part("记录人", "noter", OFFICER | REVIEWER | CUSTODIAN),
        "approver": _APPROVER_MAYBE,
    },
    "seizure": {
        "officer": Part("办案民警", "officer", OFFICER),
        "second": Part("第二名民警", "second officer", OFFICER_OR_AUXILIARY, least=0, most=3),
        "holder": Part("持有人", "holder", frozenset(), least=0, most=5, paper=True),
        "witness": Part("见证人", "attesting witness", frozenset(), least=0, most=5, paper=True),
    },
    "sealing": {
        "sealer": Part("封存人", "sealer", OFFICER | CUSTODIAN | EXAMINER | {"medic"}, most=2),
        "holder": Part("持有人", "holder", frozenset(), least=0, most=5, paper=True),
    },
    "unsealing": {
        "opener": Part("启封人", "opener", HANDS),
        "second": Part("第二启封人", "second opener", HANDS | REVIEWER),
    },
    "labelling": {"labeller": Part("贴码人", "labeller", CUSTODIAN | OFFICER | EXAMINER)},
    "instrument": {
        "officer": Part("办案民警", "officer", OFFICER),
        "approver": _APPROVER_MAYBE,
    },
    "measure-change": {
        "officer": Part("经办人", "officer, prosecutor or judge", OFFICER | {"prosecutor", "judge"}),
        "approver": Part("审批人", "approver", APPROVER),
    },
    "division": {
        "divider": Part("分装人", "divider", HANDS, least=2, most=4),
        "holder": Part("持有人", "holder", frozenset(), least=0, most=5, paper=True),
        "witness": Part("见证人", "attesting witness", frozenset(), least=0, most=5, paper=True),
    },
    "reclassification": {
        "officer": Part("办案民警", "officer", OFFICER),
        "approver": Part("审批人", "approver", APPROVER),
    },
    "discrepancy": {
        "reporter": Part("报告人", "reporter", ANYONE, least=0),
        "reviewer": Part("法制审核人", "legal reviewer", REVIEWER, least=0),
        "supervisor": Part("督察", "supervisor", frozenset({"supervisor"}), least=0),
    },
    "check-in": {
        "deliverer": Part("交件人", "deliverer", HANDS, paper=True),
        "custodian": _CUSTODIANS,
    },
    "transfer": {
        "deliverer": Part("移交人", "deliverer", HANDS, paper=True),
        "receiver": Part("接收人", "receiver", HANDS, paper=True),
        "second-custodian": Part("第二保管员", "second custodian", CUSTODIAN, least=0),
    },
    "relocation": {"custodian": _CUSTODIANS},
    "check-out": {
        "custodian": _CUSTODIANS,
        "borrower": Part("调用人", "borrower", HANDS),
        "approver": _APPROVER_MAYBE,
    },
    "loan-request": {"officer": Part("呈请人", "officer who asks", OFFICER)},
    "loan-decision": {"approver": Part("审批人", "approver", APPROVER)},
    "observation": {"observer": Part("查验人", "observer", CUSTODIAN | EXAMINER, most=2)},
    "return": {
        "borrower": Part("归还人", "borrower", HANDS),
        "custodian": _CUSTODIANS,
    },
    "case-stage": {"signer": Part("签署人", "officer, prosecutor or judge", OFFICER | {"prosecutor", "judge"})},
    "offer": {"deliverer": Part("移送人", "deliverer", HANDS)},
    "answer": {
        "receiver": Part("接收人", "receiver", HANDS, most=2),
        "holder": Part("现持有人", "present holder", HANDS, least=0, most=2, paper=True),
    },
    "offer-withdrawal": {"deliverer": Part("移送人", "deliverer", HANDS)},
    "blood-draw": {
        "medic": Part("提取人", "drawer", frozenset({"medic"}), paper=True),
        "officer": Part("办案民警", "officer", OFFICER),
        "second": Part("第二名民警或辅警", "second officer or auxiliary", OFFICER_OR_AUXILIARY, least=0, most=3),
        "subject": Part("被提取人", "subject", frozenset(), least=0, paper=True),
    },
    "lab-dispatch": {
        "officer": Part("送检人", "officer", OFFICER, most=2),
        "custodian": Part("保管员", "custodian", CUSTODIAN, least=0, most=2),
        "approver": _APPROVER_MAYBE,
    },
    "lab-receipt": {
        "examiner": Part("接收人", "examiner", EXAMINER, most=3, paper=True),
        "deliverer": Part("送检人", "deliverer", HANDS, paper=True),
    },
    "lab-result": {"examiner": Part("鉴定人", "examiner", EXAMINER, most=5, paper=True)},
    "result-notice": {
        "officer": Part("告知人", "officer", OFFICER),
        "person": Part("被告知人", "person told", frozenset(), least=0, paper=True),
    },
    "reexamination-request": {
        "officer": Part("受理人", "officer", OFFICER),
        "applicant": Part("申请人", "applicant", frozenset(), least=0, paper=True),
    },
    "reexamination": {"approver": Part("审批人", "approver", APPROVER)},
    "release": {
        "holder": Part("经手人", "holder", CUSTODIAN | OFFICER | EXAMINER, most=2),
        "approver": _APPROVER_MAYBE,
        "supervisor": Part("监销人", "supervisor", frozenset({"supervisor", "legal-reviewer", "prosecutor"}),
                           least=0, most=5),
        "finance": Part("财务", "finance", frozenset({"finance"}), least=0),
        "recipient": Part("接收人", "recipient", frozenset(), least=0, most=5, paper=True),
    },
    "disposition-order": {
        "officer": Part("决定人", "deciding officer", OFFICER | {"prosecutor", "judge"}),
        "approver": _APPROVER_MAYBE,
    },
    "public-notice": {"officer": Part("办案民警", "officer", OFFICER)},
    "appraisal": {"officer": Part("办案民警", "officer", OFFICER)},
    "cash-deposit": {
        "custodian": _CUSTODIANS,
        "finance": Part("财务", "finance", frozenset({"finance"})),
    },
    "custodian-handover": {
        "outgoing": Part("移交人", "outgoing custodian", HANDS, least=0),
        "incoming": Part("接任人", "incoming custodian", HANDS),
        "supervisor": Part("监交人", "supervisor", frozenset({"supervisor", "legal-reviewer"}), most=2),
    },
    "viewing": {
        "custodian": Part("保管员", "custodian", CUSTODIAN | EXAMINER, most=2),
        "viewer": Part("阅看人", "viewer", frozenset({"prosecutor", "judge", "examiner"}), least=0, paper=True),
    },
    "erasure": {
        "reviewer": Part("法制员", "legal reviewer", REVIEWER),
        "administrator": _ADMIN,
    },
    "hold": {"placer": Part("决定人", "placer", REVIEWER | {"judge", "prosecutor"})},
    "correction": {
        "author": Part("更正人", "author", ANYONE),
        "approver": Part("审批人", "approver", APPROVER | REVIEWER),
    },
    "stock-take": {
        "counter": Part("清点人", "counter", COUNTERS, most=6),
        "supervisor": Part("监督人", "supervisor", REVIEWER | {"supervisor", "auditor"}, least=0),
    },
    "remedy": {"signer": Part("补正人", "signer", ANYONE)},
    "policy": {"administrator": _ADMIN, "legal-reviewer": Part("法制员", "legal reviewer", REVIEWER)},
    "log-key": {"administrator": _ADMIN, "supervisor": Part("督察", "supervisor", frozenset({"supervisor"}))},
}  # fmt: skip
"""Every act type that can be signed, and the parts it has."""
