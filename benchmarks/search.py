"""Searching the register of items by words, on SQLite and PostgreSQL.

``python benchmarks/search.py [--items N] [--rounds N]`` fills the register with N items of one shape and different
texts, then prints how often a second each search is answered, against the same search without the index of pairs.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable, Iterator

from sqlalchemy import insert, select, text

from custody.access.caller import Caller
from custody.label import ALPHABET
from custody.registers import Registers, words
from custody.registers.item_tables import item
from custody.registers.readers import item_reader
from custody.registers.words import item_pairs, pairs_of, words_of
from workload import database, rate, table
from world import World

THINGS = ("手机", "笔记本电脑", "现金", "银行卡", "刀具", "金项链", "硬盘", "轿车", "白色晶体", "账本")
COLOURS = ("黑色", "白色", "红色", "银色", "蓝色")
SEARCHES = {
    "a serial number": "35693807", "a rare word": "翡翠", "a common word": "手机", "two common words": "红色 手机",
    "nothing": "飞机",
}  # fmt: skip


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    for kind in ("sqlite", "postgres"):
        with database(kind) as url:
            world = World(url)
            world.seizes(world.opens_case(), world.item(seal=None))
            registers = Registers(world.engine)
            registers.catch_up()
            fill(registers, args.items)
            for name, q in SEARCHES.items():
                compare(f"{kind}: {name}, {args.items:,} items", registers, world, q, args.rounds)
            registers.close()
            world.close()


def fill(registers: Registers, count: int) -> None:
    """Rows as the register writes them, for so many items; one in 10,000 is of jade, one in 1,000 another agency's."""
    rng = random.Random(count)
    with registers.store.reading() as connection:
        row = dict(connection.execute(select(item)).mappings().one())
    for some in chunks(count):
        rows = []
        for number in some:
            name = "EV1" + "".join(rng.choices(ALPHABET, k=13))
            thing = "翡翠手镯" if number % 10_000 == 0 else rng.choice(THINGS)
            serial = f"{rng.randrange(10**15):015}"
            said = f"{name} {rng.choice(COLOURS)}{thing} 云公(刑)诈〔2026〕{number // 50:05} {serial}"
            rows.append({**row, "item": name, "words": " ".join(words_of(said)),
                         "body": row["body"].replace(row["item"], name)})  # fmt: skip
        with registers.store.writing() as connection:
            connection.execute(insert(item), rows)
            connection.execute(insert(item_pairs), [
                {"item": each["item"], "pairs": pairs_of(each["words"].split())} for each in rows
            ])  # fmt: skip
            agencies = [*["psb-yunling"] * 999, "pro-yunling"]
            connection.execute(insert(item_reader), [
                {"agency": agencies[number % 1_000], "item": each["item"], "role": "leads", "expires": None}
                for number, each in zip(some, rows, strict=True)
            ])  # fmt: skip
    if registers.store.schema:
        with registers.store.writing() as connection:
            connection.execute(text("ANALYZE"))


def chunks(count: int) -> Iterator[range]:
    """The numbers from 0, some at a time."""
    return (range(start, min(start + 5_000, count)) for start in range(0, count, 5_000))


def compare(title: str, registers: Registers, world: World, q: str, rounds: int) -> None:
    """Search as an auditor, as who sees nearly everything and as who sees little; with and without the index."""
    readers = {
        "auditor": ("aud", "audit", "auditor"), "leads 99.9 %": ("psb-yunling", "police", "officer"),
        "leads 0.1 %": ("pro-yunling", "procuratorate", "prosecutor"),
    }  # fmt: skip
    found: dict[str, list[float]] = {}
    for _ in range(rounds):
        for name, (agency, kind, capacity) in readers.items():
            own = registers.seen_by(Caller("somebody", agency, kind, frozenset({capacity})), world.clock.now)
            found.setdefault(f"{name}, without the index", []).append(without(lambda own=own: searches(own, q)))
            found.setdefault(f"{name}, with it", []).append(rate(lambda own=own: searches(own, q)))
    table(title, "auditor, without the index", found)


def searches(registers: Registers, q: str) -> int:
    """The first page, a few times."""
    for _ in range(5):
        registers.items(q=q)
    return 5


def without(run: Callable[[], int]) -> float:
    """The rate of a search that looks nothing up."""
    most, words.MOST = words.MOST, -1
    try:
        return rate(run)
    finally:
        words.MOST = most


if __name__ == "__main__":
    main()
