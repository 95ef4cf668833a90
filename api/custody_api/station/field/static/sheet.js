// A sheet in the field: the page is the same for everybody, so it first finds out on this device who is there.

import { get } from "../station/store.js";
import { makeRoom } from "./queue.js";

const form = document.getElementById("form"), full = document.getElementById("field-full");
const { person = "", capacities = [] } = await get("settings", "who") ?? {};

document.body.dataset.person = person;
form.dataset.begins = JSON.stringify(withPerson(JSON.parse(form.dataset.begins)));
await import("../sheets/open.js");

try {
  await makeRoom();
} catch (error) {
  full.textContent = `⚠ ${error.message}`;
  full.hidden = false;
  document.getElementById("sign").disabled = true;
}

/** Whoever is there in the part that is most his own: the one that the fewest capacities may stand in. */
function withPerson({ signers, ...begins }) {
  const takes = JSON.parse(full.dataset.parts);
  const mine = signers
    .filter(each => takes[each.part].some(capacity => capacities.includes(capacity)))
    .sort((one, other) => takes[one.part].length - takes[other.part].length)[0];
  if (mine) mine.person = person;
  return { ...begins, signers };
}
