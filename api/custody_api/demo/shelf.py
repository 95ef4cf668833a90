"""Labels of the demonstration: printed for everything, and read back from what was printed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from custody_api.demo.office import Office
from custody_scanners.labels import Label, draw
from custody_scanners.scan import scan

_A_SHEET = 24


def labels_for(office: Office, name: str, texts: Mapping[str, Sequence[str]], stock: str) -> list[bytes]:
    """Print labels to ``labels/<name>.pdf``, and return the sheets as the pictures a camera would see."""
    labels = [Label(code, tuple(lines)) for code, lines in texts.items()]
    drawn = draw(labels, stock, "pdf")
    if drawn.missing:
        raise AssertionError(f"the label font lacks {drawn.missing}")
    (office.directory / "labels" / f"{name}.pdf").write_bytes(drawn.data)
    a_page = _A_SHEET if stock == "a4-3x8" else 1
    starts = range(0, len(labels), a_page)
    sheets = [draw(labels[start : start + a_page], stock, "png", 203).data for start in starts]
    for number, sheet in enumerate(sheets, 1):
        (office.directory / "labels" / f"{name}-{number:02}.png").write_bytes(sheet)
    return sheets


def scanned(sheets: Iterable[bytes], say: Callable[[str], None]) -> list[str]:
    """Read every label in view, sheet by sheet, as a clerk would with a camera over the table."""
    found: list[str] = []
    for number, sheet in enumerate(sheets, 1):
        seen = scan(sheet, "page")
        if not seen.accepted:
            raise AssertionError(f"sheet {number}: {[problem.code for problem in seen.problems]}")
        found += [code.code for code in seen.codes]
        say(f"扫描 scanned: 第 {number} 页 {len(seen.codes)} 件，共 {len(found)} 件")
    return found
