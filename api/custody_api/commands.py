"""The commands ``custody serve`` and ``custody paper``, for the entry-point group ``custody.commands``."""

from __future__ import annotations

import re
from argparse import ArgumentParser, Namespace
from typing import Any, Final

from custody.cli.settings import add_options

# The same as `custody_api.papers.catalogue.NAMES`, which loads the drawing; a test holds them equal.
PAPERS: Final = (
    "seizure-list", "blood-draw-form", "check-in-slip", "transfer-list", "loan-register", "lab-list", "case-file-list",
    "opinion-notice", "return-list", "destruction-list", "execution-receipt", "recommendation",
    "stock-take-list", "viewing-register", "handover-list", "division-record", "receipt", "continuity",
)  # fmt: skip


def add_serve(subparsers: Any) -> None:
    """Add ``custody serve`` to the main parser's sub-commands."""
    parser: ArgumentParser = subparsers.add_parser(
        "serve", help="HTTP 接口 / serve the HTTP API", description="提供 HTTP 接口 / Serve the HTTP API."
    )
    add_options(parser, log_key=True)
    parser.add_argument("--attachments", metavar="DIR", help="附件库 / folder or s3://BUCKET/PREFIX")
    parser.add_argument("--host", default="127.0.0.1", help="监听地址，非本机须加密 / beyond loopback only encrypted")
    parser.add_argument("--port", type=int, default=8000, help="端口，0 为任选 / port; 0 takes a free one")
    parser.add_argument("--public-url", metavar="URL", help="外部访问地址 / where it is reached: https://NAME")
    parser.add_argument("--tls-cert", metavar="FILE", help="TLS 证书链（PEM）/ certificate chain")
    parser.add_argument("--tls-key", metavar="FILE", help="TLS 私钥（PEM）/ its private key")
    parser.add_argument("--behind-proxy", metavar="ADDRESSES", help="可信代理的地址 / addresses of trusted proxies")
    parser.add_argument("--witness-policy", metavar="FILE", help="见证策略文件 / witnesses that cosign (tlog-policy)")
    parser.add_argument("--read-only", action="store_true", help="只读，不需日志密钥 / only read; needs no log key")
    parser.add_argument("--vouching", metavar="FILE", help="签发者与证书 / issuers and certificates (TOML)")
    parser.set_defaults(run=_run)


def add_paper(subparsers: Any) -> None:
    """Add ``custody paper`` to the main parser's sub-commands."""
    parser: ArgumentParser = subparsers.add_parser(
        "paper", help="文书：清单、登记表、保管链说明（PDF）/ papers as PDF", description="出具文书 / Draw papers."
    )
    parser.add_argument("kind", choices=PAPERS, metavar="KIND", help=f"种类 / one of {', '.join(PAPERS)}")
    subject = parser.add_mutually_exclusive_group(required=True)
    subject.add_argument("--act", metavar="ACT", help="依某一行为 / of this act")
    subject.add_argument("--item", metavar="ITEM", help="涉及该物品的 / about this item")
    subject.add_argument("--case", metavar="CASE", help="涉及该案件的 / about this case")
    subject.add_argument("--person", metavar="PERSON", help="该人员的保管链说明 / continuity of this person")
    parser.add_argument("--at", type=int, metavar="POSITION", help="台账位置，默认最新 / position; default: newest")
    link = parser.add_mutually_exclusive_group()
    link.add_argument("--link", type=_link, metavar="URL", help="当事人联的查询地址 …/r/TOKEN / for a citizen's copy")
    link.add_argument("--issue", type=_base, metavar="URL", help="出具此站点的查询链接 / issue a link at this site")
    link.add_argument("--revoke", action="store_true", help="撤销该行为的查询链接 / revoke the links of --act")
    parser.add_argument("--by", metavar="PERSON", help="由谁查看密封值、出具或撤销链接 / who looks, issues or revokes")
    parser.add_argument("--why", metavar="TEXT", help="事由 / why")
    parser.add_argument("--sealed", action="store_true", help="不显示密封值 / leave sealed values sealed")
    parser.add_argument("-o", "--output", metavar="FILE", help="“-”为标准输出 / - is standard output")
    add_options(parser, log_key=True)
    parser.set_defaults(run=_run_paper)


def _link(text: str) -> str:
    if not re.fullmatch(r"https?://[^\s/]+(/[^\s]*)?/r/[A-Za-z0-9_-]{22,64}", text):
        raise ValueError(text)
    return text


def _base(text: str) -> str:
    if not re.fullmatch(r"https?://[^\s/?#]+(/[^\s?#]*)?", text):
        raise ValueError(text)
    return text.rstrip("/")


def _run(args: Namespace) -> int:
    from custody_api.serving import run

    return run(args)


def _run_paper(args: Namespace) -> int:
    from custody_api.papers.command import run

    return run(args)
