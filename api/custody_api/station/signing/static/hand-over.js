// Signing on one screen: what is about to be said, what would be decided of it, and a column for each party, who touches
// the own name and then the own key. Whatever changes the act makes other bytes, and drops the signatures given so far.

import { NotKept } from "../field/queue.js";
import { asksForText } from "../scanning/keyboard.js";
import { Offline, Problem } from "../station/api.js";
import { announce, make } from "../station/dom.js";
import { _ } from "../station/words.js";
import { NoKey } from "./authoring.js";
import { decided, refusal, told } from "./decided.js";
import { KeyProblem } from "./keys.js";
import { column } from "./party.js";
import { attest } from "./pad.js";
import { partsOf } from "./parts.js";
import { take } from "./photos.js";
import { Prepared } from "./prepared.js";
import { shown } from "./receipt.js";
import { said } from "./said.js";
import { letWait, submit } from "./submitting.js";

const IDLE_MILLISECONDS = 10 * 60_000;

/**
 * Show a draft to be signed. `onRecorded(receipt, act)`; `onKept(act)`, where it is safe on this device or waits on the
 * server, and not recorded yet; `onBack()`.
 */
export async function present(container, draft, { onRecorded = () => {}, onKept = () => {}, onBack = () => {} } = {}) {
  const panel = new Panel(container, { onRecorded, onKept, onBack });
  await panel.begin(draft);
  return panel;
}

class Panel {
  constructor(container, { onRecorded, onKept, onBack }) {
    Object.assign(this, { container, onRecorded, onKept, open: null, busy: false });
    this.back = () => { this.end(); onBack(); };
    this.onKey = event => this.key(event);
    this.onTouch = () => this.touched();
  }

