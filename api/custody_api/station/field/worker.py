"""What makes the station installable: the service worker with the list of what it keeps, and the manifest."""

from __future__ import annotations

import json
from typing import Any, Final

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from custody_api.station import assets
from custody_api.station.field import icons
from custody_api.station.field.pages import KEPT, WITHOUT_NETWORK
from custody_api.station.pages import POLICY
from custody_api.wording import TAGS

router = APIRouter(include_in_schema=False)

_HEADERS: Final = {
    "Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff", "Cache-Control": "no-cache",
}  # fmt: skip


@router.get("/sw.js")
def read_worker() -> Response:
    """The service worker of this version. Its bytes change with the static files, which is how browsers learn of it."""
    script = assets.address("field/worker.js")
    program = f'import {{ serve }} from "{script}";\n\nserve({json.dumps(kept(), indent=1)});\n'
    return Response(program, media_type="text/javascript", headers=_HEADERS)


@router.get("/manifest.webmanifest")
def read_manifest() -> Response:
    """What is installed: the station as an app that opens in the field (W3C Web Application Manifest)."""
    return JSONResponse(manifest(), media_type="application/manifest+json", headers=_HEADERS)


def kept() -> dict[str, Any]:
    """What the service worker keeps of this version: nothing that depends on who asks."""
    files = [assets.address(name) for name in sorted({*assets.files(), assets.MADE})]
    words = [f"/signing/parts/{lang}" for lang in TAGS]
    return {"version": assets.digest(), "files": [*files, *words], "pages": list(KEPT), "without": WITHOUT_NETWORK}


def manifest() -> dict[str, Any]:
    """The manifest, in Chinese with an English name."""
    pictures = [
        {"src": f"/field/icon-{size}.png", "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
        for size in icons.SIZES
        for purpose in ("any", "maskable")
    ]
    return {
        "id": "/field", "name": "涉案财物保管 Custody", "short_name": "保管 Custody", "lang": "zh-CN",
        "start_url": "/field", "scope": "/", "display": "standalone", "background_color": "#ffffff",
        "theme_color": "#12355b",
        "icons": [{"src": "/field/icon.svg", "sizes": "any", "type": "image/svg+xml"}, *pictures],
    }  # fmt: skip
