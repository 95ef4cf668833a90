// A sheet: an act being prepared. It grows by scanning, is kept on this device from the first scan, and is checked while
// it grows. Keys: Enter on, Esc back, F2 undo, F8 photograph, F9 sign; digits say of a line how it was found.

import { answered } from "../scanning/answers.js";
import { asksForText } from "../scanning/keyboard.js";
import { decisionOn } from "../signing/asking.js";
import { announce } from "../station/dom.js";
import { withOffset } from "../station/moments.js";
import { all, put, remove } from "../station/store.js";
import { _ } from "../station/words.js";
import { signAlike } from "./alike.js";
import { missing, showDecision, showMissing, summary } from "./checks.js";
import { addRow, fillForm, readDraft, rowsOf, signable, writeInput } from "./draft.js";
import { letGrow } from "./growing.js";
import { decide, describePlace, hasPlaceFor, mark, take, tellAll } from "./lines.js";

const CHECK_AFTER = 500;

/** One open sheet: its form, and the draft before each scan, to go back to. */
export class Sheet {
  constructor(form, { below, sign, presented, person, onRecorded }) {
    Object.assign(this, { form, below, sign, presented, person, onRecorded, id: crypto.randomUUID(), before: [], decision: null });
    letGrow(form, event => this.changed(event));
    form.addEventListener("input", event => this.changed(event));
    form.addEventListener("change", event => this.chosen(event));
    form.addEventListener("keydown", event => this.key(event));
    document.addEventListener("custody:scan", event => this.scanned(event));
    document.addEventListener("keydown", event => this.digit(event));
  }

  get draft() { return readDraft(this.form); }

  /** Begin with a draft: rows, defaults, and what was kept. */
  async begin(draft, id = this.id) {
    this.id = id;
    fillForm(this.form, draft);
    for (const list of this.form.querySelectorAll('[data-required][data-takes=""]')) if (!rowsOf(list).length) addRow(list);
    this.form.querySelectorAll(".line").forEach(line => mark(line));
    await tellAll(this.form);
    this.standing();
  }

  /** Take a scan, if the sheet has a place for such a thing. */
  async scanned(event) {
    if (!this.presented.hidden || !hasPlaceFor(this.form, event.detail.kind)) return;
    event.preventDefault();
    await this.put(event.detail);
  }

  /** Put a thing on the sheet, keep the sheet, and answer. */
  async put(scan) {
    this.queue = (this.queue ?? Promise.resolve()).then(() => this.putNow(scan));
    return this.queue;
  }

  async putNow(scan) {
    const draft = this.draft;
    const { outcome, text, row } = await take(this.form, scan);
    if (outcome === "accepted" || row) {
      this.before.push(draft);
      await this.keep();
    }
    answered(outcome, text);
    announce(text);
    if (row) mark(row);
    this.standing();
  }

  /** Back to before the last scan. */
  undo() {
    const draft = this.before.pop();
    const text = draft ? _("The last scan was taken back.") : _("Nothing to take back.");
    answered("already", text);
    announce(text);
    if (!draft) return;
    return this.begin(draft).then(() => this.keep());
  }

  /** Keep it on this device; it is on the disk when this resolves. */
  keep() {
    return put("sheets", {
      id: this.id, act: this.form.dataset.act, person: this.person, draft: this.draft, kept_at: new Date().toISOString(),
    });
  }

  /** What it says now: missing at once, decided a moment later. */
  standing() {
    clearTimeout(this.soon);
    this.lacks = missing(this.form);
    if (this.urged) showMissing(this.form, this.lacks);
    this.sum();
    this.soon = setTimeout(() => this.check(), CHECK_AFTER);
  }

  async check() {
    if (this.lacks.length) this.decision = null;
    else {
      const asked = JSON.stringify(this.draft);
      const decision = await decisionOn("/do/check", signable(this.draft));
      if (asked !== JSON.stringify(this.draft)) return;
      this.decision = decision;
    }
    showDecision(this.form, this.below.querySelector(".decision"), this.decision ?? { defects: [], problem: null });
    this.sum();
  }

  sum() {
    this.below.querySelector(".sum").textContent = summary(this.form, this.lacks, this.decision);
  }

