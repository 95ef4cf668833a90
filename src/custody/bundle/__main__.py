"""``python -m custody.bundle BUNDLE``: verify a bundle with Python, `cryptography` and `pydantic`, and nothing else.

The same as ``custody verify BUNDLE``, for whoever installs no more than a court needs.
"""

from __future__ import annotations

import json
import os
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from custody.bundle.verifying import given_by, verify_bundle
from custody.errors import CustodyError


def main(arguments: Sequence[str] | None = None) -> int:
    """Verify and print the report; the exit status is 1 for findings or a file that cannot be read."""
    zh = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    parser = ArgumentParser(prog="python -m custody.bundle", description="核验证据包 / verify a bundle")
    parser.add_argument("bundle", type=Path, metavar="BUNDLE")
    parser.add_argument("--witness-policy", type=Path, metavar="FILE", help="日志与见证方 / log and witnesses")
    parser.add_argument("--log-key", action="append", default=[], metavar="VKEY", help="日志公钥 / the log's key")
    parser.add_argument("--time-roots", type=Path, metavar="FILE", help="时间戳根证书 / roots of time authorities")
    parser.add_argument("--json", action="store_true", help="JSON")
    parser.add_argument("--lang", choices=("zh", "en"), default="zh" if zh.lower().startswith("zh") else "en")
    args = parser.parse_args(arguments)
    now = datetime.now(UTC)
    try:
        report = verify_bundle(args.bundle, given_by(args.witness_policy, args.log_key, args.time_roots, now))
    except (CustodyError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    if args.json:
        print(json.dumps(report.body(), ensure_ascii=False, indent=2))
    else:
        print("\n".join(report.lines(args.lang)))
    return 0 if report.sound else 1


if __name__ == "__main__":
    sys.exit(main())