  async begin(draft) {
    document.addEventListener("keydown", this.onKey, true);
    for (const kind of ["keydown", "pointerdown"]) document.addEventListener(kind, this.onTouch, true);
    this.touched();
    try {
      [this.words, this.prepared] = await Promise.all([partsOf(draft.act), Prepared.of(draft)]);
    } catch (error) {
      this.draw(make("section", { class: "hand-over card" }, ...this.#trouble(error), this.#backButton()));
      return;
    }
    await this.#ask();
  }

  /** Stop listening; what was signed stays kept. */
  end() {
    document.removeEventListener("keydown", this.onKey, true);
    for (const kind of ["keydown", "pointerdown"]) document.removeEventListener(kind, this.onTouch, true);
    clearTimeout(this.idle);
    this.container.replaceChildren();
  }

  touched() {
    clearTimeout(this.idle);
    this.idle = setTimeout(() => this.#fold(), IDLE_MILLISECONDS);
  }

  draw(...elements) {
    this.container.replaceChildren(...elements);
  }

  async #ask(notice = null) {
    this.decision = null;
    await this.redraw(notice);
    this.#decide();
  }

  async #decide() {
    const asked = this.prepared.digest, found = await decided(this.prepared);
    if (asked !== this.prepared.digest) return;
    this.decision = found;
    this.container.querySelector(".decision")?.replaceChildren(...this.#told());
    for (const each of this.container.querySelectorAll("[data-signs]")) each.disabled = this.refused;
  }

  #told() {
    const { problem } = this.decision;
    return problem?.code === "stale" ? [this.#stale(problem)] : told(this.decision, this.back);
  }

  // What was seen is out of date: the bytes are made anew.
  #stale(problem) {
    const again = () => this.#busily(async () => await this.#recomposed(await this.prepared.compose()));
    return refusal({ ...problem, instead: _("Take what is new, and sign again") }, again);
  }

  get refused() {
    return this.decision?.outcome === "refused";
  }

  async redraw(notice = null) {
    const { prepared } = this;
    this.draw(make("section", { class: "hand-over", "aria-label": this.words.name },
      make("header", { class: "row" }, make("h2", { class: "grow" }, this.words.name), this.#backButton()),
      notice && make("p", { class: "notice orange", role: "alert", "data-notice": true }, "⚠ ", notice),
      await said(prepared),
      make("div", { class: "decision", role: "status", "aria-live": "polite" },
        this.decision ? this.#told() : make("p", {}, _("Asking what would be decided …"))),
      make("div", { class: "parties" }, prepared.parties.map((party, at) => column(this, party, at))),
      this.#attestations(),
      make("div", { class: "actions" }, this.#photograph(), this.#elsewhere(), this.#send())));
  }

  #backButton() {
    return make("button", { type: "button", onclick: this.back }, _("Back"), make("kbd", {}, "Esc"));
  }

  #attestations() {
    const paper = Object.entries(this.words.parts).filter(([, part]) => part.paper);
    const there = this.prepared.draft.attestations ?? [];
    if (paper.length === 0 && there.length === 0) return null;
    const kinds = { handwritten: _("signed by hand"), fingerprint: _("fingerprint"), refused: _("refused to sign"), absent: _("not there") };
    const line = (each, at) => make("li", { "data-attested": each.part },
      this.words.parts[each.part]?.name ?? each.part, ": ", each.name?.disclose && [make("b", {}, each.name.disclose), ", "], kinds[each.kind], " ",
      make("button", { type: "button", class: "plain", onclick: () => this.#unattest(at) }, _("Remove")));
    return make("section", { class: "attested" }, make("h3", {}, _("People without a key here")),
      make("ul", {}, there.map(line)),
      paper.map(([part, { name }]) => make("button", { type: "button", "data-attest": part, onclick: () => this.#attest(part, name) }, name)));
  }

  async #attest(part, name) {
    await this.#busily(async () => {
      const made = await attest(part, name);
      if (made === null) return;
      await this.#change(draft => {
        draft.attestations = [...draft.attestations ?? [], made.attestation];
        if (made.attachment) draft.attachments = [...draft.attachments ?? [], made.attachment];
      });
    });
  }

  async #unattest(at) {
    await this.#busily(async () => await this.#change(draft => {
      const [gone] = draft.attestations.splice(at, 1);
      draft.attachments = (draft.attachments ?? []).filter(each => each.sha256 !== gone.attachment);
    }));
  }

  #photograph() {
    const shoot = () => this.#busily(async () => {
      const taken = await take();
      if (taken.length) await this.#change(draft => { draft.attachments = [...draft.attachments ?? [], ...taken]; });
    });
    return make("button", { type: "button", "data-do": "photograph", onclick: shoot }, _("Photograph"), make("kbd", {}, "F8"));
  }

  async #change(work) {
    await this.#recomposed(await this.prepared.change(work));
  }

  /** A party signs with another key. */
  async choose(party, key) {
    await this.#recomposed(await this.prepared.choose(party, key));
  }

  async #recomposed(dropped) {
    const text = dropped > 0
      ? _("The act has changed, so its bytes are others. Signatures that no longer count: {n}. Sign again.", { n: dropped })
      : null;
    if (text) announce(text);
    await this.#ask(text);
  }

  #elsewhere() {
    const { missing, parties } = this.prepared;
    if (missing.length === 0 || missing.length === parties.length) return null;
    const names = missing.map(each => each.person).join(_(", "));
    return make("button", { type: "button", "data-do": "elsewhere", "data-signs": true, disabled: this.refused, onclick: () => this.#wait() },
      _("Let it wait for {people}, who signs elsewhere", { people: names }));
  }

  #send() {
    if (this.prepared.missing.length > 0) return null;
    return make("button", { type: "button", class: "main", "data-do": "send", "data-signs": true, disabled: this.refused, onclick: () => this.#busily(() => this.#submit()) },
      _("Record"), make("kbd", {}, "F9"));
  }

  /** A party has signed; with the last signature it is sent. */
  async signed(party) {
    this.open = null;
    announce(_("{person} has signed.", { person: party.person }));
    if (this.prepared.missing.length === 0) await this.#submit();
    else await this.#ask();
  }

  async #submit() {
    const submission = this.prepared.submission();
    const receipt = await submit(this.prepared.act, submission);
    await this.prepared.forget();
    this.end();
    if (receipt === null) {
      await this.onKept(this.prepared.act);
      return this.draw(kept(this.prepared));
    }
    this.draw(await shown(receipt, submission.envelope, this.words.name));
    announce(_("Recorded as number {number}", { number: receipt.position }));
    this.onRecorded(receipt, this.prepared.act);
  }

  async #wait() {
    await this.#busily(async () => {
      const put = await letWait(this.prepared.act, this.prepared.submission());
      await this.prepared.forget();
      await this.onKept(this.prepared.act);
      this.end();
      this.draw(make("section", { class: "card", role: "status", "data-pending": put.id },
        make("h2", {}, _("It waits for the other signatures")),
        make("ul", {}, put.signers.map(each => make("li", {}, each.signed_at ? "✓ " : "… ", each.person))),
        make("a", { class: "button", href: "/waiting" }, _("What waits for signatures"))));
    });
  }

  /** Do what makes, signs or sends bytes: one thing at a time, and until it is over nothing else is pressed. */
  async alone(work) {
    if (this.busy) return;
    const focused = document.activeElement;
    this.busy = this.container.inert = true;
    try {
      await work();
    } finally {
      this.busy = this.container.inert = false;
      if (document.activeElement === document.body) (focused.isConnected ? focused : this.#next())?.focus();
    }
  }

  async #busily(work) {
    try {
      await this.alone(work);
    } catch (error) {
      this.tell(error);
    }
  }

  /** Tell below everything else why something was not done. Throws what is not known. */
  tell(error) {
    this.draw(...this.container.children, make("div", { class: "trouble" }, ...this.#trouble(error)));
  }

  #trouble(error) {
    if (error instanceof NoKey) {
      return [refusal({ code: "no-key", detail: _("{person} has no key that signs: enrol one first.", { person: error.person }) }, this.back)];
    }
    const known = error instanceof Problem || error instanceof Offline || error instanceof KeyProblem || error instanceof NotKept;
    if (!known) throw error;
    if (error.code === "stale") return [this.#stale(error.document)];
    return [refusal(error.document ?? { code: error.code ?? "page", detail: error.message }, this.back)];
  }

  #fold() {
    if (this.prepared === undefined || !this.container.isConnected) return;
    const waiting = this.prepared.missing.length;
    this.draw(make("section", { class: "card", "data-folded": true }, make("h2", {}, this.words.name),
      make("p", {}, _("Nobody touched this for ten minutes. Signatures so far are kept, for the same bytes only.")),
      make("p", {}, _("Signatures still missing: {n}.", { n: waiting })),
      make("button", { type: "button", class: "main", onclick: () => this.redraw() }, _("Go on"))));
  }

  key(event) {
    if (!this.container.isConnected || document.querySelector("dialog[open]") || event.ctrlKey || event.altKey || event.metaKey) return;
    const press = { F8: "photograph", F9: "next" }[event.key];
    const digit = !asksForText(event.target) && /^[1-9]$/.test(event.key) ? Number(event.key) - 1 : -1;
    const target = press === "next" ? this.#next() : press ? this.container.querySelector(`[data-do="${press}"]`)
      : digit >= 0 ? this.container.querySelectorAll(".party > h3 > button")[digit] : null;
    if (event.key !== "Escape" && !target && !press) return;
    event.preventDefault();
    event.stopPropagation();
    if (this.busy) return;
    if (event.key === "Escape") this.back();
    else target?.click();
  }

  // F9 goes on: to the next name, then to its key, then to the ledger.
  #next() {
    const open = this.container.querySelector(".party[data-open] [data-do=sign]:not([disabled])");
    return open ?? this.container.querySelector(".party[data-state=waiting] > h3 > button")
      ?? this.container.querySelector("[data-do=send]:not([disabled])");
  }
}

const kept = ({ act }) => make("section", { class: "card", role: "status", "data-queued": act.id },
  make("h2", { class: "notice orange" }, "⚠ ", _("Signed, and kept on this device")),
  make("p", {}, _("It is not in the ledger yet. It will be sent by itself; the same bytes are recorded once.")),
  make("a", { class: "button", href: "/field" }, _("What this device keeps")));
