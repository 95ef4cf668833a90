"""``custody scan``: what is in view of a picture, a wedge scanner or a camera."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import Final

from custody import label
from custody.cli.show_command import holder_of
from custody.errors import CustodyError
from custody.facts.shapes import STATUSES, Shape
from custody_scanners import camera, wedge
from custody_scanners.ledger_answers import Answers, answers_named
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
    scanning: Callable[[Namespace, Answers | None], int] = (_scan_images, _scan_wedge, _scan_camera)[chosen.index(True)]
    try:
        with answers_named(args) as ledger:
            return scanning(args, ledger)
    except KeyboardInterrupt:  # how a clerk ends a camera or a wedge
        return DONE


def _asked(ledger: Answers | None, code: str) -> Shape:
    """What the ledger says of a code; nothing, if no ledger was named."""
    return ledger.of(code) if ledger else {}


def _in_words(code: str, answer: Shape, lang: str) -> str:
    """The ledger's answer as one line: the code's standing, what bears it, and where that is."""
    if not answer:
        return ""
    is_manifest = label.PREFIXES[code[:3]] == "manifest"
    words = [say("standing/manifest" if is_manifest else f"standing/{answer['standing']}", lang)]
    if item := answer.get("item"):
        status = STATUSES[item["status"]][0 if lang == "zh" else 1]
        words += [item["description"], item["case"], status, holder_of(item["custody"]) or ""]
        if answer["standing"] == "retired":
            words.append(say("standing/now", lang, label=label.spaced(item["code"])))
    words += [answer["place"]["name"]] if "place" in answer else []
    words += [answer["kit"]["case"]] if "kit" in answer else []
    return " · ".join(filter(None, words))


def _is_doubtful(answer: Shape) -> bool:
    return bool(answer) and answer["standing"] != "in-force"


def _accepted(found: Scan, answers: list[Shape]) -> bool:
    """Whether the scan counts: a label that the ledger does not know, or knows as retired, refuses it."""
    return found.accepted and not any(map(_is_doubtful, answers))


def _scan_images(args: Namespace, ledger: Answers | None) -> int:
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
            answers = [_asked(ledger, each.code) for each in found.codes]
            _tell_scan(args, str(image), found, answers)
            status = max(status, DONE if _accepted(found, answers) else REFUSED)
    return status


def _tell_scan(args: Namespace, image: str, found: Scan, answers: list[Shape]) -> None:
    if args.json:
        problems = [asdict(each) | {"zh": each.zh, "en": each.en} for each in found.problems]
        codes = [asdict(code) | answer for code, answer in zip(found.codes, answers, strict=True)]
        report = {"image": image, "accepted": _accepted(found, answers), **asdict(found)}
        report |= {"codes": codes, "problems": problems}
        print(json.dumps(report, ensure_ascii=False))
        return
    print(f"{image}  ({', '.join(found.decoders)})")
    for code, answer in zip(found.codes, answers, strict=True):
        said = _in_words(code.code, answer, language(args)) or ", ".join(code.decoders)
        print(f"  {'✗' if _is_doubtful(answer) else '✓'} {label.spaced(code.code)}  {said}")
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


def _scan_wedge(args: Namespace, ledger: Answers | None) -> int:
    lang, status = language(args), DONE
    for outcome in wedge.lines(sys.stdin.buffer, args.prefix, args.suffix):
        answer = _asked(ledger, outcome.code) if outcome.code else {}
        if outcome.status == "malformed" or _is_doubtful(answer):
            status = REFUSED
        if args.json:
            error = outcome.error.code if outcome.error else None
            report = {"line": outcome.line, "status": outcome.status, "code": outcome.code, "error": error, **answer}
            print(json.dumps(report, ensure_ascii=False), flush=True)
        else:
            sign = "✗" if _is_doubtful(answer) else {"accepted": "✓", "again": "=", "malformed": "✗"}[outcome.status]
            shown = label.spaced(outcome.code) if outcome.code else outcome.line[:60]
            said = explain(outcome.error, lang) if outcome.error else _in_words(outcome.code or "", answer, lang)
            read = "" if _is_doubtful(answer) else say(f"wedge/{outcome.status}", lang)
            print("  ".join(filter(None, (f"{sign} {shown}", read, said))), flush=True)
    return status


def _scan_camera(args: Namespace, ledger: Answers | None) -> int:
    try:
        _tell_codes(args, camera.watch(camera.frames(args.camera)), ledger)
    except CustodyError as error:
        complain(explain(error, language(args)))
        return WRONG_USE
    return DONE


def _tell_codes(args: Namespace, codes: Iterable[Code], ledger: Answers | None) -> None:
    for code in codes:
        answer = _asked(ledger, code.code)
        sign, said = "✗" if _is_doubtful(answer) else "✓", _in_words(code.code, answer, language(args))
        shown = f"{sign} {label.spaced(code.code)}  {said}".rstrip()
        print(json.dumps(asdict(code) | answer) if args.json else shown, flush=True)
