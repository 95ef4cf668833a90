// The lines of a sheet: what a scan puts into the form, what stands beside a line, and how it stands with it.

import { isNamed } from "../field/queue.js";
import { codeOf } from "../station/label.js";
import { get, Offline } from "../station/api.js";
import { make } from "../station/dom.js";
import { _, lang } from "../station/words.js";
import { fillFrom, signByTwo } from "./alike.js";
import { addRow, choose, readInput, rowsOf, writeInput } from "./draft.js";

const INTACT = lang === "zh" ? "完好" : "intact";

/** Whether a form has a place for what was scanned: asked at once, before anything is looked up. */
export function hasPlaceFor(form, kind) {
  const wanted = kind === "item" ? "item,code" : kind;
  return wanted.split(",").some(each => form.querySelector(`[data-takes="${each}"], [data-type="${each}"]`))
    || (kind === "place" && !!partyWithPlace(form)) || (["manifest", "kit"].includes(kind) && hasPlaceFor(form, "item"));
}

/** Put what was scanned into the form. Answers `{outcome, text}` with an outcome of `scanning/answers.js`. */
export async function take(form, scan) {
  if (scan.kind === "place") return takePlace(form, scan.id);
  if (scan.kind === "manifest" || scan.kind === "kit") return takeSeveral(form, scan);
  return scan.kind === "item" ? takeItem(form, scan) : said("refused", _("This does not belong on the sheet."));
}

const said = (outcome, text, row = null) => ({ outcome, text, row });

async function takeItem(form, { id, code }) {
  const there = itemInputs(form).find(each => idOf(each.value) === id);
  if (there) {
    focusLine(there);
    return said("already", _("It is on the sheet already."));
  }
  let item = null;
  try {
    item = await presented(code || id);
  } catch (error) {
    if (error.status === 404) return takeFresh(form, code);
    if (!(error instanceof Offline)) return said("refused", error.detail ?? error.message);
    if (!form.querySelector('[data-type="item"], [data-takes="item"]')) return takeUnasked(form, id, code);
  }
  if (item?.asked?.state === "retired") {
    return said("refused", _("This label is retired; the thing now bears {code}.", { code: item.code }));
  }
  const other = item && itemsOf(form).find(each => each.case !== item.case);
  if (other) return said("refused", _("It belongs to case {case}; this sheet is of case {other}.", { case: item.case, other: other.case }));
  const input = freeInput(form, "item") ?? underSeal(form, item) ?? rowFor(form, "item");
  if (!input) return said("refused", _("This is in the ledger already."));
  writeInput(input, item?.item ?? id);
  if (item) {
    tell(input, item, form);
    await fillFrom(form, item);
  }
  focusLine(input);
  const astray = item && ASTRAY[form.dataset.act]?.(item);
  return said(astray ? "wrong-place" : "accepted", astray || (item?.description ?? id), input.closest(".line"));
}

const notStored = ({ custody }) => custody?.kind === "person" && _("It is not in the store: {holder} has it.", { holder: custody.holder });

// Act type: why a thing should not be there to be scanned. It becomes a line all the same; the check decides.
const ASTRAY = {
  relocation: notStored,
  "check-out": notStored,
  "check-in": ({ custody }) => custody?.kind === "place" && _("By the register it lies in {place}.", { place: custody.place_name ?? custody.holder }),
  return: item => !item.loan && _("It is not on loan."),
};

// Where the ledger cannot be asked, a label is fresh as far as this device knows.
async function takeUnasked(form, id, code) {
  return await isNamed(id) ? said("refused", _("This label was used on this device before.")) : takeFresh(form, code);
}

function takeFresh(form, code) {
  const input = code && (freeInput(form, "code") ?? rowFor(form, "code"));
  if (!input) return said("unknown", _("The ledger does not know this label."));
  writeInput(input, code);
  focusLine(input);
  return said("accepted", _("A fresh label."), input.closest(".line"));
}

async function takePlace(form, id) {
  let input = freeInput(form, "place") ?? rowFor(form, "place") ?? form.querySelector('[data-type="place"]');
  const party = !input && partyWithPlace(form);
  if (party) input = choose(party, "place").querySelector('[data-type="place"]');
  if (!input) return said("refused", _("This sheet names no place."));
  if (input.value === id) return said("already", _("It is on the sheet already."));
  writeInput(input, id);
  await describePlace(input);
  return said("accepted", input.closest(".field").querySelector(".told")?.textContent || id);
}

