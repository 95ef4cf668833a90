"""``custody clearance`` (日清、月清、季清) and ``custody statistics``: what is to be cleared, how a period went."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from custody.cli.ledgers import founded
from custody.cli.settings import add_options, settings_of
from custody.cli.terminal import tell, tell_json, tell_table
from custody.cli.words import either, language, text
from custody.cli.zone import here, local, now_here
from custody.registers import Registers
from custody.registers.clearances import CLEARANCES

_MONTH: Final = timedelta(days=31)

WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "clearance/handovers": ("应移交入库", "handovers"),
    "clearance/vehicles": ("车辆", "vehicles"),
    "clearance/blood": ("血样", "blood"),
    "clearance/drugs": ("毒品", "drugs"),
    "clearance/cash": ("应存款项", "cash to be paid in"),
    "clearance/reports": ("应报告、补办手续", "measures to be reported"),
    "clearance/unregistered": ("扣押未登记", "seized, not registered"),
    "clearance/loans": ("调用未还", "loans"),
    "clearance/irrelevant": ("与案件无关应退还", "irrelevant, to be returned"),
    "clearance/seizures": ("扣押期限", "seizures about to end"),
    "clearance/registrations": ("查封期限", "registrations about to end"),
    "clearance/freezes": ("冻结期限", "freezes about to end"),
    "clearance/appraisals": ("待估价鉴定", "appraisals"),
    "clearance/complaints": ("待答复申诉", "complaints"),
    "clearance/unfreezing": ("待解冻", "to be unfrozen"),
    "clearance/undisposed": ("已决未处置", "final and undisposed"),
    "clearance/unclaimed": ("公告招领", "unclaimed"),
    "clearance/receipts": ("待送回执", "execution receipts"),
    "clearance/reserve": ("备份血样到期", "reserve tubes"),
    "clearance/stock_takes": ("应盘点", "stock-takes"),
    "statistics/figure": ("统计项", "figure"),
    "statistics/since": ("自", "from"),
    "statistics/until": ("至", "to"),
    "statistics/taken": ("应入库", "to be handed over"),
    "statistics/stored": ("已入库", "stored"),
    "statistics/check_in_rate": ("入库率", "check-in rate"),
    "statistics/late_handovers": ("逾期移交", "late handovers"),
    "statistics/overdue_loans": ("逾期未还", "overdue loans"),
    "statistics/undisposed": ("已决未处置", "undisposed after final"),
    "statistics/open_defects": ("未补正瑕疵", "open defects"),
}
"""Headings and figures, in Chinese and English."""


def add(subparsers: Any) -> None:
    """Add ``custody clearance``."""
    parser = subparsers.add_parser("clearance", help=text("help/clearance"), description=text("help/clearance"))
    parser.add_argument("name", choices=tuple(CLEARANCES), help=text("help/clearance-name"))
    parser.add_argument("--at", type=datetime.fromisoformat, metavar="TIME", help=text("help/deadline-at"))
    add_options(parser)
    parser.set_defaults(run=run)


def add_statistics(subparsers: Any) -> None:
    """Add ``custody statistics``."""
    parser = subparsers.add_parser("statistics", help=text("help/statistics"), description=text("help/statistics"))
    parser.add_argument("--from", dest="since", type=datetime.fromisoformat, metavar="TIME", help=text("help/since"))
    parser.add_argument("--to", dest="until", type=datetime.fromisoformat, metavar="TIME", help=text("help/until"))
    parser.add_argument("--agency", metavar="ID", help=text("help/statistics-agency"))
    add_options(parser)
    parser.set_defaults(run=run_statistics)


def run(args: Namespace) -> int:
    """Print what is due or overdue, heading by heading. Exit status 1 if anything is."""
    at = (here(args.at) if args.at else now_here()).astimezone(UTC)
    found = _asked(args, lambda registers: registers.clearance(args.name, at))
    if args.json:
        tell_json(found)
    else:
        for heading, lines in found.items():
            tell(f"{either(*WORDS[f'clearance/{heading}'])}  {len(lines)}")
            for each in lines:
                due = local(each["due"]) or text("deadlines/missing", year=each["missing_year"])
                tell(f"  {each['rule']}  {each[language()]}  {each['subject']}  {due}")
    return 1 if any(found.values()) else 0


def run_statistics(args: Namespace) -> int:
    """Print the figures of a period: of the last 31 days, unless it is given."""
    until = here(args.until) if args.until else now_here()
    since = here(args.since) if args.since else until - _MONTH
    figures = _asked(
        args, lambda registers: registers.statistics(since.astimezone(UTC), until.astimezone(UTC), agency=args.agency)
    )
    if args.json:
        tell_json(figures)
    else:
        shown = figures | {"since": local(figures["since"]), "until": local(figures["until"])}
        lines = [(either(*WORDS[f"statistics/{name}"]), value) for name, value in shown.items()]
        tell_table([either(*WORDS["statistics/figure"]), ""], lines)
    return 0


def _asked(args: Namespace, question: Callable[[Registers], Any]) -> Any:
    with founded(settings_of(args)) as engine:
        registers = Registers(engine)
        try:
            registers.catch_up()
            return question(registers)
        finally:
            registers.close()
