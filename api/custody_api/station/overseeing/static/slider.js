// The two handles of the past. Each stops at the instants at which something happened or was recorded, and at its end
// at now; what it stands on goes into the form, whose address is the link that carries it.

import { _ } from "../station/words.js";

let waiting;

const form = document.querySelector("form[data-past]");

for (const handle of form.querySelectorAll("input[type=range]")) {
  const [steps, told] = [handle.dataset.steps, handle.dataset.told].map(each => JSON.parse(each));
  const output = handle.parentElement.querySelector("output");
  const given = handle.dataset.value, hidden = form.elements[handle.dataset.name];
  handle.value = given ? Math.max(0, steps.findLastIndex(each => each <= given)) : steps.length;
  const tell = () => {
    output.textContent = told[handle.value] ?? _("at present");
    handle.setAttribute("aria-valuetext", output.textContent);
  };
  tell();
  handle.addEventListener("input", tell);
  handle.addEventListener("change", () => {
    hidden.value = steps[handle.value] ?? "";
    clearTimeout(waiting);
    waiting = setTimeout(go, 150);  // a key that is held down asks once
  });
}

document.addEventListener("click", event => {
  if (event.target.closest("[data-keep]")) {
    for (const name of ["as_of", "known_at"]) form.elements[`than_${name}`].value = form.elements[name].value;
    go();
  } else if (event.target.closest("[data-forget]")) {
    for (const name of ["than_as_of", "than_known_at"]) form.elements[name].value = "";
    go();
  }
});

/** Look there: by an address that says no more than it has to. */
function go() {
  for (const each of form.querySelectorAll("input[type=hidden]")) each.disabled = !each.value;
  form.requestSubmit();
  for (const each of form.querySelectorAll("input[type=hidden]")) each.disabled = false;
}
