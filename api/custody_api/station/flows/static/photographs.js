// Photographs of a thing, fetched when it comes into view.

import { make } from "../station/dom.js";
import { _ } from "../station/words.js";

const kept = new Map();
const watcher = new IntersectionObserver(entries => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    watcher.unobserve(target);
    show(target);
  }
});

/** A place where the photographs of an item come to stand. */
export function photographsOf(item) {
  if (!kept.has(item)) {
    const place = make("div", { "data-photographs": item });
    kept.set(item, place);
    watcher.observe(place);
  }
  return kept.get(item);
}

async function show(place) {
  try {
    const answer = await fetch(`/offers/photographs/${place.dataset.photographs}`, { headers: { Accept: "text/html" } });
    if (!answer.ok) throw new Error(String(answer.status));
    const part = new DOMParser().parseFromString(await answer.text(), "text/html");
    place.replaceChildren(...part.body.childNodes);
  } catch {
    place.replaceChildren(make("small", {}, _("The photographs cannot be shown.")));
  }
}
