"""Acts over HTTP: the same command, a ledger behind a server."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from commandline import Office


@pytest.fixture(scope="module")
def server(office: Office) -> Iterator[str]:
    """The address of a server of the office's ledger."""
    with office.served() as address:
        said = office.run("sign-in", "--server", address, "--key", "psb-0211.key", lang="zh")
        assert "psb-0211（psb-yunling）已登录" in said.stdout, said.stderr
        yield address


def test_acts_are_completed_signed_and_recorded_over_http(office: Office, server: str) -> None:
    draw = office.draw()
    to = ("--server", server)
    done = office.act(draw, office.check_in(*draw["tubes"]), options=to, CUSTODY_DATABASE="")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("✓ Recorded") == 2
    draft = office.file("reserve.json", office.dispatch(draw["tubes"][1]))
    refused = office.run("act", draft, "--dry-run", *to, lang="zh")
    assert refused.returncode == 1
    assert "备份管未经批准重新鉴定" in refused.stderr
    assert "规则 I-17" in refused.stderr
    sound = office.file("dispatch.json", office.dispatch(draw["tubes"][0]))
    assert office.json("act", sound, "--dry-run", *to)["outcome"] == "accepted"
    assert office.act(office.dispatch(draw["tubes"][1]), options=to).returncode == 1


def test_a_signed_file_is_recorded_once_whichever_way_it_comes(office: Office, server: str) -> None:
    draft = office.file("draw.json", office.draw())
    keys = [word for person in ("med-301", "psb-0211", "psb-0347") for word in ("--key", f"{person}.key")]
    assert office.run("act", draft, *keys, "--sign-only", "-o", "whole.json", "--server", server).returncode == 0
    receipt = office.json("act", "whole.json", "--server", server)
    again = office.json("act", "whole.json")
    assert (again["act"], again["entry"]) == (receipt["act"], receipt["entry"])


def test_without_a_session_nothing_is_read_and_an_act_brings_its_own(office: Office, server: str) -> None:
    draft = office.file("draw.json", office.draw())
    nowhere = {"XDG_STATE_HOME": str(office.folder / "elsewhere")}
    done = office.run("act", draft, "--dry-run", "--server", server, **nowhere)
    assert done.returncode == 1
    assert "not-signed-in/session" in done.stderr
    keys = [word for person in ("med-301", "psb-0211", "psb-0347") for word in ("--key", f"{person}.key")]
    assert office.run("act", draft, *keys, "--server", server, **nowhere).returncode == 0
    assert not (office.folder / "elsewhere").exists(), "a session for one command is not kept"


def test_a_session_is_kept_for_its_owner_alone_until_it_is_ended(office: Office, server: str) -> None:
    own = {"XDG_STATE_HOME": str(office.folder / "own")}
    begun = office.json("sign-in", "--server", server, "--key", "med-301.key", **own)
    assert begun["person"] == "med-301"
    assert "token" not in begun
    kept = office.folder / "own" / "custody" / "sessions.json"
    assert kept.stat().st_mode & 0o777 == 0o600
    token = json.loads(kept.read_text())[server]["token"]
    bearer = {"Authorization": f"Bearer {token}"}
    with urlopen(Request(f"{server}/v1/session", headers=bearer)) as answer:
        assert json.loads(answer.read())["person"] == "med-301"
    assert office.run("sign-in", "--server", server, "--end", **own).returncode == 0
    with pytest.raises(HTTPError) as ended:
        urlopen(Request(f"{server}/v1/session", headers=bearer))
    assert ended.value.code == 401
    assert server not in json.loads(kept.read_text())


def test_a_server_under_another_log_key_is_not_believed(office: Office, server: str) -> None:
    other = "custody.example/yunling+ac41b6f8+AcaqzY7zA9s+u9ckaKD+a1100ZptS/wCuPE+oYvLETuZ"
    draft = office.file("draw.json", office.draw())
    done = office.run("act", draft, "--dry-run", "--server", server, CUSTODY_LOG_VERIFIER=other)
    assert done.returncode == 1
    assert "untrusted/note-unsigned" in done.stderr


def test_officers_sign_apart_and_each_reads_first_what_it_is(office: Office, server: str) -> None:
    draft = office.file("draw.json", office.draw())
    to = ("--server", server)
    first = office.run("act", draft, "--key", "psb-0211.key", "--sign-only", "-o", "begun.json", *to)
    assert first.returncode == 0, first.stderr
    put = office.run("pending", "put", "begun.json", "--key", "psb-0211.key", *to)
    assert "waits for med-301, psb-0347" in put.stdout, put.stderr
    act = put.stdout.split()[0]

    def by(person: str, *words: str, **more: str) -> Any:
        own = {"XDG_STATE_HOME": str(office.folder / person)}
        return office.run("pending", *words, "--key", f"{person}.key", *to, **own, **more)

    [waiting] = json.loads(by("med-301", "list", "--json").stdout)
    assert waiting["id"] == act
    shown = by("med-301", "show", act, lang="zh").stdout
    for said in ("您将签署：血样提取", "med-301：未签", "草酸钾/氟化钠", "（密封，只签其哈希值）", "现在提交会入账"):
        assert said in shown
    assert "陈某某" not in shown
    asked = by("med-301", "sign", act)
    assert (asked.returncode, "use/pending-yes" in asked.stderr) == (2, True)
    assert "waits for psb-0347" in by("med-301", "sign", act, "--yes").stdout
    stranger = by("cen-01", "show", act)
    assert (stranger.returncode, "not-found/pending" in stranger.stderr) == (1, True)
    verifier = re.search(r"custody\.example/yunling\+[0-9a-f]{8}\+\S+", "".join(office.said))
    assert verifier is not None
    done = by("psb-0347", "sign", act, "--yes", CUSTODY_LOG_VERIFIER=verifier[0])
    assert "its proof was verified" in done.stdout, done.stderr
    assert act not in by("psb-0347", "list").stdout
    assert "recorded" in by("psb-0347", "list", "--all").stdout


def test_an_act_that_waits_is_declined_for_a_reason_or_taken_back(office: Office, server: str) -> None:
    to = ("--server", server, "--key", "psb-0211.key")
    acts = []
    for number in range(2):
        draft = office.file("draw.json", office.draw())
        office.run("act", draft, "--key", "psb-0211.key", "--sign-only", "-o", f"{number}.json", "--server", server)
        acts.append(office.json("pending", "put", f"{number}.json", *to)[0]["id"])
    other = {"XDG_STATE_HOME": str(office.folder / "other")}
    declined = office.run(
        "pending", "decline", acts[0], "--reason", "采血时间不符", "--server", server, "--key", "med-301.key", **other
    )
    assert "declined by med-301: 采血时间不符" in declined.stdout, declined.stderr
    assert "withdrawn by psb-0211" in office.run("pending", "withdraw", acts[1], *to).stdout
    late = office.run("pending", "sign", acts[0], "--yes", *to)
    assert (late.returncode, "declined by med-301" in late.stdout) == (1, True)
    nowhere = office.run("pending", "list", "--key", "psb-0211.key", CUSTODY_SERVER="")
    assert (nowhere.returncode, "use/pending" in nowhere.stderr) == (2, True)
