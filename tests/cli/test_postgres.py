"""The same commands on PostgreSQL, where the log's key has to be named."""

from __future__ import annotations

import pytest

from commandline import Office


def test_a_ledger_in_postgresql_is_founded_used_and_verified(
    tmp_path_factory: pytest.TempPathFactory, postgres_url: str
) -> None:
    office = Office(tmp_path_factory.mktemp("office"), database=postgres_url)
    unnamed = office.run(
        "init", "--origin", "custody.example/x", "--agency", "a1", "--admin", "psb-admin", "--key", "psb-admin.key"
    )
    assert unnamed.returncode == 2
    assert "--log-key" in unnamed.stderr

    office.found()
    office.keygen("psb-0077")
    done = office.act(office.enrolment("psb-0077"), office.grant("psb-0077"), options=("--log-key", "ledger.db.key"))
    assert done.returncode == 0, done.stderr
    assert office.json("show", "person", "psb-0077")["capacities"][0]["capacity"] == "legal-reviewer"
    assert office.json("verify", "--jobs", 1)["clean"] is True
    checks = {each["check"]: each["works"] for each in office.json("doctor", "--log-key", "ledger.db.key")["checks"]}
    assert checks["database"]
    shown = office.run("doctor", "--database", postgres_url.replace("postgresql://", "postgresql://u:hidden@", 1))
    assert "hidden" not in shown.stdout
