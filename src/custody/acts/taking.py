"""Taking, seal and identity: seizure, sealing, unsealing, labelling."""

from __future__ import annotations

from decimal import Decimal
from functools import cached_property
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from custody.acts.act import Act, by_seal
from custody.acts.values import (
    Day,
    Frozen,
    Hex32,
    ItemCode,
    ItemId,
    Many,
    MaybeSealed,
    Quantity,
    Reference,
    Sealed,
    SealNumber,
    Some,
    Text,
    Word,
)
from custody.label import ID_LENGTH

Category = Literal[
    "general", "valuables", "cash", "vehicle", "drugs", "weapon", "digital", "document", "dangerous",
    "perishable", "biological", "effects", "funds",
]  # fmt: skip

MeasureKind = Literal["seized", "sealed-in-situ", "frozen", "registered", "received", "effects-kept"]
"""seized 扣押, sealed in situ 查封, frozen 冻结, registered 先行登记保存, received 接受, effects kept 代为保管."""

IN_SITU: tuple[MeasureKind, ...] = ("sealed-in-situ", "frozen", "registered")
"""Measures under which the thing stays with an outside keeper."""


class Denomination(Frozen):
    """So many notes or coins of one face value."""

    face: Quantity
    count: Annotated[int, Field(ge=1, le=10**9)]
    serials: Many[Word] = ()


class CashDetails(Frozen):
    """Cash by denomination; the item's quantity is the sum, its unit the currency (ISO 4217)."""

    kind: Literal["cash"]
    denominations: Some[Denomination]

    def total(self) -> Decimal:
        """The sum of all denominations, exact."""
        return sum((Decimal(each.face) * each.count for each in self.denominations), Decimal(0))


class VehicleDetails(Frozen):
    """What identifies a vehicle, and the state it was taken in; the odometer is in kilometres."""

    kind: Literal["vehicle"]
    make: Word
    model: Word
    vin: MaybeSealed
    plate: MaybeSealed | None
    colour: Word
    odometer_km: Annotated[int, Field(ge=0, le=10**8)]
    equipment: Many[Word] = ()
    keys: Annotated[int, Field(ge=0, le=100)] | None = None
    damage: Text | None = None


class DrugDetails(Frozen):
    """Weighed on the spot: gross and net in one unit, the scale and its certificate."""

    kind: Literal["drugs"]
    gross: Quantity
    net: Quantity
    unit: Word
    packages: Annotated[int, Field(ge=1, le=10**6)]
    scale: Word
    certificate: Word
    certificate_until: Day | None = None


class WeaponDetails(Frozen):
    """A weapon: what it is, its calibre, whether ammunition came with it."""

    kind: Literal["weapon"]
    type: Word
    calibre: Word | None
    rounds: Annotated[int, Field(ge=0, le=10**6)]
    licence: MaybeSealed | None = None


class DigitalDetails(Frozen):
    """A medium or a device: integrity values where they were taken, and how it was kept from the network.

    ``wireless`` says whether radio reaches it, as it does a telephone.
    """

    kind: Literal["digital"]
    medium_serial: MaybeSealed | None
    capacity: Word | None
    sha256: Hex32 | None
    sm3: Hex32 | None
    shielding: Literal["shielded", "powered-off", "none"]
    wireless: bool | None = None


class FundsDetails(Frozen):
    """Funds frozen where they lie; the item's keeper is the institution. What they are says how long they may be
    frozen, and who approves it."""

    kind: Literal["funds"]
    institution: Word
    account: Sealed
    asset: Literal["deposit", "securities", "equity", "listed-equity", "insurance"] | None = None


class EffectsDetails(Frozen):
    """Personal effects kept for somebody: whose they are, and who may collect them."""

    kind: Literal["effects"]
    owner: Sealed
    collector: Sealed | None = None


class PerishableDetails(Frozen):
    """What spoils: until when it keeps, and how it is to be kept."""

    kind: Literal["perishable"]
    keeps_until: Day | None
    keeping: Word | None


class DocumentDetails(Frozen):
    """A paper: how many pages, original or copy, and its own number if it bears one."""

    kind: Literal["document"]
    pages: Annotated[int, Field(ge=1, le=10**6)]
    original: bool
    number: MaybeSealed | None = None


