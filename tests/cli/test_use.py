"""How the command is used: settings, languages, exit status, and what happens when something is missing."""

from __future__ import annotations

import json
import os
from argparse import Namespace
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

import custody.cli
from commandline import ORIGIN, Office
from custody.cli import clearance_command, show_books
from custody.cli.parser import WrongUse
from custody.cli.settings import settings_of
from custody.cli.words import TERMS, WORDS, choose_language
from custody.errors import Malformed


def test_init_makes_private_keys_and_refuses_an_existing_ledger(empty_office: Office) -> None:
    empty_office.keygen("psb-admin")
    init = ("init", "--origin", ORIGIN, "--agency", "psb-yunling", "--admin", "psb-admin", "--key", "psb-admin.key")
    founded = empty_office.json(*init)
    assert founded["receipt"]["position"] == 1
    for name in ("ledger.db", "ledger.db.key", "ledger.db.key.journal"):
        assert (empty_office.folder / name).stat().st_mode & 0o777 == 0o600
    before = (empty_office.folder / "ledger.db.key").read_bytes()
    again = empty_office.run(*init, lang="zh")
    assert again.returncode == 1
    assert "该数据库中已有台账" in again.stderr
    assert (empty_office.folder / "ledger.db.key").read_bytes() == before


def test_a_log_key_that_lies_about_is_not_taken_for_a_second_log(empty_office: Office) -> None:
    empty_office.found()
    for name in ("ledger.db", "ledger.db-wal", "ledger.db-shm"):
        (empty_office.folder / name).unlink(missing_ok=True)
    init = ("init", "--origin", ORIGIN, "--agency", "psb-yunling", "--admin", "psb-admin", "--key", "psb-admin.key")
    refused = empty_office.run(*init)
    assert refused.returncode == 1
    assert "conflict/log-key-exists" in refused.stderr
    assert empty_office.run(*init, "--log-key", "ledger.db.key").returncode == 0


def test_a_wrong_origin_leaves_no_keys_behind(empty_office: Office) -> None:
    empty_office.keygen("psb-admin")
    wrong = empty_office.run(
        "init", "--origin", "HTTPS://X", "--agency", "psb-yunling", "--admin", "psb-admin", "--key", "psb-admin.key"
    )
    assert wrong.returncode == 1
    assert "malformed/act" in wrong.stderr
    assert not (empty_office.folder / "ledger.db.key").exists()


def test_writing_takes_the_logs_own_key(empty_office: Office) -> None:
    empty_office.found()
    empty_office.keygen("other")
    for name in ("other.key.journal", "ledger.db.key.journal"):
        (empty_office.folder / name).write_bytes((empty_office.folder / "other.key").read_bytes())
        (empty_office.folder / name).chmod(0o600)
    for options in (("--log-key", "other.key"), ()):
        refused = empty_office.run("act", empty_office.file("a.json", {"act": "hold"}), *options)
        assert refused.returncode == 1
        assert "untrusted/log-key" in refused.stderr


@pytest.mark.parametrize("command", [("show", "item", "X"), ("history", "X"), ("verify",), ("rebuild",)])
def test_reading_a_ledger_that_is_not_there_makes_no_file(command: tuple[str, ...], empty_office: Office) -> None:
    done = empty_office.run(*command, lang="zh")
    assert done.returncode == 1
    assert "custody init" in done.stderr
    assert list(empty_office.folder.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("template", "marriage"), "可选"),
        (("act",), "行为记录文件"),
        (("history",), "缺少参数"),
        (("show", "item", "X", "--as-of", "yesterday"), "的值不对"),
        (("marry",), "可选"),
        (("act", "a.json", "--database", "x", "--server", "y"), "不能与"),
        (("act", "a.json", "--sign-only"), "-o FILE"),
        (("act", "a.json", "--dry-run", "-o", "b.json"), "去掉 -o"),
        (("act", "a.json", "-o", "a.json"), "另一个文件"),
        (("show", "person", "X", "--as-of", "2026-01-01"), "其他时刻"),
    ],
)
def test_wrong_use_is_explained_and_answered_by_2(
    arguments: tuple[str, ...], words: str, office: Office
) -> None:
    done = office.run(*arguments, lang="zh")
    assert done.returncode == 2
    assert words in done.stderr


