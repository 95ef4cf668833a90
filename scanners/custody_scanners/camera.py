"""A camera at the counter: single mode, frame by frame, believed when two frames in a row agree."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator
from typing import Any, Final

from PIL import Image

from custody.errors import Unavailable
from custody_scanners.scan import Code, scan_grey

_NO_OPENCV: Final = "Camera support is missing: install opencv-python-headless, or scan image files or by wedge."


def frames(index: int) -> Iterator[Image.Image]:
    """Yield a camera's frames in grey until it stops. Raises Unavailable without OpenCV or without the camera."""
    opencv = _opencv()
    device = opencv.VideoCapture(index)
    try:
        if not device.isOpened():
            raise Unavailable("unavailable/camera", f"Camera {index} cannot be opened.", index=index)
        while True:
            taken, picture = device.read()
            if not taken:
                return
            yield Image.fromarray(opencv.cvtColor(picture, opencv.COLOR_BGR2GRAY))
    finally:
        device.release()


def watch(pictures: Iterable[Image.Image]) -> Iterator[Code]:
    """Yield each label that two successive frames show alone, once for as long as it stays in view."""
    before: str | None = None
    told: str | None = None
    for picture in pictures:
        codes = scan_grey(picture).codes
        now = codes[0].code if codes else None
        if now is not None and now == before and now != told:
            told = now
            yield codes[0]
        if now is None and before is None:
            told = None  # two frames without it: it left, and may come again
        before = now


def supported() -> bool:
    """Whether OpenCV can be loaded."""
    try:
        _opencv()
    except Unavailable:
        return False
    return True


def _opencv() -> Any:
    try:
        return importlib.import_module("cv2")
    except ImportError as error:
        raise Unavailable("unavailable/camera-support", _NO_OPENCV) from error
