// Labels are chosen, looked at and sent: to a printer by its name, or into a file that the browser prints.

import { answered } from "../scanning/answers.js";
import { Problem, drawnFor, get, post } from "../station/api.js";
import { make } from "../station/dom.js";
import { spaced } from "../station/label.js";
import { _, counted, language, stated } from "../station/words.js";

const given = JSON.parse(document.getElementById("flow").textContent);
const form = document.getElementById("job");
const said = document.getElementById("said");
const chosen = new Map(given.found.map(each => [each.item, { ...each, wanted: true }]));

function tell(text, colour) {
  said.textContent = text;
  said.className = `notice ${colour}`;
  said.hidden = !text;
}

const wanted = () => [...chosen.values()].filter(each => each.wanted);
const number = name => Number(form.elements[name].value) || 0;

function draw() {
  document.getElementById("count").textContent = counted("{n} label chosen", "{n} labels chosen", wanted().length);
  document.getElementById("chosen").replaceChildren(...[...chosen.values()].map(each => make("tr", { "data-item": each.item },
    make("td", {}, make("input", { type: "checkbox", checked: each.wanted, "aria-label": _("Label of {what}", { what: each.description }),
      onchange: event => { each.wanted = event.target.checked; draw(); } })),
    make("td", {}, make("b", {}, each.description), " ", make("span", { class: "code" }, spaced(each.code))),
    make("td", {}, each.case ?? "—"),
    make("td", {}, make("a", { href: `/labels/log?label=${each.code}` }, _("printed before?"))))));
  const first = wanted()[0];
  const stock = form.elements.stock.value === "a4-3x8" ? "bag-50x30" : form.elements.stock.value;
  document.getElementById("preview").replaceChildren(...(first ? [
    make("img", { class: "label-preview", alt: _("The label of {what}", { what: first.description }), src: `/labels/preview/${first.item}.png?stock=${stock}` }),
    make("p", {}, _("A specimen: its code is nobody's.")),
  ] : []));
}

function job() {
  const roll = number("roll");
  return {
    labels: roll ? [] : wanted().map(each => each.code), roll: roll ? { kind: form.elements.kind.value, count: roll } : null,
    stock: form.elements.stock.value, copies: number("copies") || 1, why: stated(form.elements.why.value) || null,
  };
}

async function told(work) {
  tell("", "blue");
  try {
    tell(await work(), "green");
  } catch (error) {
    tell(`${error.message}${error instanceof Problem && error.reason ? ` (${error.reason})` : ""}`, "red");
    if (error.code === "malformed/reprint") form.elements.why.focus();
  }
}

document.getElementById("print").addEventListener("click", () => told(async () => {
  const answer = await post("/labels/print", { ...job(), printer: form.elements.printer.value });
  const shortened = answer.shortened.length ? ` ${_("Text was shortened on: {codes}", { codes: answer.shortened.join(", ") })}` : "";
  return counted("✓ {n} label sent to {printer}.", "✓ {n} labels sent to {printer}.", answer.labels, answer) + shortened;
}));

document.getElementById("pdf").addEventListener("click", () => told(async () => {
  const answer = await fetch("/labels/file", { method: "POST", body: JSON.stringify({ ...job(), format: "pdf" }),
    headers: { "Content-Type": "application/json", "Accept-Language": language, ...drawnFor() } });
  if (!answer.ok) throw new Problem(answer.status, await answer.json());
  const address = URL.createObjectURL(await answer.blob());
  make("a", { href: address, download: "labels.pdf" }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
  return `✓ ${_("The file is ready: print it without scaling.")}`;
}));

form.addEventListener("submit", event => event.preventDefault());
form.elements.stock.addEventListener("change", draw);
document.addEventListener("custody:scan", async event => {
  const { kind, id, code } = event.detail;
  event.preventDefault();
  if (chosen.has(id)) return answered("already", code);
  try {
    const thing = kind === "item" ? await get(`/v1/items/${code}`) : kind === "place" ? await get(`/v1/places/${id}`) : { description: code };
    chosen.set(id, { item: id, code: thing.code ?? code, description: thing.description ?? thing.name, case: thing.case, wanted: true });
    draw();
    return answered("accepted", thing.description ?? thing.name);
  } catch (error) {
    return answered(error.status === 404 ? "unknown" : "refused", error.message);
  }
});
draw();
