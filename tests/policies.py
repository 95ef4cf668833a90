"""Rule data as another version might ship them: those of mainland China with some words replaced."""

from __future__ import annotations

from importlib.resources import files

from custody.ledger.policies import shipped_policy
from custody.rules.policy import Policy
from custody.rules.rule_files import read_policy

SHIPPED = shipped_policy("cn")


def changed(*replaced: tuple[str, str]) -> Policy:
    """The shipped rule data with some words replaced."""
    folder = files("custody.rules") / "cn"
    data = {each.name: each.read_text("utf-8") for each in folder.iterdir() if each.name.endswith(".toml")}
    for before, after in replaced:
        assert any(before in text for text in data.values()), before
        data = {name: text.replace(before, after) for name, text in data.items()}
    return read_policy({name: text.encode() for name, text in data.items()})
