"""The settings of issuers and certificates: what is wrong with them is said, all of it, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from custody.cli import main
from custody.sentences import sentence
from custody.vouching.configured import ALGORITHMS, read_vouching
from openid import openid_provider

SOUND = """
[issuers.police]
issuer = "https://sso.example"
agencies = ["psb-yunling"]
audience = "https://custody.example/api"
"""
CERTIFICATE = "0" * 64


def read(tmp_path: Path, text: str) -> list[str]:
    """Where it is wrong."""
    file = tmp_path / "vouching.toml"
    file.write_text(text, encoding="utf-8")
    found, mistakes = read_vouching(file)
    assert bool(mistakes) is (not found.issuers and found.certificates is None)
    for each in mistakes:
        assert each.code == "malformed/vouching"
        assert "应为" in sentence(each, "zh")
        assert "expected" in sentence(each, "en")
        assert each.fields["expected_zh"] in sentence(each, "zh")
    return [str(each.fields["field"]) for each in mistakes]


def test_sound_settings_are_read(tmp_path: Path) -> None:
    assert read(tmp_path, SOUND) == []
    found, _ = read_vouching(tmp_path / "vouching.toml")
    issuer = found.issuers["police"]
    assert (issuer.algorithms, issuer.person_claim, issuer.typ, issuer.client_id) == (ALGORITHMS, "sub", "at+jwt", None)
    assert not {each for each in issuer.algorithms if each.startswith(("HS", "none"))}


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ('issuer = "http://sso.example"', "issuer"),
        ('issuer = "https://sso.example?x=1"', "issuer"),
        ('issuer = "https://user@sso.example"', "issuer"),
        ("agencies = []", "agencies"),
        ('agencies = ["云岭"]', "agencies.0"),
        ('algorithms = ["none"]', "algorithms.0"),
        ('algorithms = ["HS256"]', "algorithms.0"),
        ("algorithms = []", "algorithms"),
        ('typ = "JWS"', "typ"),
        ('audience = ""', "audience"),
        ('audience = "two words"', "audience"),
        ("audience = 5", "audience"),
        ('colour = "red"', "colour"),
        ('client_secret_file = "missing.secret"', "client_secret_file"),
        ('ca_file = "missing.pem"', "ca_file"),
        ('client_id = "x"\nscopes = ["profile"]', "scopes"),
        ('typ = "JWT"\nclient_id = "https://custody.example/api"', "audience"),
        ('people = { "1" = "周远" }', "people.1"),
        ('systems = { "1" = 7 }', "systems.1"),
    ],
)
def test_each_mistake_is_named_by_its_field(tmp_path: Path, line: str, field: str) -> None:
    name = line.partition(" ")[0]
    kept = [each for each in SOUND.splitlines() if not each.startswith(f"{name} =")]
    assert read(tmp_path, "\n".join([*kept, line])) == [f"issuers.police.{field}"]


def test_everything_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    text = SOUND.replace("https://sso", "http://sso") + '[issuers.BIG]\nagencies = 3\n[certificates]\nheader = "a b"\n'
    assert len(read(tmp_path, text)) >= 5


def test_settings_that_do_not_go_together_are_wrong(tmp_path: Path) -> None:
    alone = SOUND.replace('audience = "https://custody.example/api"', "")
    assert read(tmp_path, alone) == ["issuers.police.audience"]
    assert read(tmp_path, alone + 'client_id = "x"\nsystems = { "a" = "sys-a" }') == ["issuers.police.systems"]
    assert read(tmp_path, SOUND + SOUND.replace("police", "court")) == ["issuers.police.issuer", "issuers.court.issuer"]
    assert read(tmp_path, "[issuers") == [""]
    assert read(tmp_path, '[certificates]\nheader = "Client-Cert"\nsystems = {}\n') == ["certificates.systems"]
    certificate = f'[certificates]\nheader = "Client-Cert"\nsystems = {{ "{CERTIFICATE}" = "sys-a" }}\n'
    assert read(tmp_path, certificate) == []
    assert read(tmp_path, certificate.replace(CERTIFICATE, "AB")) == ["certificates.systems.AB"]


def test_files_are_found_beside_the_settings_and_are_nobody_elses_to_read(tmp_path: Path) -> None:
    secret = tmp_path / "police.secret"
    secret.write_text("secret", encoding="utf-8")
    secret.chmod(0o644)
    text = f'{SOUND}client_id = "x"\nclient_secret_file = "police.secret"\n'
    assert read(tmp_path, text) == ["issuers.police.client_secret_file"]
    secret.chmod(0o600)
    assert read(tmp_path, text) == []
    assert read(tmp_path, f'{SOUND}ca_file = "police.secret"\n') == ["issuers.police.ca_file"]


def test_doctor_reads_the_settings_and_asks_the_issuers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "vouching.toml"
    monkeypatch.setenv("CUSTODY_VOUCHING", str(file))
    with openid_provider() as provider:
        file.write_text(SOUND.replace("https://sso.example", provider.issuer), encoding="utf-8")
        main(["doctor", "--lang", "en"])
        assert f"{provider.issuer} publishes 2 keys" in " ".join(capsys.readouterr().out.split())
    assert main(["doctor", "--lang", "zh"]) == 1
    assert "无法查询" in capsys.readouterr().out
    file.write_text(SOUND.replace("agencies", "houses"), encoding="utf-8")
    assert main(["doctor", "--lang", "zh"]) == 1
    assert "issuers.police.houses" in capsys.readouterr().out


def test_a_server_does_not_start_with_wrong_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "vouching.toml").write_text(SOUND.replace("agencies", "houses"), encoding="utf-8")
    (tmp_path / "custody.toml").write_text('vouching = "vouching.toml"\n', encoding="utf-8")
    monkeypatch.setenv("CUSTODY_CONFIG", str(tmp_path / "custody.toml"))
    assert main(["serve", "--lang", "en", "--port", "0"]) == 2
    told = capsys.readouterr().err
    assert "issuers.police.agencies" in told
    assert "issuers.police.houses" in told
