"""Defects: what broke a rule, on which items, and whether it was explained, accepted or contested since."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Column, Connection, Index, RowMapping, Table, Text, func, select, true

from custody.acts.parties import Genesis
from custody.facts.flaws import OpenDefect, each_once
from custody.facts.item import ItemFacts
from custody.facts.shapes import Shape
from custody.ledger.policies import policy_by_id, shipped_policy
from custody.registers import cases
from custody.registers.feeds import ItemlessDefects, Touching
from custody.registers.register import Part, Position, Register, Row, metadata, read
from custody.registers.sight import Seen
from custody.rules.policy import Policy

defect = Table(
    "defect",
    metadata,
    Column("subject", Text, primary_key=True, comment="the item, or the act if it has no items"),
    Column("defect", Text, primary_key=True),
    Column("item", Text),
    Column("case", Text),
    Column("act", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("state", Text, nullable=False),
    Index("defect_state", "state", "defect"),
    Index("defect_id", "defect"),
    Index("defect_case", "case", "defect"),
    Index("defect_act", "act"),
    Index("defect_code", "state", "severity", "code", "defect", "case"),
    sqlite_strict=True,
)

judged = Table(
    "judged",
    metadata,
    Column("position", Position, primary_key=True, autoincrement=False),
    Column("act", Text, nullable=False),
    Column("policy", Text, nullable=False, comment="the rule data by which the act was judged"),
    Column("jurisdiction", Text, comment="of the ledger; with its genesis"),
    Index("judged_act", "act"),
    sqlite_strict=True,
)
"""By which rule data the acts with defects were judged, and the genesis: those say what is owed."""


def _item_rows(facts: ItemFacts) -> Iterator[Row]:
    for each in each_once(facts.defects):
        yield _row(each, facts.item, facts.item, facts.case)


def _itemless_rows(facts: ItemlessDefects) -> Iterator[Row]:
    for each in facts.defects:
        yield _row(each, facts.act, None, None)


def _row(each: OpenDefect, subject: str, item: str | None, case: str | None) -> Row:
    return {
        "subject": subject, "defect": each.id, "item": item, "case": case, "act": each.act, "code": each.code,
        "rule": each.rule, "severity": each.severity, "state": each.state,
    }  # fmt: skip


def _judged_rows(touching: Touching) -> Iterator[Row]:
    recorded = touching.recorded
    genesis = recorded.act if isinstance(recorded.act, Genesis) else None
    if recorded.defects or genesis:
        yield {
            "position": recorded.index + 1, "act": recorded.act.id, "policy": recorded.policy,
            "jurisdiction": genesis.jurisdiction if genesis else None,
        }  # fmt: skip


REGISTER = Register(
    "defects",
    5,
    (
        Part(defect, "item", "subject", _item_rows),
        Part(defect, "itemless", "subject", _itemless_rows),
        Part(judged, "act", "position", _judged_rows),
    ),
)


def search(
    connection: Connection, state: str | None, case: str | None, after: str | None, limit: int,
    seen: Seen | None = None, act: str | None = None,
) -> list[Shape]:  # fmt: skip
    """Return defects ordered by id, each once with all its items, of these those that are seen."""
    visible = seen.told(defect.c.item, defect.c.case) if seen else true()
    ids = select(defect.c.defect).where(visible).distinct().order_by(defect.c.defect).limit(limit)
    if state is not None:
        ids = ids.where(defect.c.state == state)
    if case is not None:
        ids = ids.where(defect.c.case == case)
    if act is not None:
        ids = ids.where(defect.c.act == act)
    if after is not None:
        ids = ids.where(defect.c.defect > after)
    founding = select(judged.c.policy, judged.c.jurisdiction).where(judged.c.position == 1).cte()
    query = select(
        defect, cases.case.c.body.label("handled"), founding.c.jurisdiction,
        func.coalesce(judged.c.policy, founding.c.policy).label("policy"),
    ).outerjoin(cases.case, cases.case.c.case == defect.c.case).outerjoin(judged, judged.c.act == defect.c.act)
    rows = connection.execute(
        query.outerjoin(founding, true()).where(defect.c.defect.in_(ids), visible)
        .order_by(defect.c.defect, defect.c.subject)
    ).mappings()  # fmt: skip
    found: dict[str, Shape] = {}
    for row in rows:
        shape = found.get(row["defect"])
        if shape is None:
            shape = found[row["defect"]] = {
                **{name: row[name] for name in ("code", "rule", "severity", "act", "case", "state")},
                "id": row["defect"], "items": [], "owed": _owed_by(row),
            }  # fmt: skip
        shape["items"] += [row["item"]] if row["item"] else []
    return list(found.values())


def _owed_by(row: RowMapping) -> Shape | None:
    """What is owed for a defect by the rule data by which its act was judged: those of the ledger's jurisdiction that
    this version ships stand in for those that it no longer does. What became a defect later, when a key fell under
    doubt, goes by the genesis."""
    law = policy_by_id(row["policy"] or "") or shipped_policy(row["jurisdiction"] or "")
    return owed(law, row["code"], row["severity"], row["state"], row["handled"] and read(row["handled"]))


def owed(law: Policy, code: str, severity: str, state: str, case: Shape | None) -> Shape | None:
    """Return what is owed next for a defect, by which capacity and whom; None once it is accepted.

    An explanation is owed by the owner that the rule data name, or once it is given or the signature is contested, its
    acceptance by the reviewer. ``persons`` are the officers, or the legal reviewer, of the case, where it names them.
    """
    remedy = law.owed(code, severity)
    if remedy is None or state == "accepted":
        return None
    by = remedy.owner if state == "open" else remedy.accepted_by
    officers: list[str] = list(case["officers"]) if case else []
    reviewers = [case["legal_reviewer"]] if case and case["legal_reviewer"] else []
    persons = {"officer": officers, "legal-reviewer": reviewers}.get(by, [])
    return {"by": by, "persons": persons, "accepted_by": remedy.accepted_by, "zh": remedy.zh, "en": remedy.en}
