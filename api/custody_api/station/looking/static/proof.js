// Verifies one act in the browser: the steps of docs/format.md, section 7, that one act allows, by the verifier that stands in
// every bundle. The log's key is pinned the first time this device sees the ledger, and compared ever after.

import { Offline, Problem, get } from "../station/api.js";
import { fromBase64 } from "../station/bytes.js";
import { announce, make } from "../station/dom.js";
import { keep, pinned } from "../station/pinned.js";
import { _, lang, locale } from "../station/words.js";
import { STEPS, logKeysNamed, newBundle, newReport, readContents, readVerifierKey } from "../station/verifier.js";

const TAKEN = ["checkpoint", "inclusion", "acts", "signatures", "witnesses"];

/** Keep what was trusted, once something held by it; and what keys the log itself names since, in acts that held, too. */
async function keepFollowed(ledger, trust, { bundle }, size) {
  const named = [...logKeysNamed(bundle.records, size)];
  const read = await Promise.all(named.map(each => readVerifierKey(each).catch(() => null)));
  const followed = read.filter(each => each?.type === 1).map(each => each.text);
  await keep(ledger, followed.length ? followed : trust.keys, trust.since);
}

/** What the steps report of one act, by the keys that are trusted; `told` is what `/acts/{id}/proving` gives. */
async function verify(told, keys, sentences) {
  const files = new Map(Object.entries(told.files).map(([name, data]) => [name, { blob: new Blob([fromBase64(data)]) }]));
  const bundle = newBundle({ files, given: keys, manifest: { ledger: told.ledger, size: told.size, subject: { kind: "act", id: null } } });
  await readContents(bundle);
  const report = newReport(sentences).filter(each => TAKEN.includes(each.name));
  for (const step of report) await STEPS[step.step - 1].take(bundle, step, () => {});
  const record = bundle.records.find(each => !each.folder);
  return { report, bundle, record, sound: report.every(each => !each.findings.length) && keys.length > 0 && Boolean(record?.entry) };
}

/** That what was verified is the act of this page, and not another one that is proved as well. */
const isOf = (found, act) => found.record?.entry?.act === act && (!found.record.act || found.record.act.id === act);

function checkedLines({ report, record }) {
  const of = name => report.find(each => each.name === name), clean = name => !of(name).findings.length && of(name).checked > 0;
  const lines = [], people = record.act?.signers ?? [];
  if (people.length && clean("signatures")) lines.push(_("Signed with the enrolled keys of {people}.", { people: people.map(each => each.person).join(_(", ")) }));
  if (clean("acts") && record.act) lines.push(_("The log's entry holds the hash of exactly this signed envelope."));
  if (clean("inclusion")) lines.push(_("It stands as No. {number} in the log that checkpoint {size} closes; so do the acts that enrolled the keys.", { number: record.index + 1, size: of("checkpoint").size }));
  if (clean("checkpoint")) lines.push(_("The checkpoint is signed by the log's key that this device knows."));
  for (const each of of("witnesses").shown) lines.push(each[lang]);
  return lines;
}

function openLines({ report, record }) {
  const lines = report.flatMap(each => each.not_checked).map(each => each[lang]);
  if (!record?.act) lines.push(_("What was signed is not shown to you, so the signatures on it were not checked here."));
  return [...new Set(lines), _("Whether an act was left out, whether the rules of its time allow it, and independent time: a bundle for court shows these.")];
}

const list = (kind, lines) => make("ul", {}, lines.map(each => make("li", { class: kind }, each)));

function keyLine(trust, changed) {
  if (changed) return _("The ledger now names another log key than the one this device has known since {when}.", { when: new Date(trust.since).toLocaleString(locale) });
  if (trust.first) return _("The log's key was seen on this device for the first time, and is kept: from now on it is compared. Compare it once with the key that the ledger publishes.");
  return _("The log's key is the one that this device has known since {when}.", { when: new Date(trust.since).toLocaleString(locale) });
}

function show(place, verdict, ...inside) {
  const [colour, sign, text] = {
    good: ["green", "✓", _("Verified here, in this browser")],
    bad: ["red", "✗", _("This proof does not hold")],
    open: ["orange", "–", _("Not verified here")],
  }[verdict];
  place.replaceChildren(make("details", { "data-verdict": verdict, open: verdict === "bad" },
    make("summary", {}, make("span", { class: `tag ${colour}` }, make("span", { "aria-hidden": "true" }, sign), ` ${text}`)), inside));
  announce(text);
}

async function run(section, anew = false) {
  const place = section.querySelector(".looking-verdict"), act = section.dataset.act;
  place.textContent = _("Verifying …");
  if (!globalThis.crypto?.subtle) return show(place, "open", make("p", {}, _("This browser gives no cryptography to this page.")));
  try {
    const [told, sentences] = await Promise.all([get(`/acts/${act}/proving`), get(section.dataset.sentences)]);
    const ledger = document.body.dataset.ledger, trust = await pinned(ledger, told.log_keys, anew);
    const found = await verify({ ...told, ledger }, trust.keys, sentences), ours = isOf(found, act);
    const unknown = found.report.some(each => each.not_checked.some(({ code }) => code === "algorithm" || code === "earlier-step"));
    const changed = !trust.first && !told.log_keys.some(each => trust.keys.includes(each));
    const verdict = !found.sound || !ours ? "bad" : unknown ? "open" : "good";
    if (verdict === "good") await keepFollowed(ledger, trust, found, told.size);
    found.report.find(each => each.name === "checkpoint").size = told.size;
    const wrong = found.report.flatMap(each => each.findings).map(each => each[lang]);
    if (!ours) wrong.push(_("What was proved is not this act."));
    show(place, verdict,
      wrong.length ? [make("h3", {}, _("What is wrong")), list("bad", [...new Set(wrong)])] : null,
      verdict === "good" ? [make("h3", {}, _("What was checked")), list("good", checkedLines(found))] : null,
      make("h3", {}, _("What was not checked")), list("open", openLines(found)),
      make("p", {}, keyLine(trust, changed), " ", make("span", { class: "code" }, trust.keys.join(" "))),
      changed ? make("button", { type: "button", onclick: () => run(section, true) }, _("I compared the new key: trust it from now on")) : null);
  } catch (error) {
    const why = error instanceof Problem || error instanceof Offline ? error.message : _("What came from the server cannot be read.");
    show(place, error instanceof Problem || error instanceof Offline ? "open" : "bad", make("p", {}, why));
  }
}

const section = document.getElementById("proof");
if (section) run(section);
