"""Taking an older register over, as somebody does it for the first time: a sheet as offices keep it, and a break."""

from __future__ import annotations

import json

from commandline import CASE, Office

MAPPING = """
encoding = "gb18030"
header_line = 2

[columns]
case = "案号"
instrument = "文书"
seized_at = "扣押时间"
where = "地点"
officer = "民警"
description = "品名"

[defaults]
second = "psb-0347"
source = "2019 年纸质登记簿"

[values.officer]
"周远" = "psb-0211"
"""


def test_four_hundred_lines_are_signed_in_parts_and_none_twice(office: Office) -> None:
    """A list of 400 things on four documents, in the encoding of older Windows, dates as people write them. After the
    second act the power goes; the same file is given again, and the other two are recorded."""
    lines = [
        f"{number},{CASE},云公扣字〔2019〕{number // 100}号,2019年5月6日9时05分,青石路,周远,物品 {number}"
        for number in range(400)
    ]
    text = "\n".join(["扣押物品清单,,,,,,", "序号,案号,文书,扣押时间,地点,民警,品名", *lines, ""])
    (office.folder / "登记簿.csv").write_bytes(text.encode("gb18030"))
    (office.folder / "mapping.toml").write_text(MAPPING.replace('encoding = "gb18030"\n', ""), encoding="utf-8")
    told = office.run("import", "登记簿.csv", "--mapping", "mapping.toml", "--dry-run")
    assert (told.returncode, 'state that encoding' in told.stdout, "gb18030" in told.stdout) == (1, True, True)
    (office.folder / "mapping.toml").write_text(MAPPING, encoding="utf-8")
    assert office.json("import", "登记簿.csv", "--mapping", "mapping.toml", "--dry-run")["drafts"] == 4
    done = office.run("import", "登记簿.csv", "--mapping", "mapping.toml", "-o", "drafts.jsonl")
    assert done.returncode == 0, done.stdout
    drafts = (office.folder / "drafts.jsonl").read_text(encoding="utf-8").splitlines()
    assert [len(json.loads(each)["items"]) for each in drafts] == [100] * 4
    before = office.json("show", "case", CASE)["items"]
    (office.folder / "begun.jsonl").write_text("\n".join(drafts[:2]) + "\n", encoding="utf-8")
    keys = ("--key", "psb-0211.key", "--key", "psb-0347.key")
    assert office.run("act", "begun.jsonl", *keys).returncode == 0
    assert office.json("show", "case", CASE)["items"] == before + 200
    again = office.run("act", "drafts.jsonl", *keys, lang="zh")
    assert (again.returncode, again.stdout.count("此前已入账，不再重复")) == (0, 2), again.stderr
    assert office.json("show", "case", CASE)["items"] == before + 400
    assert office.run("act", "drafts.jsonl", *keys).stdout.count("Recorded before, left as it is") == 4
    assert office.json("show", "case", CASE)["items"] == before + 400
    assert office.run("import", "登记簿.csv", "--mapping", "mapping.toml", "--compare").returncode == 0
