// What a scan shows when no sheet takes it: what the thing is, and the acts that make sense now.

import { Offline, ask } from "../station/api.js";
import { _ } from "../station/words.js";
import { answered } from "./answers.js";
import { asksForText } from "./keyboard.js";
import { prefer, preferences } from "./preferences.js";

/** The card under the line: one at a time, the newest. */
export class Card {
  constructor(place) {
    this.place = place;
    this.newest = 0;
    if (!place) return;
    document.addEventListener("keydown", (event) => this.pressed(event));
    document.addEventListener("click", (event) => this.clicked(event));
  }

  /** Fetch and show the card of a code, and answer with what it says. */
  async show(code) {
    const mine = ++this.newest;
    let html;
    try {
      html = await fetched(code);
    } catch (error) {
      if (mine === this.newest) this.failed(error);
      return;
    }
    if (mine !== this.newest) return; // another scan came meanwhile, and is answered instead
    const again = this.place.dataset.code === code && !this.place.hidden;
    const made = new DOMParser().parseFromString(html, "text/html").body;
    this.place.replaceChildren(...made.childNodes);
    this.place.dataset.code = code;
    this.place.hidden = false;
    const { outcome, says } = this.place.firstElementChild.dataset;
    answered(again && outcome === "accepted" ? "already" : outcome, says);
    const page = this.place.querySelector('[data-choice="Enter"]');
    if (preferences.jump && page && page.pathname !== location.pathname) page.click();
  }

  failed(error) {
    this.close();
    if (error instanceof Offline) answered("unknown", error.message);
    else answered("refused", _("The server did not tell what this is (error {status}).", { status: error.status }));
  }

  close() {
    if (!this.place) return;
    this.newest += 1;
    this.place.hidden = true;
    this.place.replaceChildren();
  }

  get isOpen() {
    return Boolean(this.place) && !this.place.hidden;
  }

  /** Digits choose an act of the card, or of the page where none is open; Enter opens what was scanned, Escape closes. */
  pressed(event) {
    if (event.defaultPrevented || asksForText(event.target)) return;
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const onControl = event.key === "Enter" && event.target.closest?.("a, button, summary");
    const choices = this.isOpen ? this.place : document.querySelector("main");
    const chosen = onControl ? null : choices.querySelector(`[data-choice="${CSS.escape(event.key)}"]`);
    const closes = this.isOpen && event.key === "Escape";
    if (!chosen && !closes) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (chosen) chosen.click();
    else this.close();
  }

  clicked(event) {
    const here = event.target.closest("[data-stand-here]");
    if (!here) return;
    const { standHere: id, name } = here.dataset;
    const leaves = preferences.place?.id === id;
    prefer({ place: leaves ? null : { id, name } });
    answered("accepted", leaves ? _("You stand nowhere in particular.") : _("You stand at {name}.", { name }));
  }
}

/** The card's HTML. Throws Problem or Offline. */
function fetched(code) {
  const here = preferences.place ? `?here=${encodeURIComponent(preferences.place.id)}` : "";
  return ask("GET", `/scan/${encodeURIComponent(code)}${here}`, undefined, { "HX-Request": "true", Accept: "text/html" });
}
