"""Verbs of control: a case goes through its stages, manifests are offered, answered, withdrawn."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from custody.ledger.ledger import Receipt

if TYPE_CHECKING:
    from world import World

HOUSES = {"周远": "psb-yunling", "江检": "pro-yunling", "钱法官": "crt-yunling"}
"""Who speaks for which agency in these stories."""


class ControlVerbs:
    """What `World` can do with control."""

    def steps(self: World, case: str, stage: str | None = None, by: str = "周远", **fields: Any) -> Receipt:
        """Bring a case to a stage, make it final, or let an instrument take effect."""
        effective = fields.pop("effective", None)
        if isinstance(effective, str):
            effective = {"instrument": effective, "since": self.clock.now.isoformat()}
        return self.act(
            {
                "act": "case-stage", "case": case, "agency": HOUSES.get(by), "stage": stage, "final": False,
                "effective": effective, "signers": self.signers(signer=by), **fields,
            }
        )  # fmt: skip

    def offers(
        self: World, items: list[str], to: str = "pro-yunling", stage: str | None = "prosecution", by: str = "周远",
        goods: tuple[str, ...] = (), **fields: Any,
    ) -> str:  # fmt: skip
        """Offer control of items to an agency, on paper except for ``goods``; returns the manifest."""
        manifest = str(fields.pop("manifest", None) or self.code("manifest")[:16])
        lines = [
            {"item": item, "moves": "both" if item in goods else "control", "proposal": "没收"} for item in items
        ]
        self.act(
            {
                "act": "offer", "manifest": manifest, "sender": HOUSES.get(by), "receiver": {"agency": to},
                "stage": stage, "document": "云公移诉字〔2026〕88号", "lines": lines,
                "expires_at": (self.clock.now + timedelta(hours=24)).isoformat(),
                "signers": self.signers(deliverer=by), **fields,
            }
        )  # fmt: skip
        return manifest

    def answer_lines(
        self: World, items: list[str], goods: tuple[str, ...] = (), **fields: Any
    ) -> list[dict[str, Any]]:
        """Lines that accept items on paper, those of ``goods`` hand over hand."""
        on_paper = [
            {"item": each, "moves": "control", "decision": "accepted", "viewed": "list", **fields}
            for each in items if each not in goods
        ]  # fmt: skip
        handed = [
            {**line, "moves": "both", "decision": "accepted", **fields} for line in self.lines(list(goods))
        ]  # fmt: skip
        return on_paper + handed

    def answers(
        self: World, manifest: str, items: list[str], by: str = "江检", goods: tuple[str, ...] = (),
        holder: str = "梁静", **fields: Any,
    ) -> Receipt:  # fmt: skip
        """Accept lines of a manifest; ``goods`` come from ``holder`` into the receiver's own hands."""
        lines = fields.pop("lines", None) or self.answer_lines(items, goods)
        parts = {"receiver": by, **({"holder": holder} if goods else {})}
        return self.act(
            {
                "act": "answer", "manifest": manifest, "to": {"person": self.id_of(by)} if goods else None,
                "lines": lines, "signers": self.signers(**parts), **fields,
            }
        )  # fmt: skip

    def withdraws(self: World, manifest: str, items: list[str], by: str = "周远", **fields: Any) -> Receipt:
        """Take lines of a manifest back."""
        return self.act(
            {
                "act": "offer-withdrawal", "manifest": manifest, "items": items, "reason": "清单有误",
                "signers": self.signers(deliverer=by), **fields,
            }
        )  # fmt: skip

    def founds(self: World, agency: str, kind: str, *persons: str, capacity: str) -> None:
        """Register one more agency, and people of it who hold one capacity."""
        admin = f"{agency}-admin"
        self.act(
            {
                "act": "agency", "agency": agency, "kind": kind, "name": agency, "parent": "psb-yunling",
                "valid_from": "2019-01-01", "valid_to": None, "successor": None,
                "administrator": {
                    "person": admin, "name": {"disclose": admin}, "public_key": self.new_key(admin), "kind": "file",
                },
                "signers": self.signers(administrator="psb-admin", new_administrator=admin),
            }
        )  # fmt: skip
        for person in persons:
            self.act(
                {
                    "act": "enrolment", "person": person, "subject": "person", "name": {"disclose": person},
                    "agency": agency, "public_key": self.new_key(person), "kind": "file", "evidence": "工作证核验",
                    "signers": self.signers(administrator=admin, subject=person, confirmer="高岚"),
                }
            )  # fmt: skip
            self.act(
                {
                    "act": "person", "person": person, "add": [{"capacity": capacity}], "end": [], "places_added": [],
                    "places_ended": [], "unit": None, "left": False, "signers": self.signers(administrator=admin),
                }
            )  # fmt: skip
            HOUSES[person] = agency

    def ends(self: World, agency: str, successor: str, day: str, **fields: Any) -> Receipt:
        """An agency ends on a day, and another takes over what it holds, controls and leads."""
        from world import AGENCIES

        kind, name = AGENCIES[agency]
        return self.act(
            {
                "act": "agency", "agency": agency, "kind": kind, "name": name, "parent": "psb-yunling",
                "valid_from": "2019-01-01", "valid_to": day, "successor": successor, "administrator": None,
                "signers": self.signers(administrator="psb-admin"), **fields,
            }
        )  # fmt: skip
