"""A case as CASE/UCO JSON-LD: what was done, by whom, when, with which exhibits.

Each act is an InvestigativeAction, whose objects are the items it touched; each item has a ProvenanceRecord under its
label as exhibit number, which the act that brought it in has as its result. Source: CASE and UCO 1.5,
https://caseontology.org; what comes out is validated against them in the tests.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from custody.facts.shapes import Shape
from custody_api.interchange.chain import Chain, Step, compact

MEDIA_TYPE: Final = "application/ld+json"

Node = dict[str, Any]

_ONTOLOGY: Final = "https://ontology.unifiedcyberontology.org/uco/"
_CONTEXT: Final = {
    "case-investigation": "https://ontology.caseontology.org/case/investigation/",
    **{f"uco-{each}": f"{_ONTOLOGY}{each}/" for each in (
        "action", "core", "identity", "location", "observable", "types")},
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}  # fmt: skip


def case_document(chain: Chain, case: Shape) -> Node:
    """Return a case and everything in it as one JSON-LD document."""
    parts = [*_items(chain), *_actions(chain), *_people(chain), *_places(chain)]
    lead = {"@id": _id(chain, "organization", case["lead"]), "@type": "uco-identity:Organization",
            "uco-core:name": case["lead"]}  # fmt: skip
    investigation = {
        "@id": _id(chain, "investigation", case["case"]),
        "@type": "case-investigation:Investigation",
        "uco-core:name": case["case"],
        "uco-core:startTime": _time(case["opened_at"]),
        "uco-core:createdBy": {"@id": lead["@id"]},
        "uco-core:object": [{"@id": each["@id"]} for each in parts],
    }
    return {"@context": {"kb": chain.base, **_CONTEXT}, "@graph": [investigation, lead, *parts]}


def _items(chain: Chain) -> Iterator[Node]:
    for each in chain.items:
        item = _id(chain, "item", each["item"])
        yield compact({
            "@id": item,
            "@type": "uco-observable:ObservableObject" if each.get("sha256") else "uco-core:Item",
            "uco-core:name": each["description"],
            "uco-core:description": each.get("features"),
            "uco-core:tag": [each["category"], each["status"]],
            "uco-core:externalReference": _reference(chain, "item", each["item"]),
            "uco-core:hasFacet": _content(chain, each),
        })  # fmt: skip
        yield {
            "@id": _id(chain, "provenance-record", each["item"]),
            "@type": "case-investigation:ProvenanceRecord",
            "case-investigation:exhibitNumber": each["code"],
            "uco-core:object": [{"@id": item}],
        }


def _content(chain: Chain, item: Shape) -> Node | None:
    """What is known of the bytes of something digital."""
    if not item.get("sha256"):
        return None
    return {
        "@id": _id(chain, "content-data-facet", item["item"]),
        "@type": "uco-observable:ContentDataFacet",
        "uco-observable:hash": {
            "@id": _id(chain, "hash", item["item"]),
            "@type": "uco-types:Hash",
            "uco-types:hashMethod": "SHA256",
            "uco-types:hashValue": {"@type": "xsd:hexBinary", "@value": item["sha256"]},
        },
    }


def _actions(chain: Chain) -> Iterator[Node]:
    last: dict[str, Any] = {}
    for step in chain.steps:
        yield _action(chain, step, last)
        last |= dict.fromkeys(step.items, step.act["act"])


def _action(chain: Chain, step: Step, last: dict[str, Any]) -> Node:
    """An act; ``last`` is the act before it on each item."""
    act = step.act
    first, *others = dict.fromkeys(signer["person"] for signer in act["signers"])
    before = dict.fromkeys(last[each] for each in step.items if each in last)
    born = [each for each in step.items if each not in last]
    return compact({
        "@id": f"kb:{chain.name('act', act['act'])}",
        "@type": "case-investigation:InvestigativeAction",
        "uco-core:name": act["type"],
        "uco-action:startTime": _time(act["occurred_at"]),
        "uco-action:endTime": _time(act["occurred_at"]),
        "uco-core:objectCreatedTime": _time(act["recorded_at"]),
        "uco-action:performer": {"@id": _id(chain, "person", first)},
        "uco-action:participant": [{"@id": _id(chain, "person", each)} for each in others],
        "uco-action:object": [{"@id": _id(chain, "item", each)} for each in step.items],
        "uco-action:location": [{"@id": _id(chain, "location", each)} for each in step.places],
        "uco-action:result": [{"@id": _id(chain, "provenance-record", each)} for each in born],
        "case-investigation:wasInformedBy": [{"@id": f"kb:{chain.name('act', each)}"} for each in before],
        "uco-core:description": [f"{each['severity']}: {each['code']}" for each in act["defects"]],
        "uco-core:externalReference": _reference(chain, "act", act["act"]),
    })  # fmt: skip


def _people(chain: Chain) -> Iterator[Node]:
    for person in chain.people():
        yield {"@id": _id(chain, "person", person), "@type": "uco-identity:Person", "uco-core:name": person}


def _places(chain: Chain) -> Iterator[Node]:
    for place, name in chain.places.items():
        yield {"@id": _id(chain, "location", place), "@type": "uco-location:Location", "uco-core:name": name}


def _reference(chain: Chain, kind: str, called: str) -> Node:
    """Where the thing itself is looked up: this ledger, and its name there."""
    return {
        "@id": _id(chain, "reference", f"{kind}/{called}"),
        "@type": "uco-core:ExternalReference",
        "uco-core:definingContext": chain.origin,
        "uco-core:externalIdentifier": called,
    }


def _id(chain: Chain, kind: str, called: str) -> str:
    return f"kb:{chain.name(kind, called)}"


def _time(text: str) -> Node:
    return {"@type": "xsd:dateTime", "@value": text}