  changed(event) {
    const line = event.target.closest(".line");
    if (line) { line.told = null; mark(line); }
    this.keep();
    this.standing();
  }

  chosen({ target }) {
    if (target.name) signAlike(this.form, target);
    if (target.dataset.type === "place") describePlace(target);
  }

  key(event) {
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return;
    const line = event.target.matches(".line") ? event.target : null;
    if (line && ["ArrowDown", "ArrowUp"].includes(event.key)) { event.preventDefault(); this.along(line, event.key); }
    else if (event.key === "Enter" && !event.target.matches("textarea, button")) { event.preventDefault(); this.on(event.target); }
  }

  /** A digit says how the line that has the focus was found, else the last one. */
  digit(event) {
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || !/^[1-9]$/.test(event.key)) return;
    if (this.form.hidden || asksForText(event.target)) return;
    const line = event.target.closest?.(".line") ?? [...this.form.querySelectorAll(".line")].pop();
    if (line && decide(line, Number(event.key) - 1)) event.preventDefault();
  }

  along(line, key) {
    const lines = [...this.form.querySelectorAll(".line")];
    lines[lines.indexOf(line) + (key === "ArrowDown" ? 1 : -1)]?.focus();
  }

  /** Enter: to what is still to be filled in after here, else from the beginning, else to signing. */
  on(from) {
    const open = missing(this.form).map(each => each.input);
    const next = open.find(each => from.compareDocumentPosition(each) & Node.DOCUMENT_POSITION_FOLLOWING) ?? open[0];
    (next ?? this.sign).focus();
  }

  /** F9: what is missing first; then what will be signed, before it is. */
  async toSign() {
    this.urged = true;
    this.standing();
    if (this.lacks.length) return this.lacks[0].input.focus();
    await this.keep();
    const { present } = await import("../signing/hand-over.js");
    this.show(true);
    return present(this.presented, signable(this.draft), {
      onRecorded: async receipt => {
        await remove("sheets", this.id);
        this.onRecorded?.(receipt, this.draft);
      },
      onKept: () => remove("sheets", this.id),
      onBack: () => { this.show(false); this.sign.focus(); },
    });
  }

  show(presenting) {
    this.presented.hidden = !presenting;
    this.form.hidden = this.below.hidden = presenting;
    if (!presenting) this.presented.replaceChildren();
  }

  /** A file that stands beside the act; and a photograph of the thing on a line that lists its own. */
  attach(attachment, line = null) {
    const list = this.form.querySelector('[data-list="/attachments"]');
    const draft = { attachments: [...(this.draft.attachments ?? []), attachment] };
    list.closest("details")?.setAttribute("open", "");
    fillForm(addRow(list), draft);
    const photos = attachment.kind === "photo" && line?.querySelector('[data-list$="/photos"]');
    if (photos) writeInput(addRow(photos).querySelector("input"), attachment.sha256);
    this.keep();
    this.standing();
  }
}

const SCANNED = new Set(["item", "place", "kit", "manifest", "number", "boolean", "sealed", "maybe-sealed"]);

/** What a sheet begins with: now, who signs, and the fields that the address names. */
export function beginning(form, address) {
  const draft = { ...JSON.parse(form.dataset.begins), occurred_at: withOffset() };
  for (const [name, value] of address) {
    const input = form.querySelector(`[name="/${CSS.escape(name)}"]`);
    if (input && !SCANNED.has(input.dataset.type)) draft[name] = value;
  }
  return draft;
}

/** What the address names, as if it had been scanned. */
export const named = address =>
  ["kit", "manifest", "place", "item"].flatMap(kind => address.getAll(kind).map(text => ({
    kind, id: text.slice(0, 16), code: text.length === 20 ? text : "", source: "typed",
  })));

/** Sheets that were begun and not recorded, newest first; of one act type, or of all. */
export async function keptSheets(person, act = null) {
  const kept = (await all("sheets")).filter(each => each.person === person && (!act || each.act === act));
  return kept.sort((one, other) => other.kept_at.localeCompare(one.kept_at));
}

/** How many things a kept sheet names. */
export const sizeOf = draft => ["lines", "items", "seals", "tubes", "children"].reduce((sum, each) => sum + (draft[each]?.length ?? 0), 0);
