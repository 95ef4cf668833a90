// What follows from what was filled in: whoever is named as borrower, giver or taker signs in that part; a place under
// dual control takes two custodians; a category has its details; and of a thing that was scanned, what the ledger knows fills what is still empty.

import { get } from "../station/api.js";
import { addRow, choose, rowsOf, writeInput } from "./draft.js";

const PARTS = { "/borrower": "borrower", "/from/person": "deliverer", "/to/person": "receiver" };

const signers = form => form.querySelector('[data-list="/signers"]');
const inRow = (row, name) => row.querySelector(`[name$="/${name}"]`);

/** Put whoever was just named into the row of his part, if nobody stands there yet. */
export function signAlike(form, input) {
  const part = PARTS[input.name];
  const row = part && input.value && rowsOf(signers(form)).find(each => inRow(each, "part").value === part);
  if (row && !inRow(row, "person").value) writeInput(inRow(row, "person"), input.value);
}

/** Ask for the details of a thing's category, where it has any and none are given yet. */
export function detailsAlike(input) {
  if (!input.name.endsWith("/category")) return;
  const either = input.form.querySelector(`[data-either="${input.name.replace(/category$/, "details")}"]`);
  const chooser = either?.querySelector("[data-choose]");
  if (chooser && !chooser.value && [...chooser.options].some(each => each.value === input.value)) choose(either, input.value);
}

/** Let two people sign in a part. */
export function signByTwo(form, part) {
  if (!signers(form)) return;
  const rows = rowsOf(signers(form)).filter(each => inRow(each, "part").value === part);
  if (rows.length !== 1) return;
  const row = addRow(signers(form));
  writeInput(inRow(row, "part"), part);
}

const last = list => list?.at(-1);

// Act type: what of an item goes where.
const FROM = {
  release: item => item.disposition?.state === "effective"
    ? { "/ordered_by": item.disposition.order, "/order": item.disposition.instrument, "/kind": item.disposition.kind } : {},
  "result-notice": item => ({ "/result": last(item.examined?.results)?.act }),
  "reexamination-request": item => ({ "/result": last(item.examined?.results)?.act }),
  reexamination: item => ({ "/request": last(item.examined?.reexaminations?.filter(each => !each.decision))?.request }),
  "check-out": item => approvedLoan(item),
};

/** Fill what is still empty from what the ledger knows of an item. */
export async function fillFrom(form, item) {
  for (const name of ["/from", "/held_by"]) holding(form.querySelector(`[data-either="${name}"]`), item.custody);
  const found = { "/case": item.case, ...await FROM[form.dataset.act]?.(item) };
  for (const [pointer, value] of Object.entries(found)) {
    const input = form.querySelector(`[name="${pointer}"]`);
    if (!input || !value || input.value) continue;
    writeInput(input, value);
    signAlike(form, input);
  }
}

function holding(either, custody) {
  const chooser = either?.querySelector("[data-choose]");
  if (!chooser || chooser.value || !["person", "place"].includes(custody?.kind)) return;
  const input = choose(either, custody.kind).querySelector("[name]");
  writeInput(input, custody.holder);
  signAlike(input.form, input);
}

async function approvedLoan(item) {
  try {
    const page = await get("/v1/loans?state=decided&limit=200");
    const takes = loan => loan.items.some(each => each.item === item.item && each.decision === "approved" && !each.taken_by);
    const loan = last(page.loans.filter(takes));
    if (!loan) return {};
    const due = loan.items.find(each => each.item === item.item).due ?? loan.due;
    return { "/loan": loan.loan, "/borrower": loan.borrower, "/purpose": loan.purpose, "/due": due };
  } catch {
    return {};  // the approver signs then, or the check says what is missing
  }
}

/** The things of a loan that is to be decided, as the address names it. */
export async function thingsOfLoan(loan) {
  const found = await get(`/v1/loans/${encodeURIComponent(loan)}`);
  return found.items.filter(each => !each.decision).map(each => ({ kind: "item", id: each.item, code: "" }));
}
