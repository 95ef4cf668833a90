"""Key files and passphrases: whose they are, what opens them, what is never shown."""

from __future__ import annotations

import json
import os
import pty
import subprocess
from pathlib import Path

import pytest

from commandline import EXECUTABLE, ORIGIN, Office

PASSPHRASE = "correct horse battery"
INIT = ("init", "--origin", ORIGIN, "--agency", "psb-yunling", "--admin", "psb-admin", "--key", "psb-admin.key")


def private(path: Path, text: str) -> str:
    path.write_text(text)
    path.chmod(0o600)
    return path.name


@pytest.mark.parametrize("kind", ["ed25519", "p256"])
def test_a_key_file_is_its_owners_alone_and_encrypted(kind: str, empty_office: Office) -> None:
    private(empty_office.folder / "word", f"{PASSPHRASE}\n")
    made = empty_office.json("keygen", "k.key", "--kind", kind, "--passphrase-file", "word")
    assert (empty_office.folder / "k.key").stat().st_mode & 0o777 == 0o600
    assert "ENCRYPTED" in (empty_office.folder / "k.key").read_text().splitlines()[0]
    assert len(made["key"]) == 64
    assert PASSPHRASE not in "".join(empty_office.said)


def test_a_key_is_never_overwritten(empty_office: Office) -> None:
    empty_office.keygen("psb-0211")
    before = (empty_office.folder / "psb-0211.key").read_bytes()
    again = empty_office.run("keygen", "psb-0211.key", "--no-passphrase", lang="zh")
    assert again.returncode == 1
    assert "密钥不会被覆盖" in again.stderr
    assert (empty_office.folder / "psb-0211.key").read_bytes() == before


def test_without_a_terminal_a_passphrase_comes_from_a_file_or_not_at_all(empty_office: Office) -> None:
    asked = empty_office.run("keygen", "k.key")
    assert asked.returncode == 2
    assert "--passphrase-file" in asked.stderr
    assert not (empty_office.folder / "k.key").exists()


def test_a_wrong_passphrase_opens_nothing(empty_office: Office) -> None:
    right, wrong = (private(empty_office.folder / name, f"{name}\n") for name in ("right", "wrong"))
    empty_office.json("keygen", "psb-admin.key", "--passphrase-file", right)
    refused = empty_office.run(*INIT, "--passphrase-file", wrong)
    assert refused.returncode == 1
    assert "untrusted/passphrase" in refused.stderr
    assert not (empty_office.folder / "ledger.db").exists()
    assert empty_office.run(*INIT, CUSTODY_PASSPHRASE_FILE=right).returncode == 0


def test_each_line_of_the_passphrase_file_is_tried(empty_office: Office) -> None:
    for name in ("one", "two"):
        private(empty_office.folder / name, f"{name}\n")
    empty_office.json("keygen", "psb-admin.key", "--passphrase-file", "two")
    both = private(empty_office.folder / "both", "one\ntwo\n")
    assert empty_office.run(*INIT, "--passphrase-file", both).returncode == 0


def test_a_file_that_others_may_read_is_refused(empty_office: Office) -> None:
    empty_office.keygen("psb-admin")
    (empty_office.folder / "psb-admin.key").chmod(0o644)
    refused = empty_office.run(*INIT, lang="zh")
    assert refused.returncode == 1
    assert "chmod 600" in refused.stderr
    word = empty_office.folder / "word"
    word.write_text("secret\n")
    word.chmod(0o644)
    refused = empty_office.run("keygen", "k.key", "--passphrase-file", "word", lang="zh")
    assert refused.returncode == 1
    assert "口令文件可被他人读取" in refused.stderr


def test_on_a_terminal_a_passphrase_is_asked_for_twice_and_not_echoed(empty_office: Office) -> None:
    controller, terminal = pty.openpty()
    process = subprocess.Popen(
        [EXECUTABLE, "keygen", "k.key", "--json"], cwd=empty_office.folder, stdin=terminal, stderr=terminal,
        stdout=subprocess.PIPE, env={"PATH": os.environ["PATH"], "LANG": "en_US.UTF-8"}, start_new_session=True,
        preexec_fn=lambda: os.close(os.open(os.ttyname(0), os.O_RDWR)),  # the terminal becomes the controlling one
    )  # fmt: skip
    os.close(terminal)
    shown = b""
    for _ in range(2):
        while not shown.endswith(b": "):
            shown += os.read(controller, 1024)
        os.write(controller, f"{PASSPHRASE}\n".encode())
        shown += os.read(controller, 1024)
    out, _ = process.communicate(timeout=60)
    os.close(controller)
    assert process.returncode == 0
    assert json.loads(out)["kind"] == "ed25519"
    assert PASSPHRASE.encode() not in shown
    assert "ENCRYPTED" in (empty_office.folder / "k.key").read_text()
