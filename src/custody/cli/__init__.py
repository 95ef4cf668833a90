"""The command ``custody``: sub-commands come by entry points of the group ``custody.commands``.

Each entry point is a function ``add(subparsers)`` that adds its parser and sets ``run``, a function from the parsed
arguments to the exit status: 0 done or nothing found, 1 refused or findings, 2 wrong use. What goes wrong becomes one
sentence on standard error, never a traceback.
"""

from __future__ import annotations

import os
import sys
from argparse import SUPPRESS, ArgumentError, ArgumentParser
from collections.abc import Sequence
from contextlib import suppress
from importlib.metadata import EntryPoint, entry_points, version

from custody.cli.parser import Parser, WrongUse
from custody.cli.terminal import tell_error, tell_os_error, tell_unexpected
from custody.cli.words import choose_language, text, use_language
from custody.cli.zone import use_zone
from custody.errors import CustodyError

GROUP = "custody.commands"
DONE, REFUSED, WRONG_USE, INTERRUPTED = 0, 1, 2, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    use_language(choose_language(given))
    use_zone(None)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal without Chinese shows question marks, not a traceback
    args = _parser(given).parse_args(given)
    use_language(args.lang)
    try:
        status: int = args.run(args)
        sys.stdout.flush()
    except WrongUse as error:
        tell_error(error, args.json)
        return WRONG_USE
    except CustodyError as error:
        tell_error(error, args.json)
        return REFUSED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else the interpreter complains at its end
        return REFUSED
    except OSError as error:
        tell_os_error(error, args.json)
        return REFUSED
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:
        if os.environ.get("CUSTODY_DEBUG"):
            raise
        tell_unexpected(error, args.json)
        return REFUSED
    return status


def commands() -> dict[str, EntryPoint]:
    """The installed sub-commands by name."""
    return {each.name: each for each in sorted(entry_points(group=GROUP), key=lambda each: each.name)}


def missing_commands() -> dict[str, str]:
    """The sub-commands whose package cannot be loaded, each with the reason."""
    missing = {}
    for name, entry in commands().items():
        try:
            entry.load()
        except Exception as error:
            missing[name] = f"{type(error).__name__}: {error}"
    return missing


def _parser(given: Sequence[str]) -> ArgumentParser:
    parser = Parser(prog="custody", description=text("help/custody"))
    parser.add_argument("--version", action="version", version=f"custody {version('evidence-custody')}")
    parser.add_argument("--lang", choices=("zh", "en"), default=choose_language(given), help=text("help/lang"))
    parser.add_argument("--json", action="store_true", help=text("help/json"))
    subparsers = parser.add_subparsers(metavar=text("help/command"), required=True)
    for entry in _wanted(given):
        try:
            entry.load()(subparsers)
        except Exception:  # noqa: S112 - one broken package must not take the other commands away; doctor names it
            continue
    for each in subparsers.choices.values():
        _add_everywhere(each)
    return parser


def _wanted(given: Sequence[str]) -> list[EntryPoint]:
    """The one command that is meant, or all of them: a command starts without loading the others."""
    known = commands()
    for word in given:
        if word in known:
            return [known[word]]
    return list(known.values())


def _add_everywhere(parser: ArgumentParser) -> None:
    options = {
        "--lang": {"choices": ("zh", "en"), "help": text("help/lang")},
        "--json": {"action": "store_true", "help": text("help/json")},
    }
    for name, settings in options.items():
        with suppress(ArgumentError):  # the command may have this option itself
            parser.add_argument(name, default=SUPPRESS, **settings)  # type: ignore[arg-type]
    for action in parser._actions:  # what a command can be asked to do may be commands again
        for each in action.choices.values() if isinstance(action.choices, dict) else ():
            _add_everywhere(each)
