"""Every act is said in plain sentences, in both languages, and alike by pages and in the terminal."""

from __future__ import annotations

import re
from typing import Any

import pytest

from custody.acts import ACT_TYPES
from custody.acts.examples import example
from custody_api.station import assets
from custody_api.station.sheets.sentences import patterns, sentences
from custody_api.wording import Language
from pages.conftest import At

_ON_A_PAGE = """async ([script, drafts, names]) => {
    const { sentences } = await import(script);
    return drafts.map(draft => ["zh", "en"].map(lang => sentences(draft, lang, names)));
}"""
_NAMES = {"cen-01": "梁静", "psb-0211": "周远", "ST1BPHX8ZB62MVDQ": "冷藏 CR-02/14"}

BROKEN: dict[str, Any] = example("check-in") | {
    "lines": [{"item": f"EV1{'0' * 11}{number:02}", "condition": "完好", "seal_seen": "broken" if number else "none"}
              for number in range(12)],
    "signers": [{"part": "custodian", "person": "cen-01"}, {"part": "custodian", "person": "cen-02"}],
    "attestations": [{"part": "deliverer", "name": {"sealed": "x"}, "kind": "refused"}],
    "note": "constructor",
}  # fmt: skip

CORRECTING: dict[str, Any] = example("correction") | {"changes": [
    {"op": "replace", "path": "/evidential", "old": False, "new": True},
    {"op": "replace", "path": "/features", "old": None, "new": "蓝色"},
    {"op": "replace", "path": "/basis", "old": ["登记表"], "new": []},
    {"op": "replace", "path": "/serial", "old": {"sealed": "x"}, "new": {"disclose": "SN-2"}},
    {"op": "void", "path": "/lines/1", "old": None, "new": None}, {"op": "void", "path": "", "old": None, "new": None},
    {"op": "insert", "path": "", "old": None, "new": {"act": "transfer"}},
]}  # fmt: skip


def test_pages_and_the_terminal_say_the_same_of_every_act(at: At) -> None:
    page = at("梁静", "/do")
    drafts = [*(example(each) for each in ACT_TYPES), BROKEN, CORRECTING]
    said = page.evaluate(_ON_A_PAGE, [assets.address("sheets/sentences.js"), drafts, _NAMES])
    assert said == [[sentences(each, lang, _NAMES) for lang in ("zh", "en")] for each in drafts]


def test_every_act_is_said_by_whom_and_of_what_with_no_brace_left() -> None:
    assert patterns().keys() - {"*"} == ACT_TYPES.keys()
    for act in ACT_TYPES:
        draft = example(act)
        zh, en = sentences(draft, "zh"), sentences(draft, "en")
        assert len(zh) == len(en)
        assert zh
        assert not re.search(r"[{}]|None|undefined", "".join([*zh, *en])), act
        signers = {each["person"] for each in draft["signers"]}
        assert act == "revocation" or any(each in zh[0] for each in signers), act


@pytest.mark.parametrize(
    ("lang", "expected"),
    [
        ("zh", ["梁静 从 周远 接收 2 件，入库到 冷藏 CR-02/14。", "其中 1 件封签破损：EV1 9NXD MCHN 9XTKA M7RC。"]),
        ("en", ["2 items from 周远 to 梁静, checked in at 冷藏 CR-02/14.",
                "1 item with a broken seal: EV1 9NXD MCHN 9XTKA M7RC."]),
    ],
)  # fmt: skip
def test_a_check_in_says_who_received_how_many_where_and_which_seals_are_broken(
    lang: Language, expected: list[str]
) -> None:
    draft = example("check-in")
    draft["lines"][1]["seal_seen"] = "broken"
    said = sentences(draft, lang, _NAMES)
    assert [said[0], *(each for each in said if "破损" in each or "broken" in each)] == expected


def test_each_change_of_a_correction_is_said_once_also_what_was_empty_or_is_taken_out() -> None:
    assert [each.removesuffix(".") for each in sentences(CORRECTING, "en")[1:8]] == [
        "/evidential: “false” becomes “true”", "/serial: “(sealed)” becomes “SN-2”",
        "/features: empty before, is “蓝色”", "/basis: “登记表” is taken out",
        "/lines/1 is voided", "The whole act is voided", "The act transfer is read before it",
    ]  # fmt: skip


def test_who_refused_to_give_a_name_and_long_lists_are_said_as_such() -> None:
    said = "".join(sentences(BROKEN, "zh", _NAMES))
    assert "梁静、cen-02 从 （已密封） 接收 12 件" in said
    assert "等 12 项" in said
    assert "其中 1 件无封签" in said
