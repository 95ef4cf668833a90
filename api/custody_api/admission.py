"""Which endpoint answers whom: one entry for each, from which docs/access.md is written. Without an entry, tests fail.

What a caller sees of a thing is decided by `custody.access.rights`; an entry says how an endpoint asks that.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

Admission = Literal[
    "open", "signed-in", "members", "thing", "whole", "loan", "counted", "tube", "label", "person", "signer",
    "opens", "exports", "named", "follows", "subscriber", "oversees", "audits", "own",
]  # fmt: skip

MEANINGS: Final[Mapping[Admission, str]] = {
    "open": "Everybody, without a session.",
    "signed-in": "Whoever signed in.",
    "members": "Whoever signed in. Holds, pages through and counts only what he sees, each as far as he sees it.",
    "thing": "Who sees at least the thing, as far as he sees it. Others: 404.",
    "whole": "Who sees the whole of it. Others: 404.",
    "loan": "Who sees the whole of one of its items; of the others it does not speak. Others: 404.",
    "counted": "Who sees a place that it counts. Others: 404.",
    "tube": "Who sees one of its tubes; of the others, and of results of what he sees less than the whole of, it does "
    "not speak. Others: 404.",
    "label": "Who sees the item, the place, or a tube of the kit. Others: 404.",
    "person": "Who sees the whole of the act, item, case; or is the person, or oversees his agency. Others: 404.",
    "signer": "Somebody of the agency of a signer, else 403. Decided by what he sees: the rest is not there.",
    "opens": "As without `disclose`; with it, who may open sealed values of it, else 403. Journaled first.",
    "exports": "As JSON; as a file (`format`, Accept), who says why (`why`). Journaled first.",
    "named": "Who sees the whole of an act that names the file. Others: 404.",
    "follows": "Whoever signed in: acts on things towards which his agency had a role when they were recorded.",
    "subscriber": "Who made the subscription; lists hold his own. Others: 404. What is sent he may see in the feed.",
    "oversees": "Who reviews, approves, supervises or audits: what people of his own agency did. Others: 403.",
    "audits": "Auditors of an audit or supervision office. Others: 403.",
    "own": "Whoever signed in: figures of the cases that his own agency leads; auditors, of any.",
}
"""What an entry means. 401 comes first: without a session, everything but ``open`` answers nothing else."""

ENDPOINTS: Final[Mapping[str, tuple[Admission, ...]]] = {
    "GET /openapi.json": ("open",),
    "GET /metrics": ("open",),
    "GET /healthz": ("open",),
    "GET /readyz": ("open",),
    "GET /r/{token}": ("open",),
    "GET /v1/schemas": ("open",),
    "GET /v1/schemas/{type_name}": ("open",),
    "POST /v1/session": ("open",),
    "DELETE /v1/session": ("open",),
    "GET /v1/session": ("signed-in",),
    "POST /v1/acts": ("signed-in",),
    "POST /v1/acts/batch": ("signed-in",),
    "PUT /v1/attachments/{sha256}": ("signed-in",),
    "GET /v1/attachments/{sha256}": ("named",),
    "POST /v1/acts/check": ("signer",),
    "GET /v1/acts/{act_id}": ("thing", "opens"),
    "GET /v1/acts/{act_id}/proof": ("thing",),
    "GET /v1/acts/{act_id}/entry": ("thing",),
    "GET /v1/acts/{act_id}/envelope": ("whole",),
    "GET /v1/items": ("members", "exports"),
    "GET /v1/items/{id_or_code}": ("thing",),
    "GET /v1/items/{id_or_code}/history": ("thing", "opens"),
    "GET /v1/cases": ("members", "exports"),
    "GET /v1/cases/{reference:path}": ("whole", "members"),
    "GET /v1/cases/{reference:path}/items": ("whole", "members", "exports"),
    "GET /v1/cases/{reference:path}/acts": ("whole", "exports"),
    "GET /v1/cases/{reference:path}/kits": ("whole", "exports"),
    "GET /v1/kits/{kit}": ("tube",),
    "GET /v1/people": ("signed-in", "exports"),
    "GET /v1/people/{person}": ("signed-in", "members"),
    "GET /v1/people/{person}/items": ("members", "exports"),
    "GET /v1/places": ("members", "exports"),
    "GET /v1/places/{place}": ("thing", "members"),
    "GET /v1/places/{place}/items": ("thing", "members", "exports"),
    "GET /v1/manifests": ("members", "exports"),
    "GET /v1/manifests/{manifest}": ("thing",),
    "GET /v1/loans": ("members", "exports"),
    "GET /v1/loans/{loan}": ("loan",),
    "GET /v1/stock-takes": ("members", "exports"),
    "GET /v1/stock-takes/{stock_take}": ("counted",),
    "GET /v1/stock-takes/{stock_take}/missing": ("counted", "members", "exports"),
    "GET /v1/unlocated": ("members", "exports"),
    "GET /v1/statistics": ("own",),
    "GET /v1/defects": ("members", "exports"),
    "GET /v1/deadlines": ("members", "exports"),
    "GET /v1/deadlines.ics": ("members", "exports"),
    "GET /v1/feed": ("follows",),
    "GET /v1/feed/stream": ("follows",),
    "GET /v1/subscriptions": ("subscriber",),
    "POST /v1/subscriptions": ("follows",),
    "GET /v1/subscriptions/{subscription}": ("subscriber",),
    "DELETE /v1/subscriptions/{subscription}": ("subscriber",),
    "POST /v1/subscriptions/{subscription}/secret": ("subscriber",),
    "GET /v1/subscriptions/{subscription}/dead-letters": ("subscriber",),
    "POST /v1/subscriptions/{subscription}/replay": ("subscriber",),
    "GET /v1/refusals": ("oversees", "exports"),
    "GET /v1/clearances/{name}": ("members", "exports"),
    "GET /v1/inspection": ("audits",),
    "GET /v1/journal/views": ("audits", "exports"),
    "GET /v1/labels/{label_id}.{format}": ("label",),
    "POST /v1/scans": ("members",),
    "GET /v1/papers/{kind}": ("person",),
    "GET /log/checkpoint": ("signed-in",),
    "GET /log/tile/{level}/{number:path}": ("signed-in",),
    "GET /log/tile/entries/{number:path}": ("audits",),
}
"""Method and path → who is answered; of several, each says what it adds."""
