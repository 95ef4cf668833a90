// What can be done about an act that the ledger refused: send it again, sign it anew, report that it was done all the
// same, or take it out. Taking it out is the last: with a reason, and after it was saved as a file.

import { actOf, envelopeBytes } from "../station/acts.js";
import { base64url } from "../station/bytes.js";
import { make } from "../station/dom.js";
import { idsIn } from "../station/label.js";
import { put } from "../station/store.js";
import { _ } from "../station/words.js";
import { draftOf, itemOf } from "./entries.js";
import { again, answeredBy, exported, NotKept, remove, wasExported } from "./queue.js";
import { sheetOf } from "./telling.js";

/** The buttons of an act. */
export function actions(entry, who) {
  const place = make("div", { class: "actions" });
  const button = (text, onclick, attributes = {}) => place.append(make("button", { type: "button", onclick, ...attributes }, text));
  if (entry.problem && !entry.answered) {
    button(_("Sign it anew"), () => anew(entry, who), { class: "main" });
    if (reportable(entry)) button(_("Report that it was done"), () => report(entry, who, place));
  }
  if (entry.problem && entry.problem.code !== "stale") button(_("Send again"), () => again(entry.id));
  button(_("Save as a file"), () => save(entry));
  button(_("Take out…"), () => takingOut(entry, who, place), {
    disabled: !entry.exported_at, title: entry.exported_at ? null : _("Save it as a file first."),
  });
  return place;
}

const reportable = entry => !entry.problem.file && entry.type !== "discrepancy"
  && !/^(malformed|too-large|untrusted)\//.test(entry.problem.code);

/** Open a sheet with what was signed, to be put right and signed again. */
async function anew(entry, who) {
  const id = crypto.randomUUID();
  await put("sheets", { id, act: entry.type, person: who, draft: await draftOf(entry), kept_at: new Date().toISOString() });
  location.assign(sheetOf(entry.type, id));
}

/** The draft of a discrepancy that embeds a refused act, byte for byte. What it took comes to be by it; what the ledger
 * knows already is named. */
export function discrepancyOn(entry, who, statement) {
  const act = actOf(entry.submission.envelope);
  const born = ["seizure", "blood-draw", "division"].includes(act.act), known = itemOf(entry.problem);
  const named = idsIn(act, "item").filter(each => !born || each === known);
  return {
    act: "discrepancy", case: act.case ?? null,
    items: named,
    report: {
      step: "raised", kind: "refused-act",
      facts: [{ what: entry.problem.code.slice(0, 120), expected: null, found: (entry.problem.detail ?? "").slice(0, 120) }],
      envelope: base64url(envelopeBytes(entry.submission.envelope)),
    },
    statement, signers: [{ part: "reporter", person: who }],
  };
}

async function report(entry, who, place) {
  const { present } = await import("../signing/hand-over.js");
  asking(place, _("What happened, and why was it done all the same?"), _("Go on to signing"), statement => {
    const stand = make("div", { "data-open": "" });
    place.replaceChildren(stand);
    present(stand, discrepancyOn(entry, who, statement), {
      onRecorded: receipt => answeredBy(entry.id, receipt.act),
      onKept: act => answeredBy(entry.id, act.id),
      onBack: () => place.replaceWith(actions(entry, who)),
    });
  });
}

async function save(entry) {
  const address = URL.createObjectURL(await exported(entry.id));
  make("a", { href: address, download: `${entry.type}-${entry.id}.json` }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);  // some browsers read it after the click
  await wasExported(entry.id);
}

function takingOut(entry, who, place) {
  asking(place, _("Why is it taken out? The reason stays on this device, the act does not."), _("Take out"), async reason => {
    try {
      await remove(entry.id, reason, who);
    } catch (error) {
      if (!(error instanceof NotKept)) throw error;
      place.append(make("p", { role: "alert" }, error.message));
    }
  });
}

/** Ask for a text before going on. The card stays as it is meanwhile (`data-open`). */
function asking(place, question, answer, then) {
  const text = make("textarea", { required: true, maxlength: 2000, id: `why-${crypto.randomUUID()}` });
  const form = make("form", { "data-open": "" },
    make("label", { for: text.id }, question), text,
    make("div", { class: "actions" }, make("button", { class: "main" }, answer)),
  );
  form.addEventListener("submit", event => {
    event.preventDefault();
    delete form.dataset.open;
    then(text.value);
  });
  place.replaceChildren(form);
  text.focus();
}
