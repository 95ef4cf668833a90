// How a form grows: rows are added to lists and taken out, groups opened or left out, one of several groups is chosen.

import { detailsAlike } from "./alike.js";
import { addRow, choose, closeMaybe, openMaybe, removeRow } from "./draft.js";

/** Let a form grow by its buttons and choices; `changed(event)` once it has. */
export function letGrow(form, changed) {
  form.addEventListener("submit", event => event.preventDefault());
  form.addEventListener("click", event => { if (pressed(event.target.closest("button"))) changed(event); });
  form.addEventListener("change", event => { if (chosen(event.target)) changed(event); });
}

function pressed(button) {
  const list = button?.closest("[data-list], [data-maybe]");
  if (!list) return false;
  if (button.matches("[data-add]")) {
    const made = list.dataset.list === undefined ? openMaybe(list) : addRow(list);
    made.querySelector("input, select, textarea")?.focus();
  } else if (button.matches("[data-remove]")) removeRow(button.closest("[data-row]"));
  else if (button.matches("[data-leave-out]")) closeMaybe(list);
  else return false;
  return true;
}

function chosen(input) {
  if (input.name) detailsAlike(input);
  if (!input.matches("[data-choose]")) return false;
  choose(input.closest("[data-either]"), input.value);
  return true;
}
