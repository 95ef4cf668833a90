"""The rule data that this version ships, by jurisdiction."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from custody.errors import NotFound
from custody.rules.policy import Policy, read_policy


@cache
def shipped_policy(jurisdiction: str) -> Policy:
    """Return the policy shipped for a jurisdiction (``cn``). Raises NotFound."""
    folder = files("custody.rules") / jurisdiction
    if not jurisdiction.isalnum() or not folder.is_dir():
        raise NotFound("not-found/jurisdiction", "No rule data are shipped for this jurisdiction.", got=jurisdiction)
    return read_policy({each.name: each.read_bytes() for each in folder.iterdir() if each.name.endswith(".toml")})
