"""What must be true of a whole log, derived anew from its acts: one holder, one controller, nothing lost.

A decision looks at one act and the facts it meets. These folds look at the whole, and share nothing with those facts:
if both were wrong in the same way, it would not be for the same reason. They know no jurisdiction.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from custody.acts.entry import Recorded
from custody.properties.accounts import Accounts
from custody.properties.controllers import Controllers
from custody.properties.ends import Ends
from custody.properties.holders import Holders
from custody.properties.names import Names
from custody.properties.property import Allowed, Contradiction, Property, Take
from custody.properties.quantities import Quantities
from custody.properties.told import told

__all__ = ["PROPERTIES", "Allowed", "Contradiction", "Properties", "Property"]

PROPERTIES: Final = (
    Property(
        "one-holder", "物品在某一时点无人保管，或同时有两个保管人。",
        "At some instant an item has no holder, or two.",
        "该物品的保管链条在此处中断：此后的检验、辨认结果不能仅凭本台账确认对象同一。",
        "Its chain of custody is broken here: what was found in it later cannot be tied to it by this ledger alone.",
        lambda allowed: Holders(),
    ),
    Property(
        "one-controller", "物品在某一时点没有负责机关，或有两个。",
        "At some instant no agency answers for an item, or two do.",
        "此后对该物品作出的处置决定，其作出机关是否有权，需另行核实。",
        "Whether the agencies that decided about it since were entitled to has to be shown elsewhere.",
        lambda allowed: Controllers(),
    ),
    Property(
        "nothing-lost", "分装、取样前后的数量不相等。",
        "What a division or an examination leaves is not what there was before.",
        "母件与子件之间有数量无从说明，可能被替换、添加或取走。",
        "Some of it is unaccounted for: it may have been exchanged, added or taken away.",
        Quantities,
    ),
    Property(
        "cash-book", "涉案款分户账与账户记账不符。",
        "The cash book of a case and the entries of its account differ.",
        "差额部分的款项去向，本台账不能证明。",
        "Where the difference went, this ledger does not show.",
        lambda allowed: Accounts(),
    ),
    Property(
        "explained-end", "物品的去向没有说明，或者出库之后仍有记录。",
        "An item's end is not explained, or something was done to it afterwards.",
        "该物品是否确已发还、上缴或者销毁，需以纸质凭证核实。",
        "Whether it really was returned, remitted or destroyed has to be shown by the papers.",
        lambda allowed: Ends(),
    ),
    Property(
        "one-name", "同一编号（条码、封签、采血盒、清单）用了两次。",
        "One name (label code, seal, kit, manifest) was given twice.",
        "按此编号不能确定所指的是哪一件：扫码、验封的记录可能属于另一件。",
        "By this name nobody can tell which thing is meant: what was scanned or seen sealed may be the other one.",
        lambda allowed: Names(),
    ),
)  # fmt: skip
"""Every property, in the order in which it is described in docs/operating.md."""


class Properties:
    """All properties of one log, told act by act in log order.

    ``corrections`` holds those that amend each act, by the id of the act: everything is told as it reads today.
    """

    def __init__(self, corrections: Mapping[str, Sequence[Recorded]], allowed: Allowed) -> None:
        self._corrections = corrections
        self._folds = [(each, each.begin(allowed)) for each in PROPERTIES]
        takes: defaultdict[str, list[tuple[Property, Take]]] = defaultdict(list)
        for each, fold in self._folds:
            for kind, take in fold.takes().items():
                takes[kind].append((each, take))
        self._takes = dict(takes)

    def take(self, recorded: Recorded) -> Iterator[tuple[Property, Contradiction]]:
        """Take the next act in; yields what it contradicts."""
        amending = self._corrections.get(recorded.act.id, ()) if self._corrections else ()
        if not amending and recorded.act.act not in self._takes:
            return
        for each in told(recorded, amending):
            for known, take in self._takes.get(each.reading.act.act, ()):
                for found in take(each):
                    yield known, found

    def end(self) -> Iterable[tuple[Property, Contradiction]]:
        """What can only be said once everything was told."""
        return [(each, found) for each, fold in self._folds for found in fold.end()]
