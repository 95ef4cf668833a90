"""What the pages use and we did not write: the very files that the manifest names, with their licences."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, Final

VENDOR: Final = Path(__file__).resolve().parents[3] / "api/custody_api/station/static/vendor"


def manifest() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((VENDOR / "manifest.json").read_text(encoding="utf-8"))
    return found


def test_every_vendored_file_has_the_hash_that_the_manifest_states_and_there_are_no_others() -> None:
    stated = manifest()["files"]
    assert {each.name for each in VENDOR.iterdir()} == {*stated, "manifest.json"}
    for name, file in stated.items():
        data = (VENDOR / name).read_bytes()
        assert (hashlib.sha256(data).hexdigest(), len(data)) == (file["sha256"], file["bytes"]), name


def test_every_package_comes_with_the_text_of_its_licence() -> None:
    for name, package in manifest()["packages"].items():
        texts = [(VENDOR / each).read_text(encoding="utf-8") for each in package["licences"]]
        assert texts, name
        assert all("WITHOUT WARRANT" in each or "DISCLAIMS ALL" in each for each in texts), name


def test_the_decoder_is_the_very_one_that_the_detector_was_made_with() -> None:
    """The detector's script states which version of zxing-wasm it bundles, and the hash of its wasm."""
    script = (VENDOR / "zxing-exported.js").read_text(encoding="utf-8")
    stated = manifest()
    assert stated["files"]["zxing_reader.wasm"]["sha256"] in script
    assert f"zxing-wasm@{stated['packages']['zxing-wasm']['version']}_" in script
