// A manifest being made: lines by scanning, or all of a case; what each passes, and what is proposed to become of it.

import { get } from "../station/api.js";
import { make } from "../station/dom.js";
import { spaced } from "../station/label.js";
import { _, counted, stated } from "../station/words.js";
import { local, withOffset } from "../station/moments.js";
import { Lacking, begin, given, signers, swap } from "./flow.js";
import { photographsOf } from "./photographs.js";

const about = document.getElementById("about");
const lines = document.getElementById("lines");
const MOVES = [...document.querySelectorAll("#moves [data-value]")].map(each => [each.dataset.value, each.textContent]);

about.addEventListener("submit", event => event.preventDefault());
about.addEventListener("change", event => flow.note(it => { it.fields[event.target.name] = stated(event.target.value); }));
document.getElementById("whole-case")?.addEventListener("click", () => flow.change(it => {
  const there = new Set(it.lines.map(each => each.item));
  it.lines.push(...given.known.filter(each => !there.has(each.item)).map(lineOf));
}));

const inADay = () => local(Date.now() + 24 * 3600_000).slice(0, 16);

const lineOf = ({ item, code, description, quantity, unit }) => ({ item, code, description, quantity, unit, moves: "both", proposal: "" });

async function add({ id, code }, change, state) {
  if (state.lines.some(each => each.item === id)) return ["already", code];
  const item = await get(`/v1/items/${code}`);
  if (item.asked?.state === "retired") return ["refused", _("This label is retired. In force is {code}.", { code: item.code })];
  if (item.offer) return ["refused", _("It stands on another manifest already: {manifest}", item.offer)];
  await change(it => { it.lines.push(lineOf(item)); });
  return ["accepted", item.description];
}

function draw(state) {
  for (const input of about.elements) if (input.name) input.value = state.fields[input.name];
  document.getElementById("count").textContent = counted("{n} thing", "{n} things", state.lines.length);
  swap(lines, state.lines.map(row));
}

const row = line => make("tr", { "data-item": line.item },
  make("td", {}, make("b", {}, line.description), ` ${line.quantity} ${line.unit}`, make("br"), make("span", { class: "code" }, spaced(line.code))),
  make("td", {}, photographsOf(line.item)),
  make("td", {}, make("select", { "aria-label": _("What passes of {what}", { what: line.description }),
    onchange: event => flow.note(it => { own(it, line).moves = event.target.value; }) },
  MOVES.map(([value, text]) => make("option", { value, selected: value === line.moves }, text)))),
  make("td", {}, make("input", { value: line.proposal, "aria-label": _("Proposed for {what}", { what: line.description }),
    onchange: event => flow.note(it => { own(it, line).proposal = stated(event.target.value); }) })),
  make("td", {}, make("button", { type: "button", class: "plain", onclick: () => flow.change(it => { it.lines = it.lines.filter(each => each.item !== line.item); }) },
    _("Take off"))));

const own = (state, line) => state.lines.find(each => each.item === line.item);

/** The photographs of the things, which the offer attaches: so whoever answers it sees them. */
async function attached(items) {
  const found = {};
  for (let at = 0; at < items.length; at += 50) {
    Object.assign(found, await get(`/offers/attached?${new URLSearchParams(items.slice(at, at + 50).map(each => ["item", each]))}`));
  }
  return found;
}

async function draft(state) {
  const { receiver, stage, document: paper, expires } = state.fields;
  if (!state.lines.length) throw new Lacking(_("Nothing was scanned yet."));
  if (!receiver || !expires) throw new Lacking(_("Say to whom it is offered, and until when."));
  if (state.lines.some(each => each.moves !== "custody") && !stage) throw new Lacking(_("Who is to answer for things takes them over in a stage: say which."));
  const passes = state.lines.some(each => each.moves !== "custody");
  const photos = await attached(state.lines.map(each => each.item));
  return {
    act: "offer", occurred_at: withOffset(), manifest: state.manifest.slice(0, 16), sender: given.sender, receiver: { agency: receiver },
    stage: passes ? stage : null, document: passes ? paper || null : null, expires_at: withOffset(expires),
    lines: state.lines.map(({ item, moves, proposal }) => ({ item, moves, proposal: proposal || null, photos: photos[item].map(each => each.sha256) })),
    attachments: [...new Map(Object.values(photos).flat().map(each => [each.sha256, each])).values()],
    signers: signers({ deliverer: given.deliverer }),
  };
}

const flow = await begin({
  fresh: { manifest: given.manifest, fields: { receiver: "", stage: "", document: "", expires: inADay() }, lines: given.begun.map(lineOf) },
  draw, draft, scans: { item: add },
});
