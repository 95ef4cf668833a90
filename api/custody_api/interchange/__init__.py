"""Histories in the formats of other systems: CASE/UCO of a case, PROV of a case or an item."""