def test_no_database_and_two_ledgers_are_wrong_use(empty_office: Office) -> None:
    draft = empty_office.file("a.json", {"act": "hold"})
    for settings in ({"CUSTODY_DATABASE": ""}, {"CUSTODY_SERVER": "http://127.0.0.1:1"}):
        assert empty_office.run("act", draft, **settings).returncode == 2
    assert empty_office.run("verify", CUSTODY_DATABASE="").returncode == 2
    assert empty_office.run("verify", CUSTODY_DATABASE="mysql://x/y").returncode == 2


def test_a_server_that_does_not_answer_is_named(empty_office: Office) -> None:
    draft = empty_office.file("a.json", {"act": "hold"})
    done = empty_office.run("act", draft, "--server", "http://127.0.0.1:9", lang="zh")
    assert done.returncode == 1
    assert "服务器无法连接" in done.stderr


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "malformed/draft"),
        ("[1]", "malformed/draft"),
        ('{"act":"hold","act":"hold"}', "malformed/draft"),
        ('{"act":"check-in","lines":[{"measured":[{"quantity":1.5}]}]}', "malformed/draft"),
        ('{"act":"marriage"}', "malformed/act"),
        ('{"act":"hold","signers":[{"part":"placer","person":"nobody"}]}', "malformed/signer-key"),
        ('{"envelope":{},"disclosures":[]}', "malformed/envelope"),
        ('{"envelope":[],"disclosures":0,"more":1}', "malformed/signed-act"),
    ],
)
def test_a_file_that_is_no_act_is_one_sentence(text: str, code: str, office: Office) -> None:
    done = office.run("act", "-", given=text)
    assert done.returncode == 1
    assert code in done.stderr


def test_a_missing_file_and_a_folder_are_one_sentence(office: Office) -> None:
    for name in ("nowhere.json", "."):
        done = office.run("act", name, lang="zh")
        assert done.returncode == 1
        assert "文件无法使用" in done.stderr


def test_a_package_that_does_not_load_leaves_the_other_commands(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = EntryPoint("broken", "custody_nowhere:add", custody.cli.GROUP)
    whole = custody.cli.commands()
    monkeypatch.setattr(custody.cli, "commands", lambda: {**whole, "broken": broken})
    assert custody.cli.main(["--lang", "en", "template", "return"]) == 0
    assert json.loads(capsys.readouterr().out)["act"] == "return"
    with pytest.raises(SystemExit):
        custody.cli.main(["--lang", "en", "broken"])
    assert "broken" in custody.cli.missing_commands()


def test_settings_come_from_options_then_the_environment_then_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in os.environ if name.startswith("CUSTODY_")]:
        monkeypatch.delenv(name)
    config = tmp_path / "custody.toml"
    config.write_text('database = "ledger.db"\nlog_key = "keys/log.pem"\nserver = "http://127.0.0.1:8000"\n')
    monkeypatch.setenv("CUSTODY_CONFIG", str(config))
    from_file = settings_of(Namespace())
    assert from_file.sqlite_file == tmp_path / "ledger.db"
    assert from_file.needed_log_key() == tmp_path / "keys/log.pem"
    monkeypatch.setenv("CUSTODY_DATABASE", "other.db")
    assert settings_of(Namespace()).sqlite_file == Path("other.db")
    chosen = settings_of(Namespace(database="postgresql://127.0.0.1/custody", server=None))
    assert (chosen.sqlite_file, chosen.server, chosen.sources["database"]) == (None, None, "option")
    monkeypatch.delenv("CUSTODY_CONFIG")
    monkeypatch.delenv("CUSTODY_DATABASE")
    assert settings_of(Namespace(database="a.db")).needed_log_key() == Path("a.db.key")
    with pytest.raises(WrongUse):
        settings_of(Namespace(database="postgresql://127.0.0.1/custody")).needed_log_key()
    config.write_text("databse = 1\n")
    monkeypatch.setenv("CUSTODY_CONFIG", str(config))
    with pytest.raises(Malformed):
        settings_of(Namespace())


