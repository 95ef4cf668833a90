"""Commands and passkeys: a signature that a browser gave is carried along, and none is ever asked for here."""

from __future__ import annotations

import base64
import json

from commandline import CASE, Office, signers
from custody.signing import pae
from passkeys import SoftPasskey, b64


def test_an_act_that_a_passkey_signs_is_completed_elsewhere(empty_office: Office) -> None:
    """周远's passkey is enrolled, then opens a case: the command says who signs where, takes the signature, submits."""
    office, passkey = empty_office, SoftPasskey()
    office.found()
    office.settle()
    draft = office.enrolment("psb-0211") | {
        "public_key": b64(passkey.spki), "kind": "passkey", "passkey": passkey.as_enrolled(),
    }  # fmt: skip
    keys = ("--key", "psb-admin.key", "psb-0077.key")
    refused = office.run("act", office.file("enrolment.json", draft), *keys)
    assert refused.returncode == 1
    assert "psb-0211 signs this with a passkey: in a browser" in refused.stderr
    assert office.run("act", "enrolment.json", *keys, "--sign-only", "-o", "signed.json").returncode == 0
    _touched(office, passkey)
    assert office.run("act", "signed.json").returncode == 0

    opening = {
        "act": "case-opening", "case": f"{CASE}之二", "kind": "criminal", "lead": "psb-yunling",
        "officers": ["psb-0211"], "legal_reviewer": None, "incident": None, "intake": None, "minor": False,
        "signers": [{**signers(officer="psb-0211")[0], "key": passkey.key_id}],
    }  # fmt: skip
    said = office.run("act", office.file("opening.json", opening), "--key", "psb-0211.key", lang="zh")
    assert said.returncode == 1
    assert "psb-0211 以通行密钥签署" in said.stderr
    assert "须由本人在浏览器中签署" in said.stderr
    assert office.run("act", "opening.json", "--sign-only", "-o", "signed.json").returncode == 0
    _touched(office, passkey)
    assert office.json("act", "signed.json")["defects"] == []
    assert office.json("verify", "--jobs", 1)["clean"] is True


def _touched(office: Office, passkey: SoftPasskey) -> None:
    """Somebody takes the file to a browser, where the passkey adds its signature."""
    file = office.folder / "signed.json"
    body = json.loads(file.read_text(encoding="utf-8"))
    made = body["envelope"]
    made["signatures"].append(passkey.signs(pae(made["payloadType"], base64.b64decode(made["payload"]))))
    file.write_text(json.dumps(body, ensure_ascii=False), encoding="utf-8")
