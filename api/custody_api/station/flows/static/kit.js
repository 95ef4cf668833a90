// The blood kit. A lot that is out of date, and alcohol on the skin, stop it before anything is drawn.

import { make } from "../station/dom.js";
import { spaced } from "../station/label.js";
import { _, stated } from "../station/words.js";
import { withOffset } from "../station/moments.js";
import { Lacking, begin, given, tell, signers, swap } from "./flow.js";

const form = document.getElementById("kit");
const LAST = 3;
const tube = each => ({ ...each, code: null, lot: "", expiry: "", volume_ml: "", seal: "", sealed_at: null });

form.addEventListener("submit", event => { event.preventDefault(); on(); });
form.addEventListener("change", event => {
  const { name, value } = event.target;
  if (name) flow.note(it => { it.fields[name] = stated(value); }).then(() => drawStops(flow.state()));
});
form.addEventListener("keydown", event => {
  if (event.key === "Enter" && event.target.tagName === "INPUT") { event.preventDefault(); event.target.blur(); on(); }
});
document.getElementById("on").addEventListener("click", on);
document.getElementById("back").addEventListener("click", () => flow.change(it => { it.step -= 1; }));
document.getElementById("one-more").addEventListener("click", () => flow.change(it => {
  it.tubes.push(tube({ designation: String.fromCharCode(65 + it.tubes.length), purpose: "reserve" }));
}));

async function takeKit({ id, code }, change, state) {
  if (state.kit?.id === id) return ["already", code];
  await change(it => { it.kit = { id, code }; it.step = Math.max(it.step, 2); });
  return ["accepted", _("kit {code}", { code })];
}

async function takeTube({ code }, change, state) {
  if (state.tubes.some(each => each.code === code)) return ["already", code];
  const next = state.tubes.find(each => !each.code);
  if (!next) return ["refused", _("Every tube has its label. Add a tube first if there is one more.")];
  await change(it => { it.tubes.find(each => !each.code).code = code; it.step = Math.max(it.step, 2); });
  return ["accepted", _("tube {designation}", next)];
}

/** Go on by one step, if nothing is missing and nothing stops it. */
async function on() {
  const state = flow.state();
  const missing = lacking(state, state.step);
  tell(missing ?? "");
  if (missing || state.step === LAST) return;
  await flow.change(it => { it.step += 1; });
  form.querySelector(`[data-step="${flow.state().step}"] input`)?.focus();
}

const WANTED = { 1: ["case", "officer", "second", "medic"], 2: ["anticoagulant", "disinfectant", "alcohol"], 3: ["subject", "site", "family", "told"] };
const OF_TUBES = { 1: [], 2: ["code", "lot", "expiry"], 3: ["volume_ml", "seal", "sealed_at"] };

function lacking(state, step) {
  if (step === 2 && !state.kit) return _("Scan the kit's label.");
  const tubeWithout = state.tubes.find(each => OF_TUBES[step].some(name => !each[name]));
  if (tubeWithout) return step === 2 ? _("Tube {designation}: scan its label, and say lot and expiry.", tubeWithout) : _("Tube {designation}: say volume, seal and when it was sealed.", tubeWithout);
  if (WANTED[step].some(name => !state.fields[name])) return _("Fill in what is empty.");
  const stopped = step >= 2 ? stopsOf(state) : [];
  return stopped.length ? stopped[0].says : null;
}

/** What forbids the draw: each with its rule, where that stands, and what to do instead. */
function stopsOf(state) {
  const expired = state.tubes.filter(each => each.expiry && each.expiry < given.today);
  const found = expired.map(each => ({ ...given.rules.expired,
    of: _("Tube {designation}, lot {lot}: out of date since {expiry}", { ...each, lot: each.lot || "—" }) }));
  if (state.fields.alcohol === "yes") {
    found.push({ ...given.rules.alcohol, of: state.fields.disinfectant ?? "", instead: _("Clean the skin with one that is free of alcohol, with povidone-iodine for instance.") });
  }
  return found;
}