@pytest.mark.parametrize(
    ("arguments", "environment", "lang"),
    [
        ([], {"LANG": "zh_CN.UTF-8"}, "zh"),
        ([], {"LANG": "zh_CN.UTF-8", "LC_ALL": "en_GB.UTF-8"}, "en"),
        ([], {}, "en"),
        (["show", "--lang", "zh"], {"LANG": "C"}, "zh"),
        (["--lang=en"], {"LANG": "zh_CN.UTF-8"}, "en"),
    ],
)
def test_the_language_is_the_readers(
    arguments: list[str], environment: dict[str, str], lang: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert choose_language(arguments) == lang


@pytest.mark.parametrize("command", [(), ("act",), ("init",)])
def test_help_is_chinese_for_a_chinese_reader(
    command: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        custody.cli.main(["--lang", "zh", *command, "--help"])
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    assert shown.startswith("用法：custody")
    assert "options:" not in shown
    assert "show this" not in shown


def test_every_text_is_there_in_both_languages_with_the_same_fields() -> None:
    from string import Formatter

    def fields(text: str) -> set[str | None]:
        return {name for _, name, _, _ in Formatter().parse(text) if name}

    for code, (zh, en) in {**WORDS, **show_books.WORDS, **clearance_command.WORDS}.items():
        assert zh, code
        assert en, code
        assert fields(zh) == fields(en), code
    assert all(TERMS.values())


def test_deadlines_are_listed_with_their_colours_in_both_languages(office: Office) -> None:
    """Blood was drawn on 12 March 2026: due on the 19th, red days after."""
    draw = {**office.draw(), "occurred_at": "2026-03-12T22:41:00+08:00"}
    assert office.act(draw).returncode == 0
    tube = draw["tubes"][0]["code"]
    (hard,) = [each for each in office.json("deadlines", "--item", tube, "--rule", "D09") if not each["variant"]]
    assert (hard["due"], hard["state"]) == ("2026-03-19T15:59:59.999999Z", "running")
    shown = office.run("deadlines", "--item", tube, "--at", "2026-03-21T12:00:00+08:00", lang="zh").stdout
    assert "血样送检" in shown
    assert "红" in shown
    early = office.json("deadlines", "--item", tube, "--colour", "red", "--at", "2026-03-12T23:00:00+08:00")
    assert early == []
    assert "Blood to be examined" in office.run("deadlines", "--rule", "D09").stdout


def test_what_is_to_be_cleared_stands_under_its_headings_in_both_languages(office: Office) -> None:
    """Blood was drawn on 12 March 2026 and is due at the laboratory: daily, and not among what a quarter clears."""
    draw = {**office.draw(), "occurred_at": "2026-03-12T22:41:00+08:00"}
    assert office.act(draw).returncode == 0
    tube, day = draw["tubes"][0]["code"][:16], "2026-03-20T12:00:00+08:00"
    done = office.run("clearance", "daily", "--at", day, lang="zh")
    assert done.returncode == 1
    assert "血样" in done.stdout
    assert f"item:{tube}" in done.stdout
    assert "blood" in office.run("clearance", "daily", "--at", day).stdout
    quarterly = json.loads(office.run("clearance", "quarterly", "--at", day, "--json").stdout)
    assert tube not in json.dumps(quarterly["undisposed"])


def test_the_figures_of_a_period_are_told_in_both_languages(office: Office) -> None:
    figures = office.json("statistics", "--agency", "psb-yunling")
    assert figures["taken"] >= figures["stored"]
    assert office.json("statistics", "--agency", "nobody")["taken"] == 0
    assert office.json("statistics", "--to", "2020-01-01T00:00:00+08:00")["taken"] == 0
    assert "入库率" in office.run("statistics", lang="zh").stdout
    assert "check-in rate" in office.run("statistics").stdout


WRONG = {
    "CUSTODY_DATABASE": "mysql://custody@/custody",
    "CUSTODY_TIMEZONE": "Yunling/Central",
    "CUSTODY_LOG_FORMAT": "xml",
    "CUSTODY_WRITES_A_MINUTE": "0",
    "CUSTODY_WEBHOOK_NETWORKS": "10.0.0.1/8",
}
IN_FILE = 'sign_ins_a_minute = "many"\nmetrics = "no-such-file"\nlog_key = ["a"]\ncolour = "red"\n'


def test_all_mistakes_in_the_settings_are_told_at_once_each_with_its_name(empty_office: Office) -> None:
    (empty_office.folder / "custody.toml").write_text(IN_FILE)
    wrong = {**WRONG, "CUSTODY_CONFIG": "custody.toml"}
    for lang, expected in (("zh", "此项设置应为 json | plain，不能是 xml。"), ("en", "takes json | plain, not xml.")):
        done = empty_office.run("serve", "--port", "0", lang=lang, **wrong)
        assert (done.returncode, done.stdout) == (2, "")
        first, *mistakes = done.stderr.splitlines()
        assert "[use/settings]" in first
        names = [line.split()[1].rstrip(":") for line in mistakes]
        assert names == ["CUSTODY_CONFIG", "CUSTODY_DATABASE", "log_key", "CUSTODY_TIMEZONE", "CUSTODY_LOG_FORMAT",
                         "metrics", "CUSTODY_WRITES_A_MINUTE", "sign_ins_a_minute",
                         "CUSTODY_WEBHOOK_NETWORKS"]  # fmt: skip
        assert expected in done.stderr
    doctor = empty_office.run("doctor", "--json", **wrong)
    assert doctor.returncode == 1
    failed = {each["check"] for each in json.loads(doctor.stdout)["checks"] if not each["works"]}
    assert {f"setting {name}" for name in names} <= failed


def test_a_token_for_figures_is_its_owners_alone_and_long_enough(empty_office: Office) -> None:
    token = empty_office.folder / "token"
    for said, mode, expected in (("x" * 20, 0o644, "use/metrics-open"), ("short", 0o600, "use/metrics-token")):
        token.write_text(said)
        token.chmod(mode)
        done = empty_office.run("serve", "--port", "0", CUSTODY_METRICS="token")
        assert done.returncode == 2
        assert done.stderr.startswith("✗ CUSTODY_METRICS: ")
        assert expected in done.stderr
        assert said not in done.stderr


def test_one_mistake_is_told_by_itself(empty_office: Office) -> None:
    done = empty_office.run("doctor", lang="en", CUSTODY_LOG_FORMAT="xml")
    assert "This setting takes json | plain, not xml." in done.stdout
    done = empty_office.run("show", "item", "X", lang="zh", CUSTODY_LOG_FORMAT="xml")
    assert done.returncode == 2
    assert done.stderr == "✗ CUSTODY_LOG_FORMAT: 此项设置应为 json | plain，不能是 xml。 [use/setting]\n"


def test_a_commitment_that_begins_with_a_dash_is_a_value_and_no_option() -> None:
    odd = "-TLm6Ki4h-6jJn8cvuNG9aNYe9XEptUKUUEweMQgc50"
    read = custody.cli._parser([]).parse_args
    assert read(["export", "case", "甲案", "-o", "one.zip", "--disclose", odd, "--by", "pro-01"]).disclose == [odd]
    assert read(["erase", odd, "--reason", "x"]).commitments == [odd]