async function takeSeveral(form, { kind, id }) {
  const input = freeInput(form, kind);
  if (input) writeInput(input, id);
  let ids = [];
  try {
    const found = await get(`/v1/${kind}s/${id}`);
    ids = (found.lines ?? found.tubes ?? []).map(each => each.item ?? each);
  } catch (error) {
    if (!input) return said(error.status === 404 ? "unknown" : "refused", error.detail ?? error.message);
  }
  if (!form.querySelector('[data-takes="item"]')) ids = [];
  const outcomes = [];
  for (const each of ids) outcomes.push((await takeItem(form, { id: each })).outcome);
  const taken = outcomes.filter(each => each === "accepted").length;
  if (!input && ids.length && !taken) return said("already", _("It is on the sheet already."));
  return said("accepted", ids.length ? _("{n} lines taken.", { n: taken }) : id);
}

const partyWithPlace = form =>
  [...form.querySelectorAll("[data-either]")].reverse().find(each => each.querySelector(':scope > [data-variant="place"]'));

const freeInput = (form, type) =>
  [...form.querySelectorAll(`[data-type="${type}"]`)].find(each => !each.value);

function rowFor(form, type) {
  const lists = [...form.querySelectorAll(`[data-takes="${type}"]`)];
  const list = lists.filter(each => !each.matches('[data-list="/hashes"]')).pop();
  return list && addRow(list).querySelector(`[data-type="${type}"]`);
}

// What is unsealed stands under its own seal: a row for each number.
function underSeal(form, item) {
  const number = form.dataset.act === "unsealing" && item?.seal?.number;
  if (!number) return null;
  const seals = form.querySelector('[data-list="/seals"]');
  const numberOf = row => row.querySelector('[name$="/number"]');
  const row = rowsOf(seals).find(each => [number, ""].includes(numberOf(each).value)) ?? addRow(seals);
  writeInput(numberOf(row), number);
  return addRow(row.querySelector('[data-takes="item"]')).querySelector("input");
}

const idOf = text => text.slice(0, 16);
const itemInputs = form => [...form.querySelectorAll('[data-type="item"], [data-type="code"]')];
const itemsOf = form => [...form.querySelectorAll(".line")].map(each => each.item).filter(Boolean);

function focusLine(input) {
  (input.closest(".line") ?? input).focus();
}

/** An item as whoever has its label before him sees it. */
const presented = name => get(`/v1/items/${codeOf(name) ?? name}`);

/** Look up the items of lines that came with a draft, and show what is known of each beside it. */
export async function tellAll(form) {
  for (const input of form.querySelectorAll('.line [data-type="item"]')) {
    const line = input.closest(".line");
    if (!input.value || line.item?.item === input.value) continue;
    try {
      tell(input, await presented(input.value), form);
    } catch {
      // without it the line stands as it is: the check says what is wrong with it
    }
  }
  form.querySelectorAll('[data-type="place"]').forEach(describePlace);
}

/** Say under a place's id what it is called, and that two sign for it. */
export async function describePlace(input) {
  const note = input.closest(".field").querySelector(".told") ?? make("small", { class: "told" });
  note.textContent = note.dataset.called = "";
  input.closest(".field").append(note);
  if (!input.value) return;
  try {
    const place = await get(`/v1/places/${input.value}`);
    note.dataset.called = place.name;
    note.textContent = [place.name, place.dual_control && _("Two custodians sign for this place.")].filter(Boolean).join(" · ");
    if (place.dual_control) signByTwo(input.form, "custodian");
  } catch {
    // its id stays as the only name
  }
}

/** Show beside a line what is known of its item, and the keys that say how it was found. */
function tell(input, item, form) {
  const line = input.closest(".line");
  if (!line) return;
  line.item = item;
  line.querySelector(".thing").textContent = [item.description, item.designation, spaced(item.code)].filter(Boolean).join(" · ");
  const seal = item.seal?.state === "sealed" ? item.seal.number : "none";
  line.dataset.seal = seal;
  line.dataset.known = "";
  const facts = [
    seal === "none" ? _("no seal in force") : _("seal {number}", { number: seal }),
    item.quantity && `${item.quantity} ${item.unit ?? ""}`, item.condition, item.custody?.holder, item.case,
  ];
  line.querySelector(".beside").replaceChildren(make("p", { class: "expected" }, facts.filter(Boolean).join(" · ")), ...verdicts(line));
  if (form.dataset.act === "return" && item.loan?.act) compare(line, item);
  mark(line);
}

const spaced = code => code && [code.slice(0, 3), code.slice(3, 7), code.slice(7, 11), code.slice(11, 16), code.slice(16)].join(" ");

