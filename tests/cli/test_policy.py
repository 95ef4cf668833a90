"""``custody policy`` with the real executable."""

from __future__ import annotations

from commandline import Office
from custody.ledger.policies import shipped_policy


def test_the_policy_in_force_is_shown(office: Office) -> None:
    shown = office.json("policy", "show")
    assert shown["in_force"] == shown["shipped"] == shipped_policy("cn").id
    assert shown["writes"] is True
    assert [each["since"] for each in shown["history"]] == [None]
    assert "genesis" in office.run("policy", "show").stdout
    assert "开账" in office.run("policy", "show", lang="zh").stdout


def test_the_draft_of_a_policy_act_is_signed_like_any_other(office: Office) -> None:
    """The data are those in force already, so the rules say that there is nothing to put in force."""
    draft = office.json("policy", "draft", "--administrator", "psb-admin", "--legal-reviewer", "psb-0077")
    assert draft["policy"] == shipped_policy("cn").id
    refused = office.act(draft)
    assert refused.returncode == 1
    assert "refused/policy-unchanged" in refused.stderr
