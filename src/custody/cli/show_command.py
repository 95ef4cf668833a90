"""``custody show``: the state of an item, a case, a person or a place; a manifest, a loan, a stock-take."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from datetime import datetime
from typing import Any

from custody import label
from custody.acts import ACT_TYPES
from custody.acts.counting import list_digest
from custody.cli import show_books
from custody.cli.ledgers import reading
from custody.cli.parser import WrongUse
from custody.cli.settings import add_options, settings_of
from custody.cli.show_books import Lines
from custody.cli.terminal import tell_json, tell_table
from custody.cli.words import language, term, text
from custody.cli.zone import here, local
from custody.facts.shapes import STATUSES, Shape
from custody.ledger.history import NOW, Moment, case_at, item_at
from custody.ledger.ledger import Ledger
from custody.registers import Registers, Store


def add(subparsers: Any) -> None:
    """Add ``custody show``."""
    parser = subparsers.add_parser("show", help=text("help/show"), description=text("help/show"))
    parser.add_argument("kind", choices=tuple(LINES), help=text("help/show-kind"))
    parser.add_argument("id", metavar="ID", help=text("help/show-id"))
    parser.add_argument("--inventory", action="store_true", help=text("help/show-inventory"))
    add_options(parser)
    add_moment_options(parser)
    parser.set_defaults(run=run)


def add_moment_options(parser: ArgumentParser) -> None:
    """Add ``--as-of`` and ``--known-at``."""
    parser.add_argument("--as-of", type=datetime.fromisoformat, metavar="TIME", help=text("help/as-of"))
    parser.add_argument("--known-at", type=datetime.fromisoformat, metavar="TIME", help=text("help/known-at"))


def moment_of(args: Namespace) -> Moment:
    """The moment that the options name; the present without them."""
    return Moment(*(each and here(each) for each in (args.as_of, args.known_at)))


def moment_in(args: Namespace, ledger: Ledger) -> Moment:
    """The moment that the options name; without them, that of a state that was replayed, or else the present."""
    asked = moment_of(args)
    if asked != NOW:
        return asked
    store = Store.beside(ledger.engine)
    try:
        return store.moment
    finally:
        store.close()


def run(args: Namespace) -> int:
    """Print the state as a table of names and values, or as JSON."""
    with reading(settings_of(args)) as ledger:
        shape = _shape(ledger, args)
    if args.json:
        tell_json(shape)
    else:
        columns = [text(f"show/{args.kind}"), args.id]
        lines = [[name, value] for name, value in LINES[args.kind](shape) if value not in (None, "", "—")]
        tell_table(columns, [line for line in lines if line != columns])
    return 0


def _shape(ledger: Ledger, args: Namespace) -> Shape:
    if args.kind == "item":
        return item_at(ledger.recorder, args.id, moment_in(args, ledger))
    if args.kind == "case":
        return case_at(ledger.recorder, args.id, moment_in(args, ledger))
    if args.as_of or args.known_at:
        raise WrongUse("use/moment", "Only items and cases can be read as of another time.")
    registers = Registers(ledger.engine)
    try:
        registers.catch_up()
        return _registered(registers, args, ledger.clock())
    finally:
        registers.close()


def _registered(registers: Registers, args: Namespace, at: datetime) -> Shape:
    kind, name = args.kind, args.id
    if kind in ("manifest", "loan"):
        return registers.manifest(name, at=at) if kind == "manifest" else registers.loan(name, at=at)
    if kind == "stock-take":
        return registers.stock_take(name)
    if kind == "person":
        return registers.person(name)
    place = registers.place(name)
    return place | {"inventory": _inventory(registers, place["place"])} if args.inventory else place


def _inventory(registers: Registers, place: str) -> Shape:
    """What the book has in a place and in those within it: how many, and the digest, as a handover states them."""
    book = registers.book([place])
    return {"count": len(book), "digest": list_digest(book)}


def holder_of(custody: Shape) -> str | None:
    """Who holds an item, or held it: the id, before it a place's name. None once it left for good."""
    if custody["holder"] is None:
        return None
    return f"{' '.join(filter(None, (custody['place_name'], custody['holder'])))} ({term(custody['kind'])})"


def act_name(type_name: str) -> str:
    """An act type as the reader calls it."""
    return ACT_TYPES[type_name].zh if language() == "zh" else type_name


