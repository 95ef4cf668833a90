"""The command ``custody serve``, for the entry-point group ``custody.commands``."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import Any

from custody.cli.settings import add_options


def add_serve(subparsers: Any) -> None:
    """Add ``custody serve`` to the main parser's sub-commands."""
    parser: ArgumentParser = subparsers.add_parser(
        "serve", help="HTTP 接口 / serve the HTTP API", description="在本机提供 HTTP 接口 / Serve the HTTP API here."
    )
    add_options(parser, log_key=True)
    parser.add_argument("--host", default="127.0.0.1", help="只限本机地址 / loopback only")
    parser.add_argument("--port", type=int, default=8000, help="端口，0 为任选 / port; 0 takes a free one")
    parser.set_defaults(run=_run)


def _run(args: Namespace) -> int:
    from custody_api.serving import run

    return run(args)