async function compare(line, item) {
  try {
    const act = await get(`/v1/acts/${item.loan.act}`);
    const went = (act.body ?? act.act ?? act).lines?.find(each => each.item === item.item);
    if (!went) return;
    line.went = went;
    const measured = (went.measured ?? []).map(each => `${each.quantity} ${each.unit}`).join(", ");
    line.querySelector(".beside").prepend(make("p", { class: "went" },
      `${_("When it left")}: ${[went.condition, went.seal_seen, measured].filter(Boolean).join(" · ")}`));
    mark(line);
  } catch {
    // nothing to compare with that this reader may see
  }
}

const inLine = (line, name) => line.querySelector(`[name$="/${name}"]`);

/** What a digit on a line says of it. */
const VERDICTS = [
  { text: () => _("intact, seal as expected"), condition: INTACT, seal: line => line.dataset.seal },
  { text: () => _("seal broken"), seal: () => "broken", ask: "condition" },
  { text: () => _("no seal"), seal: () => "none", ask: "condition" },
  { text: () => _("another seal") , ask: "seal_seen" },
  { text: () => _("weighed or counted"), measure: true },
];

function verdicts(line) {
  if (!inLine(line, "seal_seen")) return [];
  return [make("p", { class: "verdicts" }, VERDICTS.map((each, index) =>
    make("button", { type: "button", onclick: () => decide(line, index), tabindex: "-1" }, make("kbd", {}, index + 1), ` ${each.text()}`)))];
}

/** Say of a line what a digit stands for; false where it stands for nothing. */
export function decide(line, index) {
  const verdict = VERDICTS[index];
  if (!verdict || !inLine(line, "seal_seen")) return false;
  if (verdict.condition && !inLine(line, "condition").value) writeInput(inLine(line, "condition"), verdict.condition);
  if (verdict.seal) writeInput(inLine(line, "seal_seen"), verdict.seal(line));
  if (verdict.ask) inLine(line, verdict.ask).select();
  if (verdict.measure) measure(line);
  line.dispatchEvent(new Event("input", { bubbles: true }));
  return true;
}

function measure(line) {
  const list = line.querySelector('[data-list$="/measured"]');
  const row = rowsOf(list)[0] ?? addRow(list);
  const [quantity, unit] = row.querySelectorAll("input");
  if (!unit.value) writeInput(unit, line.item?.unit);
  quantity.placeholder = line.item?.quantity ?? "";
  quantity.focus();
}

const SIGNS = { fine: ["✓", "green"], care: ["⚠", "orange"], wrong: ["✗", "red"], open: ["…", "blue"] };

/** Mark a line: with what it says itself, or with what the check said of it (`told`: state and text). */
export function mark(line, told = line.told) {
  const { state, text } = told ?? ownState(line);
  const [sign, colour] = SIGNS[state];
  const output = line.querySelector(".state");
  output.className = `state tag ${colour}`;
  output.textContent = `${sign} ${text}`;
  line.dataset.state = state;
}

function ownState(line) {
  const open = [...line.querySelectorAll("[data-required]")].some(each => each.name && !each.value);
  if (open) return { state: "open", text: _("to be filled in") };
  if (!inLine(line, "seal_seen")) return { state: "fine", text: _("on the sheet") };
  const differs = differences(line);
  return differs.length ? { state: "care", text: differs.join("; ") } : { state: "fine", text: _("as expected") };
}

function sealSaid(seen, number) {
  if (seen === "broken") return _("seal broken");
  if (seen === "none") return _("no seal, expected {number}", { number });
  return number === "none" ? _("seal {seen}, none expected", { seen }) : _("seal {seen}, expected {number}", { seen, number });
}

/** How what was found differs from the register, and from how the thing left: a text for each. */
export function differences(line) {
  const sealed = inLine(line, "seal_seen"), seen = sealed && readInput(sealed);
  const condition = inLine(line, "condition")?.value;
  const found = [];
  if (seen && line.dataset.seal && seen !== line.dataset.seal) found.push(sealSaid(seen, line.dataset.seal));
  if (line.went && condition && condition !== line.went.condition) found.push(_("condition: {now}, was {then}", { now: condition, then: line.went.condition }));
  const measured = line.querySelector('[name$="/measured/0/quantity"]')?.value;
  const before = line.went?.measured?.[0]?.quantity ?? (line.went ? null : line.item?.quantity);
  const unit = line.querySelector('[name$="/measured/0/unit"]')?.value;
  if (measured && before && unit === (line.went?.measured?.[0]?.unit ?? line.item?.unit) && Number(measured) !== Number(before)) {
    found.push(_("measured {now}, was {then}", { now: measured, then: before }));
  }
  return found;
}
