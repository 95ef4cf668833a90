"""``python -m custody_api.demo --directory demo [--serve]``: build the demonstration once, then serve it."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from custody.cli import main as custody
from custody.label import code_of
from custody.ledger.fsck import verify_ledger
from custody.ledger.policies import shipped_policy
from custody.registers import Registers
from custody_api.demo.cast import register
from custody_api.demo.day import SCENES, Day
from custody_api.demo.office import CST, ZONE, Office
from custody_migrations import migrate

_BEGINS = 22
_LASTS = timedelta(hours=16)
"""The played day begins at ten in the evening and has ended sixteen hours later, before anything else is recorded."""


def main(argv: list[str] | None = None) -> int:
    """Build the demonstration ledger if it is not there yet, and serve it if asked to."""
    parser = argparse.ArgumentParser(prog="python -m custody_api.demo", description=__doc__)
    parser.add_argument("--directory", type=Path, default=Path("demo"))
    parser.add_argument("--serve", action="store_true")
    parser.add_argument("--port", type=int, default=8000)
    args = parser.parse_args(argv)
    os.environ.setdefault("CUSTODY_TIMEZONE", ZONE)
    console = Console(soft_wrap=True)
    if not _is_current(args.directory):
        phone = build(args.directory, console)
        custody(["history", phone, "--database", _database(args.directory)])
    console.print((args.directory / "README.txt").read_text())
    return serve(args.directory, args.port) if args.serve else 0


def _is_current(directory: Path) -> bool:
    """Whether the demonstration is there, and was judged by the rule data of this version."""
    policy = directory / "policy"
    return policy.exists() and policy.read_text() == shipped_policy("cn").id


def build(directory: Path, console: Console) -> str:
    """Play the day in a directory beside, and put it in place when it is complete; returns an item with a history."""
    partial = directory.with_name(f"{directory.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    office = Office(partial, _evening(datetime.now(UTC)))
    try:
        with Progress(console=console) as progress:
            bar = progress.add_task("登记 Registering", total=len(SCENES) + 3)
            day = Day(office, register(office), lambda line: progress.console.print(f"  [dim]{line}[/dim]"))
            for title, scene in SCENES:
                progress.update(bar, description=title, advance=1)
                progress.console.print(f"[bold]{title}[/bold]")
                scene(day)
            progress.update(bar, description="核验 Verifying", advance=1)
            report = verify_ledger(office.ledger.recorder, office.ledger.journal.recorder)
            progress.update(bar, description="登记簿 Registers", advance=1)
            with closing(Registers(office.ledger.engine)) as registers:
                registers.catch_up()
            progress.update(bar, advance=1)
        if report.findings:
            raise AssertionError(report.findings)
        _explain(day, directory, report.entries, report.signatures)
    finally:
        office.close()
    (partial / "policy").write_text(shipped_policy("cn").id)
    if directory.exists():
        directory.rename(directory.with_name(f"{directory.name}.{int(time.time())}.old"))
    partial.rename(directory)
    return day.items["phone"]


def _evening(now: datetime) -> datetime:
    """The last evening from which the whole day that is played lies in the past."""
    start = now.astimezone(CST).replace(hour=_BEGINS, minute=0, second=0, microsecond=0)
    while start + _LASTS > now:
        start -= timedelta(days=1)
    return start


def _explain(day: Day, directory: Path, entries: int, signatures: int) -> None:
    """Write down what to try first."""
    items, database = day.items, directory / "ledger.db"
    refusals = "\n".join(f"  - {line}" for line in day.refusals)
    (day.office.directory / "README.txt").write_text(
        f"""演示台账 Demonstration ledger (fictional people and places; times are those of the played day)

{entries} 条记录，{signatures} 个签名，已全部核验 / {entries} entries, {signatures} signatures, all verified
当日被拒绝的操作 / refused during the day:
{refusals}

页面 / pages: http://127.0.0.1:8000
  用密钥文件登录 / sign in with a key file: {directory}/keys/cen-01.pem 保管员 custodian · psb-0211.pem 民警 officer
  · pro-11.pem 检察官 prosecutor · aud-01.pem 审计员 auditor
  扫描或键入标签 / scan or type a label: {code_of(items["phone"])}

先试试 / try first:
  export CUSTODY_TIMEZONE={ZONE}
      时间按台账所在地显示 / times as they are told where the ledger is kept
  .venv/bin/custody history {items["phone"]} --database {database}
      一部手机的保管链：扣押、入库、调用、封签破损归还 / a phone: seized, stored, lent, returned with a broken seal
  .venv/bin/custody show item {items["B"]} --database {database}
      B管：冷藏，备查 / tube B: in the cold store, in reserve
  .venv/bin/custody scan {directory}/labels/fraud-01.png --page --database {database}
      打印的标签页，逐件识读 / a printed sheet of labels, read item by item
  .venv/bin/custody verify --database {database}
      逐一核验签名、判定、日志 / every signature, every decision, the log
  .venv/bin/custody sign-in --server http://127.0.0.1:8000 --key {directory}/keys/pro-11.pem
      以检察官（pro-11）或审计员（aud-01）身份登录 / sign in as the prosecutor (pro-11) or the auditor (aud-01)
  密钥 keys: {directory}/keys/<person>.pem（无口令 without passphrase）; 标签 labels: {directory}/labels/
"""
    )


def serve(directory: Path, port: int) -> int:
    """Serve the demonstration on the loopback address, through the same command as any ledger."""
    migrate(_database(directory))  # the desk of a demonstration that an older version made
    return custody(["serve", "--database", _database(directory), "--port", str(port)])


def _database(directory: Path) -> str:
    return f"sqlite:///{directory / 'ledger.db'}"


if __name__ == "__main__":
    sys.exit(main())
