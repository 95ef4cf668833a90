// What follows from what was filled in: whoever is named as borrower, giver or taker signs in that part, and a place
// under dual control takes two custodians.

import { addRow, rowsOf, writeInput } from "./draft.js";

const PARTS = { "/borrower": "borrower", "/from/person": "deliverer", "/to/person": "receiver" };

const signers = form => form.querySelector('[data-list="/signers"]');
const inRow = (row, name) => row.querySelector(`[name$="/${name}"]`);

/** Put whoever was just named into the row of his part, if nobody stands there yet. */
export function signAlike(form, input) {
  const part = PARTS[input.name];
  const row = part && input.value && rowsOf(signers(form)).find(each => inRow(each, "part").value === part);
  if (row && !inRow(row, "person").value) writeInput(inRow(row, "person"), input.value);
}

/** Let two people sign in a part. */
export function signByTwo(form, part) {
  const rows = rowsOf(signers(form)).filter(each => inRow(each, "part").value === part);
  if (rows.length !== 1) return;
  const row = addRow(signers(form));
  writeInput(inRow(row, "part"), part);
}