Details = Annotated[
    CashDetails | VehicleDetails | DrugDetails | WeaponDetails | DigitalDetails | FundsDetails | EffectsDetails
    | PerishableDetails | DocumentDetails,
    Field(discriminator="kind"),
]


class TakenItem(Frozen):
    """One line of the seizure list (扣押清单): name, quantity, features and source, and the label it bears.

    ``photos`` are SHA-256 of attachments of the same act; ``keeper`` is the outside keeper of a thing that stays
    where it is.
    """

    code: ItemCode
    category: Category
    description: Word
    quantity: Quantity
    unit: Word
    features: Text | None
    serial: MaybeSealed | None
    source: Word
    estimated_value: Quantity | None
    evidential: bool
    hazard: Word | None
    seal: SealNumber | None
    photos: Many[Hex32] = ()
    keeper: Sealed | None = None
    details: Details | None = None

    @property
    def item(self) -> ItemId:
        """The id it has for ever: its first code without the check characters."""
        return self.code[:ID_LENGTH]


class Seizure(Act):
    """扣押/提取/接受: things come into the authority's hands, or under its measure where they lie.

    ``controlled_site`` says that it happened in an office set up and run for law enforcement, where one officer
    suffices if everything is recorded (治安管理处罚法 2025, art. 108). ``expires`` is the last day of the measure.
    ``holder_unknown`` notes why nobody could be found who held the things; a holder who is known but did not sign is an
    attestation that says so. ``copies`` is in how many copies the list was made out.
    """

    type_name: ClassVar = "seizure"
    bears: ClassVar = True
    zh: ClassVar = "扣押"
    act: Literal["seizure"]
    case: Reference
    measure: MeasureKind
    where: MaybeSealed
    authority: Literal["decision", "scene-commander", "on-the-spot", "voluntary"]
    instrument: Reference | None
    controlled_site: bool
    items: Some[TakenItem]
    expires: Day | None = None
    holder_unknown: Text | None = None
    copies: Annotated[int, Field(ge=0, le=99)] | None = None

    @cached_property
    def own_items(self) -> tuple[ItemId, ...]:
        return tuple(each.item for each in self.items)

    @cached_property
    def items_born(self) -> frozenset[ItemId]:
        return frozenset(self.own_items)

    @cached_property
    def codes_given(self) -> dict[str, ItemId]:
        return {each.code: each.item for each in self.items}

    @cached_property
    def seals_put_on(self) -> dict[str, tuple[ItemId, ...]]:
        return by_seal((each.seal, each.item) for each in self.items if each.seal)


class Seal(Frozen):
    """One seal put on an item, or on one package of several."""

    items: Some[ItemId]
    number: SealNumber
    packaging: Word
    photos: Many[Hex32] = ()


class Sealing(Act):
    """封存: seals put on; each number is used once, for ever."""

    type_name: ClassVar = "sealing"
    zh: ClassVar = "封存"
    act: Literal["sealing"]
    seals: Some[Seal]

    @cached_property
    def own_items(self) -> tuple[ItemId, ...]:
        return tuple(item for seal in self.seals for item in seal.items)

    @cached_property
    def seals_put_on(self) -> dict[str, tuple[ItemId, ...]]:
        return {seal.number: seal.items for seal in self.seals}


class BrokenSeal(Frozen):
    """A seal that was opened, and what it had closed."""

    items: Some[ItemId]
    number: SealNumber


class Unsealing(Act):
    """启封: two persons open seals, for a reason, and say in which condition they found them."""

    type_name: ClassVar = "unsealing"
    zh: ClassVar = "启封"
    act: Literal["unsealing"]
    seals: Some[BrokenSeal]
    reason: Text
    condition: Word

    @cached_property
    def own_items(self) -> tuple[ItemId, ...]:
        return tuple(item for seal in self.seals for item in seal.items)


class Labelling(Act):
    """贴码/补码: an item gets a fresh code; the old one is retired and moves nothing any more."""

    type_name: ClassVar = "labelling"
    zh: ClassVar = "补码"
    act: Literal["labelling"]
    item: ItemId
    code: ItemCode
    retired: ItemCode | None
    reason: Literal["lost", "damaged", "swapped", "claimed"]

    @cached_property
    def own_items(self) -> tuple[ItemId, ...]:
        return (self.item,)

    @cached_property
    def codes_given(self) -> dict[str, ItemId]:
        return {self.code: self.item}
