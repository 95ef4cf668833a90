"""Every act has a form, and the form gives back the draft that fills it."""

from __future__ import annotations

import re
from typing import Any

from custody.acts import ACT_TYPES
from custody.acts.examples import example
from custody_api.station import assets
from custody_api.station.sheets.doing import GROUPS
from custody_api.station.sheets.forms import form_of, walk
from pages.conftest import At

_THROUGH_A_FORM = """async ([address, script, examples]) => {
    const { fillForm, readDraft } = await import(script);
    const gave = {};
    for (const draft of examples) {
        const text = await (await fetch(`${address}/${draft.act}?plain`)).text();
        const page = new DOMParser().parseFromString(text, "text/html");
        const form = document.importNode(page.getElementById("form"), true);
        fillForm(form, draft);
        fillForm(form, draft);
        gave[draft.act] = readDraft(form);
    }
    return gave;
}"""


def test_every_form_filled_in_with_an_example_gives_exactly_that_draft(at: At) -> None:
    page = at("梁静", "/do")
    examples = [example(each) for each in ACT_TYPES]
    gave: dict[str, Any] = page.evaluate(_THROUGH_A_FORM, ["/do", assets.address("sheets/draft.js"), examples])
    assert gave.keys() == ACT_TYPES.keys()
    for draft in examples:
        assert gave[draft["act"]] == draft, draft["act"]


def test_every_field_and_choice_of_every_form_has_a_chinese_name() -> None:
    bare = set()
    for act in ACT_TYPES:
        for pointer, field in walk(form_of(act).fields):
            named = [(field.name, field.zh), *((word, zh) for word, zh, _ in field.choices)]
            named += [(choice[0], choice[1]) for choice, _ in field.variants]
            bare |= {(act, pointer, word) for word, zh in named if not re.search("[\u4e00-\u9fff]|SHA|SM3", zh)}
    assert bare == set()


def test_every_act_but_the_first_of_a_ledger_stands_in_a_group_that_two_digits_reach() -> None:
    grouped = [act for acts in GROUPS.values() for act in acts]
    assert sorted(grouped) == sorted(ACT_TYPES.keys() - {"genesis"})
    assert len(GROUPS) <= 9
    assert all(len(acts) <= 9 for acts in GROUPS.values())
