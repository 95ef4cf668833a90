"""``custody scan``: what is in view of a picture, a wedge scanner or a camera."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import Final

from custody import label
from custody.errors import CustodyError
from custody_scanners import camera, wedge
from custody_scanners.scan import Code, Scan, scan
from custody_scanners.sentences import complain, explain, language, say

DONE: Final = 0
REFUSED: Final = 1
WRONG_USE: Final = 2


def run(args: Namespace) -> int:
    """Scan what the arguments name; return the exit status."""
    chosen = [bool(args.images), args.wedge, args.camera is not None]
    if sum(chosen) != 1:
        complain(say("use/scan", language(args)))
        return WRONG_USE
    scanning: Callable[[Namespace], int] = (_scan_images, _scan_wedge, _scan_camera)[chosen.index(True)]
    try:
        return scanning(args)
    except KeyboardInterrupt:  # how a clerk ends a camera or a wedge
        return DONE


def _scan_images(args: Namespace) -> int:
    status = DONE
    for image in args.images:
        try:
            found = scan(image, "page" if args.page else "single")
        except CustodyError as error:
            _tell_error(args, str(image), error)
            status = max(status, REFUSED)
        except OSError as error:
            complain(say("file/unreadable", language(args), file=image, reason=error.strerror))
            status = WRONG_USE
        else:
            _tell_scan(args, str(image), found)
            status = max(status, DONE if found.accepted else REFUSED)
    return status


def _tell_scan(args: Namespace, image: str, found: Scan) -> None:
    if args.json:
        problems = [asdict(each) | {"zh": each.zh, "en": each.en} for each in found.problems]
        report = {"image": image, "accepted": found.accepted, **asdict(found), "problems": problems}
        print(json.dumps(report, ensure_ascii=False))
        return
    print(f"{image}  ({', '.join(found.decoders)})")
    for code in found.codes:
        print(f"  ✓ {label.spaced(code.code)}  {', '.join(code.decoders)}")
    for problem in found.problems:
        sentence = say(f"scan/{problem.code}", language(args))
        shown = "  ".join(text[:60] for text in problem.texts)
        print(f"  {'✗' if problem.refuses else '⚠'} {sentence}  {shown}".rstrip())


def _tell_error(args: Namespace, source: str, error: CustodyError) -> None:
    if args.json:
        report = {"image": source, "accepted": False, "error": error.code, "sentence": explain(error, language(args))}
        print(json.dumps(report, ensure_ascii=False))
    else:
        print(f"{source}\n  ✗ {explain(error, language(args))}")


def _scan_wedge(args: Namespace) -> int:
    lang, status = language(args), DONE
    for outcome in wedge.lines(sys.stdin.buffer, args.prefix, args.suffix):
        if outcome.status == "malformed":
            status = REFUSED
        if args.json:
            error = outcome.error.code if outcome.error else None
            report = {"line": outcome.line, "status": outcome.status, "code": outcome.code, "error": error}
            print(json.dumps(report, ensure_ascii=False), flush=True)
        else:
            sign = {"accepted": "✓", "again": "=", "malformed": "✗"}[outcome.status]
            shown = label.spaced(outcome.code) if outcome.code else outcome.line[:60]
            why = explain(outcome.error, lang) if outcome.error else ""
            print(f"{sign} {shown}  {say(f'wedge/{outcome.status}', lang)}  {why}".rstrip(), flush=True)
    return status


def _scan_camera(args: Namespace) -> int:
    try:
        _tell_codes(args, camera.watch(camera.frames(args.camera)))
    except CustodyError as error:
        complain(explain(error, language(args)))
        return WRONG_USE
    return DONE


def _tell_codes(args: Namespace, codes: Iterable[Code]) -> None:
    for code in codes:
        print(json.dumps(asdict(code)) if args.json else f"✓ {label.spaced(code.code)}", flush=True)
