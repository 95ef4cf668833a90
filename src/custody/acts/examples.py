"""One filled-in example of every act, with everything that a client does not complete. All names are fictional.

Sealed values are written ``{"disclose": …}``; ids, codes and keys have sound forms but belong to nothing.
"""

from __future__ import annotations

from copy import deepcopy
from functools import cache
from importlib.resources import files
from typing import Any

from custody.strict import read_json


def example(type_name: str) -> dict[str, Any]:
    """Return a draft of an act type, for `custody.authoring.prepare`. Raises KeyError for an unknown type."""
    return deepcopy(_examples()[type_name])


@cache
def _examples() -> dict[str, dict[str, Any]]:
    listed = read_json((files("custody.acts") / "examples.json").read_bytes(), "examples")
    return {draft["act"]: draft for draft in listed}
