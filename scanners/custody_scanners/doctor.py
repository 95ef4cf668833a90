"""What of labels and scanning works on this machine."""

from __future__ import annotations

from custody_scanners import camera, decoders, font

Finding = tuple[str, bool, str, str]
"""Name, whether it works, and a sentence in zh-CN and in English."""


def doctor() -> list[Finding]:
    """Check decoders, font and camera support."""
    return [*_decoders(), _font(), _camera()]


def _decoders() -> list[Finding]:
    live = decoders.live()
    advice = {
        "pyzbar": ("请安装 libzbar0。", "install libzbar0."),
        "zxing-cpp": ("请安装 zxing-cpp。", "install zxing-cpp."),
    }
    findings = []
    for name, (zh, en) in advice.items():
        works = name in live
        findings.append(
            (
                name,
                works,
                f"识码组件 {name} 可用。" if works else f"识码组件 {name} 不可用：{zh}",
                f"The decoder {name} works." if works else f"The decoder {name} does not load: {en}",
            )
        )
    return findings


def _font() -> Finding:
    try:
        lacking = font.missing_characters("案物证血样〔〕℃✓EV1")
    except OSError:
        return "font", False, "标签字库文件缺失。", "The label font's file is missing."
    works = not lacking
    return (
        "font",
        works,
        "标签字库完好。" if works else f"标签字库缺字：{''.join(lacking)}",
        "The label font is complete." if works else f"The label font lacks {''.join(lacking)}",
    )


def _camera() -> Finding:
    if camera.supported():
        return "camera", True, "摄像头支持已安装。", "Camera support is installed."
    return (
        "camera",
        False,
        "摄像头支持未安装（可选）：opencv-python-headless。",
        "Camera support is not installed (optional): opencv-python-headless.",
    )
