// Answering an offer line by line, by keys alone. Lines that are not answered stay open.

import { asksForText } from "../scanning/keyboard.js";
import { make } from "../station/dom.js";
import { spaced } from "../station/label.js";
import { _, counted, stated } from "../station/words.js";
import { get } from "../station/api.js";
import { withOffset } from "../station/moments.js";
import { Lacking, begin, given, renewed, sealsOf, signers, typed } from "./flow.js";
import { photographsOf } from "./photographs.js";

const lines = document.getElementById("lines");
const holder = document.getElementById("holder");
const choices = id => Object.fromEntries([...document.querySelectorAll(`#${id} [data-value]`)].map(each => [each.dataset.value, each.textContent]));
const MOVES = choices("moves");
const REASONS = choices("reasons");
const VIEWED = { list: _("list viewed"), "on-site": _("inspected on site") };

let at = 0;
let refusing = false;  // the reason of a refusal is asked for

document.addEventListener("keydown", event => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented || asksForText(event.target) || event.target.matches("select") || document.getElementById("work").hidden) return;
  const done = event.key === "ArrowDown" ? go(at + 1) : event.key === "ArrowUp" ? go(at - 1) : /^\d$/.test(event.key) ? press(Number(event.key))
    : event.key === "Escape" && refusing ? refuse(false) : null;
  if (done) event.preventDefault();
});
document.getElementById("rest").addEventListener("click", rest);

async function choose({ id, code }, change, state) {
  const found = state.lines.findIndex(each => each.item === id);
  if (found < 0) return ["refused", _("This is on no open line of the manifest: {code}", { code })];
  go(found);
  return ["accepted", state.lines[found].description];
}

async function stand({ id }, change) {
  const place = await get(`/v1/places/${id}`);
  await change(it => Object.assign(it, { to: id, toName: place.name }));
  return ["accepted", place.name];
}

function go(to) {
  refusing = false;
  at = Math.max(0, Math.min(to, given.lines.length - 1));
  draw(flow.state());
  lines.rows[at].focus();
  return true;
}

function press(digit) {
  if (refusing) {
    const reason = Object.keys(REASONS)[digit - 1];
    if (reason) answer({ decision: "refused", reason });
    return Boolean(reason);
  }
  const line = flow.state().lines[at];
  if (digit === 1) return answer({ decision: "accepted", reason: null, remark: "" });
  if (digit === 2) return answer({ decision: "accepted", reason: null }, true);
  if (digit === 3) return refuse(true);
  if ((digit === 4 || digit === 5) && line.moves === "control") return answer({ decision: "accepted", reason: null, viewed: digit === 4 ? "list" : "on-site" });
  if (digit === 9) return rest();
  return false;
}

function refuse(asks) {
  refusing = asks;
  draw(flow.state());
  lines.rows[at].focus();
  return true;
}

function answer(said, remark = false) {
  refusing = false;
  const index = at;
  flow.change(it => Object.assign(it.lines[index], said)).then(() => {
    if (remark) lines.rows[index].querySelector("input[data-of=remark]").focus();
    else go(index + 1);
  });
  return true;
}

function rest() {
  flow.change(it => { for (const each of it.lines) if (!each.decision) Object.assign(each, { decision: "accepted", reason: null }); });
  return true;
}

const handsOver = line => line.decision === "accepted" && line.moves !== "control";

function draw(state) {
  const answered = state.lines.filter(each => each.decision);
  document.getElementById("count").textContent = counted("{done} of {n} line answered", "{done} of {n} lines answered", state.lines.length, { done: answered.length })
    + ` · ${_("refused: {n}", { n: answered.filter(each => each.decision === "refused").length })}`;
  lines.replaceChildren(...state.lines.map(row));
  const handed = state.lines.filter(handsOver);
  document.getElementById("hands").hidden = handed.length === 0;
  document.getElementById("to").textContent = state.toName ?? given.receiver;
  const people = new Set(handed.map(each => each.kind === "person" ? each.holder : null));
  if (people.size === 1 && !holder.value) holder.value = [...people][0] ?? "";
}

