// What every flow does: it is kept on this device from its first scan on, a step can be undone, and what it comes to is
// handed over to be signed. A page has #work, #hand-over, #lacks, and #flow with what the server knew.

import { answered } from "../scanning/answers.js";
import { Offline, Problem } from "../station/api.js";
import { announce } from "../station/dom.js";
import * as store from "../station/store.js";
import { stated } from "../station/words.js";

/** What the server put on the page. */
export const given = JSON.parse(document.getElementById("flow")?.textContent ?? "null");

/** Something is missing before a flow can go on: said on the page. */
export class Lacking extends Error {}

const by = document.body.dataset.person;
const address = `${location.pathname}${location.search}`;
const id = `flow:${by}:${address}`;
const work = document.getElementById("work");
const handOver = document.getElementById("hand-over");
const lacks = document.getElementById("lacks");

/** A flow that stands open: what it has come to (`state()`), and each state before, to go back to. */
class Flow {
  #state;
  #before = [];

  constructor(state, { draw, draft, scans, recorded }) {
    this.#state = state;
    Object.assign(this, { draw, draft, scans, recorded });
  }

  state = () => this.#state;

  /** Take a step, and show what it has come to. */
  change = async step => {
    tell("");
    await this.note(step);
    this.draw(this.#state);
  };

  /** Keep what a field says without drawing anew: whoever types goes on typing. */
  note = async step => {
    const old = structuredClone(this.#state);
    step(this.#state);
    this.#before.push(old);
    await this.keep();
  };

  undo = async () => {
    if (!this.#before.length) return;
    this.#state = this.#before.pop();
    await this.keep();
    this.draw(this.#state);
  };

  keep() {
    return store.put("sheets", { id, by, address, title: document.title.split(" · ")[0], state: this.#state, kept_at: new Date().toISOString() });
  }

  /** Hand over what it comes to, or say what is missing. */
  sign = async () => {
    document.activeElement?.blur();  // what is being typed counts
    try {
      const made = await this.draft(this.#state);
      tell("");
      await handOverTo(made, this.recorded);
    } catch (error) {
      if (!(error instanceof Lacking || error instanceof Problem || error instanceof Offline)) throw error;
      tell(error.message);
    }
  };

  /** Do with a scan what the flow does with its kind, and answer it. */
  scanned = async event => {
    const take = this.scans[event.detail.kind];
    if (!take || work.hidden) return;
    event.preventDefault();
    try {
      answered(...await take(event.detail, this.change, this.#state));
    } catch (error) {
      if (error instanceof Problem && error.status === 404) answered("unknown", error.message);
      else answered("refused", error.message);
    }
  };
}

async function handOverTo(draft, recorded) {
  const { present } = await import("../signing/hand-over.js");  // much, and only needed here
  work.hidden = true;
  handOver.hidden = false;
  const onKept = () => store.remove("sheets", id);
  await present(handOver, draft, { onRecorded: async receipt => { await onKept(); recorded(receipt); }, onKept, onBack });
}

function onBack() {
  handOver.hidden = true;
  handOver.replaceChildren();
  work.hidden = false;
}

/**
 * Begin a flow, or take up what this device kept of it.
 * `scans` maps kinds of labels to what is done with one: `async (detail, change) => [outcome, text]`;
 * `draw(state)` shows it; `draft(state)` gives what is to be signed, or throws Lacking; `renew(state)` brings what was kept
 * up to what the server knows now.
 */
export async function begin({ fresh, draw, draft, scans = {}, renew = same => same, recorded = () => {} }) {
  const kept = await store.get("sheets", id);
  const flow = new Flow(kept ? renew(kept.state) : fresh, { draw, draft, scans, recorded });
  document.addEventListener("custody:scan", flow.scanned);
  document.getElementById("undo")?.addEventListener("click", flow.undo);
  document.getElementById("sign")?.addEventListener("click", flow.sign);
  draw(flow.state());
  work.dataset.ready = "";
  return flow;
}

/** Put other children into an element; what had the focus has it again, by its place among them. */
export function swap(container, children) {
  const inside = () => [...container.querySelectorAll("input, select, button, textarea, a, [tabindex]")];
  const at = inside().indexOf(document.activeElement);
  container.replaceChildren(...children);
  if (at >= 0) inside()[at]?.focus();
}

/** Lines that were kept, as far as they are still `wanted`, and those that came since; both bear their `item`. */
export const renewed = (kept, fresh, wanted = () => false) => {
  const now = new Set(fresh.map(each => each.item)), before = new Set(kept.map(each => each.item));
  return [...kept.filter(each => now.has(each.item) || wanted(each)), ...fresh.filter(each => !before.has(each.item))];
};

/** Say what is missing; "" for nothing. */
export function tell(text) {
  lacks.textContent = text;
  lacks.hidden = !text;
  if (text) announce(text);
}

/** What somebody typed, without what surrounds it; null for nothing. */
export const typed = element => stated(element.value) || null;

/** What a seal on a thing may be found to be: itself, none, broken. */
export const sealsOf = seal => [...new Set([seal?.number ?? "none", "none", "broken"])];

/** People who stand in a part. */
export const signers = parts => Object.entries(parts)
  .flatMap(([part, people]) => [people].flat().filter(Boolean).map(person => ({ part, person })));
