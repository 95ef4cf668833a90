"""Acts as CloudEvents 1.0, in the JSON format (https://github.com/cloudevents/spec, v1.0.2)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from custody.registers.following import Followed

Json = dict[str, Any]


def events_of(followed: Followed, origin: str) -> list[Json]:
    """The acts that were followed, each as an event, in log order."""
    return [_event(act, followed.subjects[act["position"]], origin) for act in followed.acts]


def _event(act: Json, subjects: Sequence[str], origin: str) -> Json:
    return {
        "specversion": "1.0",
        "id": act["act"],
        "source": f"//{origin}",  # an origin is a URL without its scheme: a network-path reference (RFC 3986, 4.2)
        "type": f"custody.act.{act['type']}.v1",
        "time": act["recorded_at"],
        # The documented extension: a string, since an attribute's integers end at 2³¹ - 1; padded, so that it sorts.
        "sequence": f"{act['position']:016}",
        "datacontenttype": "application/json",
        "data": {**act, "subjects": list(subjects)},
    }