def _item(item: Shape) -> Lines:
    custody, loan, seal = item["custody"], item["loan"], item["seal"]
    yield text("show/item"), item["item"]
    yield text("show/code"), label.spaced(item["code"])
    yield text("show/retired"), ", ".join(item["retired_codes"])
    yield text("show/case"), item["case"]
    yield text("show/description"), f"{item['description']} × {item['quantity']} {item['unit']}"
    yield text("show/category"), term(item["category"])
    yield text("show/status"), STATUSES[item["status"]][0 if language() == "zh" else 1]
    yield text("show/holder"), holder_of(custody)
    yield text("show/since"), local(custody["since"])
    if item["control"]:
        yield text("show/control"), f"{item['control']['agency']} ({term(item['control']['stage'])})"
        yield text("show/document"), item["control"]["document"]
    if item["offer"]:
        yield text("show/offered"), _offered(item["offer"])
    yield text("show/measure"), term(item["measure"])
    yield text("show/seal"), " ".join(filter(None, (seal["number"], _seal_state(seal["state"]))))
    yield text("show/condition"), item["condition"]
    if loan:
        yield text("show/loan"), f"{loan['borrower']} ({term(loan['purpose'])})"
        yield text("show/due"), local(loan["due"])
    yield text("show/kit"), " ".join(filter(None, (item["kit"], item["designation"])))
    yield text("show/holds"), ", ".join(str(term(each["reason"])) for each in item["holds"])
    for each in item["defects"]:
        yield text("show/defects"), f"{each['code']} ({term(each['severity'])}, {term(each['state'])})"
    yield text("show/version"), item["version"]


def _offered(line: Shape) -> str:
    receiver = show_books.receiver_of(line["receiver"])
    until = text("show/until", day=local(line["expires_at"]))
    return f"{line['manifest']} {line['sender']} → {receiver} ({term(line['moves'])}, {until})"


def _seal_state(state: str) -> str | None:
    return term("opened" if state == "open" else state)


def _case(case: Shape) -> Lines:
    yield text("show/case"), case["case"]
    yield text("show/kind"), term(case["kind"])
    yield text("show/lead"), f"{case['lead']} ({term(case['stage'])})"
    for each in case["effective"]:
        yield text("show/effective"), f"{each['instrument']} ({each['agency']})  {local(each['since'])}"
    yield text("show/final"), text("show/yes") if case["final"] else None
    yield text("show/officers"), ", ".join(case["officers"])
    yield text("show/reviewer"), case["legal_reviewer"]
    yield text("show/opened"), local(case["opened_at"])
    yield text("show/items"), case["items"]
    yield text("show/holds"), ", ".join(str(term(each["reason"])) for each in case["holds"])
    for each in case["noted"]:
        yield text("show/noted"), f"{term(each['fact'])}  {local(each['at'])}"


def _person(person: Shape) -> Lines:
    yield text("show/person"), f"{person['person']} ({term(person['subject'])})"
    yield text("show/agency"), person["agency"]
    yield text("show/unit"), person["unit"]
    yield text("show/left"), text("show/yes") if person["left"] else None
    for each in person["capacities"]:
        until = text("show/until", day=each["expires"]) if each["expires"] else ""
        yield text("show/capacities"), f"{term(each['capacity'])} {until}".strip()
    yield text("show/places"), ", ".join(person["places"])
    for key in person["keys"]:
        yield text("show/keys"), f"{key['key']} ({text('show/live' if key['live'] else 'show/revoked')})"
    yield text("show/items"), person["items"]


def _place(place: Shape) -> Lines:
    temperature = place["temperature"]
    yield text("show/place"), place["place"]
    yield text("show/name"), place["name"]
    yield text("show/parent"), place["parent"]
    yield text("show/agency"), place["agency"]
    yield text("show/class"), term(place["class"])
    yield text("show/dual"), text("show/yes" if place["dual_control"] else "show/no")
    if temperature:
        yield text("show/temperature"), f"{temperature['min']} … {temperature['max']}"
    yield text("show/items"), place["items"]
    if "inventory" in place:
        yield text("show/inventory"), "{count}  {digest}".format(**place["inventory"])


LINES: dict[str, Callable[[Shape], Lines]] = {
    "item": _item, "case": _case, "person": _person, "place": _place, **show_books.LINES,
}  # fmt: skip
"""Kind → the names and values that are shown of a shape of it."""