function row(line, index) {
  const here = index === at;
  return make("tr", { tabindex: here ? "0" : "-1", "aria-current": here ? "true" : null, "data-item": line.item, "data-decision": line.decision ?? "open",
    onclick: event => { if (!event.target.closest("a, button, input, select") && at !== index) go(index); } },
  make("td", {}, make("b", {}, line.description), ` ${line.quantity} ${line.unit}`, make("br"), make("span", { class: "code" }, spaced(line.code)),
    line.proposal ? make("p", {}, make("small", {}, _("proposed: {proposal}", line))) : null),
  make("td", {}, photographsOf(line.item)),
  make("td", {}, MOVES[line.moves]),
  make("td", {}, line.moves === "control" ? VIEWED[line.viewed] : found(line, index)),
  make("td", {}, decided(line, index), here ? buttons(line) : null));
}

const found = (line, index) => [
  make("select", { "aria-label": _("Seal of {what}", { what: line.description }), onchange: event => flow.note(it => { it.lines[index].seal_seen = event.target.value; }) },
    sealsOf(line.seal).map(each => make("option", { value: each, selected: each === line.seal_seen }, each === "none" ? _("no seal") : each === "broken" ? _("broken") : each))),
  make("input", { value: line.condition, "aria-label": _("Condition of {what}", { what: line.description }),
    onchange: event => flow.note(it => { it.lines[index].condition = event.target.value.trim() || _("intact"); }) }),
];

function decided(line, index) {
  if (!line.decision) return make("span", { class: "tag blue" }, `○ ${_("open")}`);
  if (line.decision === "refused") return make("span", { class: "tag red" }, `✗ ${_("refused: {reason}", { reason: REASONS[line.reason] })}`);
  return [make("span", { class: "tag green" }, `✓ ${_("accepted")}`),
    make("input", { value: line.remark, placeholder: _("remark"), "data-of": "remark", "aria-label": _("Remark on {what}", { what: line.description }),
      onchange: event => flow.note(it => { it.lines[index].remark = stated(event.target.value); }),
      onkeydown: event => { if (event.key === "Enter") { event.preventDefault(); event.target.blur(); go(index + 1); } } })];
}

const key = (digit, text, press_) => make("button", { type: "button", onclick: press_ }, make("kbd", {}, String(digit)), ` ${text}`);

function buttons(line) {
  if (refusing) return make("div", { class: "answer-choices", "data-reasons": true }, Object.entries(REASONS).map(([, text], index) => key(index + 1, text, () => press(index + 1))));
  return make("div", { class: "answer-choices" },
    [[1, _("accept")], [2, _("with a remark")], [3, _("refuse")], ...(line.moves === "control" ? [[4, _("list viewed")], [5, _("inspected on site")]] : [])]
      .map(([digit, text]) => key(digit, text, () => press(digit))));
}

function draft(state) {
  const answered = state.lines.filter(each => each.decision);
  if (!answered.length) throw new Lacking(_("No line is answered yet."));
  const handed = answered.some(handsOver);
  if (handed && !typed(holder)) throw new Lacking(_("Say who hands the things over: they sign, too."));
  return {
    act: "answer", occurred_at: withOffset(), manifest: given.manifest,
    to: !handed ? null : state.to ? { place: state.to } : { person: given.receiver },
    lines: answered.map(lineOf),
    signers: signers({ receiver: given.receiver, holder: handed ? typed(holder) : null }),
  };
}

function lineOf(line) {
  const { item, moves, decision } = line;
  if (decision === "refused") return { item, moves, decision, reason: line.reason, remark: line.remark || null };
  const seen = moves === "control" ? { viewed: line.viewed } : { condition: line.condition, seal_seen: line.seal_seen };
  return { item, moves, decision, ...seen, remark: line.remark || null };
}

const fresh = { to: null, toName: null, lines: given.lines.map(each => ({
  ...each, decision: null, reason: null, remark: "", viewed: "list", condition: _("intact"), seal_seen: each.seal?.number ?? "none",
})) };

const flow = await begin({
  fresh, draw, draft, scans: { item: choose, place: stand },
  renew: state => ({ ...state, lines: renewed(state.lines, fresh.lines) }),
});
