// Check-in at the counter: what was announced stays in view until it is here; what was not announced is added.

import { get } from "../station/api.js";
import { make } from "../station/dom.js";
import { spaced } from "../station/label.js";
import { _, counted } from "../station/words.js";
import { withOffset } from "../station/moments.js";
import { Lacking, begin, given, renewed, sealsOf, signers, swap, typed } from "./flow.js";

const lines = document.getElementById("lines");
const second = document.getElementById("second");
const INTACT = _("intact");

const fresh = {
  place: null, placeName: null,
  lines: given.lines.map(each => ({ ...each, here: false, seal_seen: each.seal?.number ?? "none", condition: INTACT, announced: true })),
};

async function arrive({ code, id }, change, state) {
  const known = state.lines.find(each => each.item === id);
  if (known?.here) return ["already", _("Already here: {what}", { what: known.description })];
  const item = await get(`/v1/items/${code}`);
  if (item.asked?.state === "retired") return ["refused", _("This label is retired. In force is {code}.", { code: item.code })];
  if (item.custody.holder !== given.holder) {
    return ["wrong-place", _("{holder} has this, not who stands here.", { holder: item.custody.place_name ?? item.custody.holder ?? "—" })];
  }
  await change(it => {
    const line = it.lines.find(each => each.item === id);
    if (line) line.here = true;
    else it.lines.push({ item: id, code: item.code, description: item.description, quantity: item.quantity, unit: item.unit, case: item.case,
      seal: item.seal, here: true, announced: false, seal_seen: item.seal?.number ?? "none", condition: INTACT });
  });
  return ["accepted", known ? item.description : _("Not announced, and here: {what}", { what: item.description })];
}

async function stand({ id }, change) {
  const place = await get(`/v1/places/${id}`);
  await change(it => Object.assign(it, { place: id, placeName: place.name }));
  return ["accepted", place.name];
}

function draw(state) {
  document.getElementById("place").textContent = state.placeName ?? "—";
  const here = state.lines.filter(each => each.here).length;
  document.getElementById("count").textContent =
    counted("{here} of {n} thing is here", "{here} of {n} things are here", state.lines.length, { here });
  swap(lines, state.lines.map(row));
}

function row(line) {
  const seal = make("select", { "aria-label": _("Seal of {what}", { what: line.description }), disabled: !line.here,
    onchange: event => flow.change(it => { own(it, line).seal_seen = event.target.value; }) },
    sealsOf(line.seal).map(each => make("option", { value: each, selected: each === line.seal_seen }, sealText(each))));
  const condition = make("input", { value: line.condition, "aria-label": _("Condition of {what}", { what: line.description }), disabled: !line.here,
    onchange: event => flow.note(it => { own(it, line).condition = event.target.value.trim() || INTACT; }) });
  const state = line.here ? ["✓", _("here"), "green"] : ["○", _("not here yet"), "orange"];
  return make("tr", { "data-item": line.item, "data-here": line.here ? "yes" : "no" },
    make("td", {}, make("span", { class: `tag ${state[2]}` }, `${state[0]} ${state[1]}`)),
    make("td", {}, make("b", {}, line.description), " ", `${line.quantity} ${line.unit}`, make("br"), make("span", { class: "code" }, spaced(line.code)),
      line.announced ? null : make("span", { class: "tag blue" }, `+ ${_("not announced")}`)),
    make("td", {}, seal, line.here && line.seal_seen === "broken" ? make("p", { class: "orange" }, `⚠ ${_("A broken seal is recorded as a defect.")}`) : null),
    make("td", {}, condition));
}

const own = (state, line) => state.lines.find(each => each.item === line.item);
const sealText = seal => seal === "none" ? _("no seal") : seal === "broken" ? _("broken") : _("{seal} intact", { seal });

function draft(state) {
  const here = state.lines.filter(each => each.here);
  if (!here.length) throw new Lacking(_("Nothing was scanned yet."));
  if (!state.place) throw new Lacking(_("Scan the place that the things go to."));
  return {
    act: "check-in", occurred_at: withOffset(),
    lines: here.map(each => ({ item: each.item, condition: each.condition, seal_seen: each.seal_seen })),
    place: state.place,
    signers: signers({ deliverer: given.holder, custodian: [given.custodian, typed(second)] }),
  };
}

const flow = await begin({
  fresh, draw, draft,
  scans: { item: arrive, place: stand },
  renew: state => ({ ...state, lines: renewed(state.lines, fresh.lines, each => !each.announced) }),
  recorded: () => draw({ ...fresh, lines: [] }),
});

const first = sessionStorage.getItem("custody-first-scan");
sessionStorage.removeItem("custody-first-scan");
if (first) await arrive({ code: first, id: first.slice(0, 16) }, flow.change, flow.state()).catch(() => {});
