"""Labels after a hard life, read by each decoder and by both: python benchmarks/damaged_labels.py [--trials 300]

Each trial draws a fresh label and damages it in one way or two: voids over the data, dirt, a torn corner, blur,
perspective, faint contrast, noise. Counted are labels read, not read, refused, and read WRONGLY AND BELIEVED, which
must be none: the command fails otherwise. "raw wrong" counts what a decoder said before any check.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Callable
from io import BytesIO

from PIL import Image, ImageDraw, ImageFilter

from custody import label
from custody_scanners import decoders
from custody_scanners.labels import Label, draw
from custody_scanners.scan import Scan, judge

Damage = Callable[[Image.Image, random.Random], Image.Image]
MIXED = "two of them"
STOCKS = ("bag-50x30", "tube-40x20")


def dirt(image: Image.Image, chance: random.Random) -> Image.Image:
    brush = ImageDraw.Draw(image)
    for _ in range(chance.randint(2, 16)):
        x, y = chance.random() * image.width * 0.55, chance.random() * image.height
        size = chance.uniform(0.01, 0.09) * image.width
        shape = brush.ellipse if chance.random() < 0.5 else brush.rectangle
        shape((x, y, x + size, y + size * chance.uniform(0.3, 2)), fill=chance.choice((0, 60, 220, 255)))
    return image


def voids(image: Image.Image, chance: random.Random) -> Image.Image:
    """Rectangles that leave alone what decoders find a symbol by: the likeliest to be "corrected" into another text."""
    brush = ImageDraw.Draw(image)
    for box in [each.box for each in decoders.live()["zxing-cpp"](image)]:
        width, height = box.right - box.left, box.bottom - box.top
        finder = width * 0.4 if width < 1.5 * height else 0  # a Data Matrix has none, only its two solid sides
        for _ in range(chance.randint(1, 4)):
            across, down = chance.uniform(0.05, 0.3) * width, chance.uniform(0.05, 0.3) * height
            x, y = box.left + chance.uniform(0.05, 0.7) * width, box.top + chance.uniform(0.05, 0.7) * height
            if finder and min(x - box.left, y - box.top) < finder:
                x, y = max(x, box.left + finder), max(y, box.top + finder)
            brush.rectangle((x, y, x + across, y + down), fill=chance.choice((0, 255)))
    return image


def tear(image: Image.Image, chance: random.Random) -> Image.Image:
    reach = chance.uniform(0.1, 0.5) * image.width
    x, y = chance.choice((0, image.width * 0.5)), chance.choice((0, image.height * 0.8))
    ImageDraw.Draw(image).polygon([(x, y), (x + reach, y), (x, y + reach)], fill=chance.choice((90, 200)))
    return image


def blur(image: Image.Image, chance: random.Random) -> Image.Image:
    return image.filter(ImageFilter.GaussianBlur(chance.uniform(0.5, 4)))


def perspective(image: Image.Image, chance: random.Random) -> Image.Image:
    width, height = image.size
    wide = Image.new("L", (width * 2, height * 2), 255)
    wide.paste(image, (width // 2, height // 2))
    corners = ((0, 0), (0, 2 * height), (2 * width, 2 * height), (2 * width, 0))
    moved = (x + chance.uniform(-0.35, 0.35) * width for corner in corners for x in corner)
    turned = wide.transform(wide.size, Image.Transform.QUAD, tuple(moved), Image.Resampling.BICUBIC, fillcolor=255)
    return turned.rotate(chance.uniform(-25, 25), Image.Resampling.BICUBIC, fillcolor=255)


def faint(image: Image.Image, chance: random.Random) -> Image.Image:
    contrast, ground = chance.uniform(0.04, 0.4), chance.uniform(60, 200)
    return image.point(lambda grey: int(ground + (grey - 128) * contrast))


def noise(image: Image.Image, chance: random.Random) -> Image.Image:
    return Image.blend(image, Image.effect_noise(image.size, chance.uniform(20, 160)), chance.uniform(0.1, 0.6))


DAMAGES: dict[str, Damage] = {
    "voids": voids, "dirt": dirt, "tear": tear, "blur": blur,
    "perspective": perspective, "faint": faint, "noise": noise,
}  # fmt: skip


def outcome(found: Scan, code: str) -> str:
    if any(each.code != code for each in found.codes):
        return "WRONG"
    if found.codes:
        return "read"
    return "unread" if all(problem.code == "none" for problem in found.problems) else "refused"


def trial(stock: str, damages: list[str], chance: random.Random) -> dict[str, tuple[str, bool]]:
    """One label: for each decoder alone and for both, the outcome, and whether a raw reading was wrong."""
    code = label.make("item", chance.randbytes(9))
    image = Image.open(BytesIO(draw([Label(code, ("封签 F-880732",))], stock, "png", 203).data)).convert("L")
    for name in damages:
        image = DAMAGES[name](image, chance)
    live = decoders.live()
    readings = {name: read(image) for name, read in live.items()}
    views = {name: (readings[name], [name]) for name in live}
    views |= {"both": ([each for name in live for each in readings[name]], [*live])}  # type: ignore[dict-item]
    return {
        name: (outcome(judge(seen, "single", used), code), any(each.text != code for each in seen))
        for name, (seen, used) in views.items()
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--trials", type=int, default=300, help="labels for each kind of damage and stock")
    parser.add_argument("--damage", choices=[*DAMAGES, MIXED], action="append", help="only this; repeatable")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    total: Counter[tuple[str, str]] = Counter()
    kinds = options.damage or [*DAMAGES, MIXED]
    print(
        f"{'damage':<14}{'stock':<12}{'decoder':<11}{'read':>7}{'unread':>8}{'refused':>9}{'raw wrong':>11}{'WRONG':>7}"
    )
    for damage in kinds:
        for stock in STOCKS:
            counts: Counter[tuple[str, str]] = Counter()
            for _ in range(options.trials):
                damages = [damage] if damage in DAMAGES else chance.sample([*DAMAGES], 2)
                for view, (what, raw_wrong) in trial(stock, damages, chance).items():
                    counts[view, what] += 1
                    counts[view, "raw wrong"] += raw_wrong
            total += counts
            report(damage, stock, counts, options.trials)
    trials = options.trials * len(STOCKS) * len(kinds)
    report("all", "", total, trials)
    wrong = sum(count for (_, what), count in total.items() if what == "WRONG")
    print(f"{trials} labels, believed and wrong: {wrong}")
    return 1 if wrong else 0


def report(damage: str, stock: str, counts: Counter[tuple[str, str]], trials: int) -> None:
    for view in [*decoders.live(), "both"]:
        shares = [counts[view, what] / trials for what in ("read", "unread", "refused")]
        print(
            f"{damage:<14}{stock:<12}{view:<11}" + "".join(f"{share:>10.1%}" for share in shares),
            f"{counts[view, 'raw wrong']:>9}{counts[view, 'WRONG']:>10}",
        )


if __name__ == "__main__":
    sys.exit(main())
