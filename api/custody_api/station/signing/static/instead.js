// What stands beside a refusal or a defect: where its rule comes from, and the act that its text says to do first or instead,
// whose sheet is one press away.

import { make } from "../station/dom.js";
import { idsIn } from "../station/label.js";
import { _ } from "../station/words.js";

/** Code of a refusal: the act to do. */
const INSTEAD = {
  "refused/reserve-not-for-subject": "reexamination-request",
  "refused/reserve-tube-without-reexamination": "reexamination-request",
  "refused/reexamination-unrequested": "reexamination-request",
  "refused/reexamination-open": "reexamination",
  "refused/items-left": "offer",
  "refused/not-in-control": "answer",
  "refused/in-manifest": "offer-withdrawal",
  "refused/offered-twice": "offer-withdrawal",
  "refused/item-missing": "discrepancy",
  "refused/item-in-question": "discrepancy",
  "refused/open-discrepancy": "discrepancy",
  "refused/quantity-not-conserved": "discrepancy",
  "refused/weight-differs-at-exit": "discrepancy",
  "refused/measured-out-of-tolerance": "discrepancy",
  "refused/cash-does-not-add-up": "discrepancy",
  "refused/divided-under-seal": "unsealing",
  "refused/viewing-opens-a-seal": "unsealing",
  "refused/loan-not-asked-for": "loan-request",
  "refused/loan-not-granted": "loan-request",
  "refused/loan-not-extendable": "loan-request",
  "refused/effects-need-seizure": "instrument",
  "refused/freeze-approver-level": "instrument",
  "refused/order-unprepared": "appraisal",
  "refused/order-before-notice-ends": "public-notice",
  "refused/release-without-order": "disposition-order",
  "refused/release-not-as-ordered": "disposition-order",
  "refused/order-not-effective": "case-stage",
  "refused/return-unfounded": "measure-change",
  "refused/result-without-specimen": "lab-receipt",
  "refused/not-used-up": "lab-result",
  "refused/not-dispatched": "lab-dispatch",
  "refused/not-on-loan": "check-in",
  "refused/no-case": "case-opening",
  "refused/unknown-item": "seizure",
  "refused/on-hold": "hold",
};

/** The sheet of the act to do instead, with the items that the refusal names; null where there is none. */
export function insteadOf({ code, instead, facts }) {
  const items = idsIn(facts ?? {}, "item").map(each => `item=${each}`).join("&");
  return INSTEAD[code] ? make("a", { class: "button", href: `/do/${INSTEAD[code]}${items && `?${items}`}` }, instead) : null;
}

/** The rule of a refusal or a defect, where it stands, and what else is broken by the same. */
export function sourceOf({ code, rule, source, verified, also = [] }) {
  const others = also.map(each => each.rule).join(", ");
  return [rule ?? code, source, verified === false && _("wording not checked"), others && _("also {rules}", { rules: others })]
    .filter(Boolean).join(" · ");
}
