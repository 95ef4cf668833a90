"""How long a print job of labels takes: python benchmarks/labels.py [--count 1000]

Every time is set against the plain way of doing the same in the same run: each QR symbol made by qrcode with its own
choice of mask, and each dark module drawn as one reportlab rectangle, the same text beside it.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from io import BytesIO

import qrcode
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from custody_scanners import font
from custody_scanners.labels import STOCKS, Label, blank, draw

LINES = ("云公(刑)诈〔2026〕0520", "手机 黑色 第 {n} 号", "封签 F-{n:06d}", "江州市公安局云岭分局")


def job(count: int) -> list[Label]:
    codes = [each.code for each in blank("item", count)]
    return [Label(code, tuple(line.format(n=n) for line in LINES)) for n, code in enumerate(codes, start=1)]


def plain_matrices(labels: list[Label]) -> None:
    for each in labels:
        matrix(each.code)


def matrix(code: str) -> list[list[bool | None]]:
    symbol = qrcode.QRCode(version=2, error_correction=qrcode.ERROR_CORRECT_H)
    symbol.add_data(code)
    symbol.make(fit=False)
    return list(symbol.modules)


def plain_pdf(labels: list[Label]) -> None:
    pdfmetrics.registerFont(TTFont("plain", font.FILE))
    canvas = Canvas(BytesIO(), pagesize=(142, 85))
    for each in labels:
        for row, modules in enumerate(matrix(each.code)):
            for column, dark in enumerate(modules):
                if dark:
                    canvas.rect(10 + 2 * column, 75 - 2 * row, 2, 2, stroke=0, fill=1)
        canvas.setFont("plain", 8)
        for n, line in enumerate(each.lines):
            canvas.drawString(70, 70 - 10 * n, line)
        canvas.showPage()
    canvas.save()


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1000)
    count = parser.parse_args().count
    labels = job(count)
    draw(labels[:1])  # loads the font
    baselines = {
        "qrcode's matrices alone": seconds(lambda: plain_matrices(labels)),
        "a rectangle per module": seconds(lambda: plain_pdf(labels)),
    }
    print(f"{count} labels")
    for name, taken in baselines.items():
        print(f"  baseline  {name:<26} {taken:6.2f} s")
    for stock in STOCKS:
        taken = min(seconds(lambda stock=stock: draw(labels, stock, "pdf")) for _ in range(3))  # type: ignore[misc]
        ratios = "  ".join(f"{taken / each:5.2f} of {name}" for name, each in baselines.items())
        print(f"  PDF on    {stock:<26} {taken:6.2f} s  = {ratios}")


if __name__ == "__main__":
    main()
