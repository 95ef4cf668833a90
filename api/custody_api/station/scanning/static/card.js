// What a scan shows when no sheet takes it: what the thing is, and the acts that make sense now.

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
    const html = await fetched(code);
    if (mine !== this.newest) return; // another scan came meanwhile, and is answered instead
    if (html === null) {
      this.close();
      answered("unknown", _("The server cannot be reached."));
      return;
    }
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

/** The card's HTML; null if the server was not reached. Whose session is over signs in and comes back. */
async function fetched(code) {
  const here = preferences.place ? `?here=${encodeURIComponent(preferences.place.id)}` : "";
  const headers = { "HX-Request": "true", Accept: "text/html" };
  let answer;
  try {
    answer = await fetch(`/scan/${encodeURIComponent(code)}${here}`, { headers });
  } catch {
    return null;
  }
  if (answer.status === 401) location.assign(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);
  return answer.ok ? answer.text() : null;
}