function draw(state) {
  for (const section of form.querySelectorAll("[data-step]")) section.hidden = Number(section.dataset.step) !== state.step;
  for (const each of document.querySelectorAll("[data-of]")) {
    if (Number(each.dataset.of) === state.step) each.setAttribute("aria-current", "step");
    else each.removeAttribute("aria-current");
  }
  for (const input of form.querySelectorAll("input[name]")) {
    const value = state.fields[input.name] ?? "";
    if (input.type === "radio") input.checked = input.value === value;
    else input.value = value;
  }
  document.getElementById("kit-code").textContent = state.kit ? spaced(state.kit.code) : "—";
  swap(document.getElementById("tubes"), state.tubes.map(asked));
  swap(document.getElementById("drawn"), state.tubes.map(filled));
  drawStops(state);
  document.getElementById("on").hidden = state.step === LAST;
  document.getElementById("sign").hidden = state.step !== LAST;
  document.getElementById("back").hidden = state.step === 1;
}

function drawStops(state) {
  const stopped = stopsOf(state);
  document.getElementById("stops").replaceChildren(...stopped.map(stop));
  document.getElementById("on").disabled = state.step === 2 && stopped.length > 0;
}

const stop = each => make("div", { class: "notice red" },
  make("p", {}, make("b", {}, `✗ ${each.of}`)), make("p", {}, each.says),
  make("p", {}, _("Instead: {instead}", each)), make("small", {}, `${each.rule} · ${each.source}`));

const title = each => `${_("Tube {designation}", each)} · ${each.purpose === "test" ? _("to be examined") : _("in reserve")}`;

const asked = (each, index) => make("fieldset", { "data-tube": each.designation }, make("legend", {}, title(each)),
  make("p", { class: "code" }, each.code ? spaced(each.code) : _("scan its label")),
  make("div", { class: "fields" }, own(index, each, "lot", _("Lot")), own(index, each, "expiry", _("Expiry"), { type: "date" })));

const filled = (each, index) => make("fieldset", { "data-tube": each.designation }, make("legend", {}, title(each)),
  make("p", { class: "code" }, each.code ? spaced(each.code) : "—"),
  make("div", { class: "fields" }, own(index, each, "volume_ml", _("Volume, mL"), { inputmode: "decimal" }),
    own(index, each, "seal", _("Seal number")),
    make("p", { class: "field" }, make("b", {}, each.sealed_at ? _("sealed {at}", { at: each.sealed_at.slice(11, 16) }) : _("not sealed yet")), " ",
      make("button", { type: "button", onclick: () => flow.change(it => { it.tubes[index].sealed_at = withOffset(); }) }, _("Sealed now")))));

const own = (index, each, name, text, more = {}) => make("p", { class: "field" }, make("label", {}, text, " ",
  make("input", { value: each[name], autocomplete: "off", "data-of-tube": name, ...more,
    onchange: event => flow.note(it => { it.tubes[index][name] = event.target.value.trim(); }).then(() => drawStops(flow.state())) })));

function draft(state) {
  for (let step = 1; step <= LAST; step++) {
    const missing = lacking(state, step);
    if (missing) throw new Lacking(missing);
  }
  const { fields } = state;
  return {
    act: "blood-draw", occurred_at: withOffset(), case: fields.case, kit: state.kit.id, subject: { disclose: fields.subject }, site: fields.site,
    disinfectant: { name: fields.disinfectant, alcohol_free: fields.alcohol === "no" }, anticoagulant: fields.anticoagulant,
    tubes: state.tubes.map(({ code, designation, purpose, volume_ml, lot, expiry, seal, sealed_at }) =>
      ({ code, designation, purpose, volume_ml, lot, expiry, seal: seal.toUpperCase(), sealed_at })),
    recording: fields.recording || null, family_notice: { given: fields.told === "yes", statement: fields.family },
    signers: signers({ medic: fields.medic, officer: fields.officer, second: fields.second }),
  };
}

const flow = await begin({
  fresh: { step: 1, kit: null, fields: { case: given.case, officer: given.officer }, tubes: given.tubes.map(tube) },
  draw, draft,
  scans: { kit: takeKit, item: takeTube },
});
