// A form and the draft it gives: every input bears a JSON Pointer of the draft (`name`) and its `data-type`; lists, groups
// that may be left out, and choices between groups bear theirs (`data-list`, `data-maybe`, `data-either`) and a template.

import { local, withOffset } from "../station/moments.js";
import { stated } from "../station/words.js";

const POINTERS = ["name", "data-list", "data-maybe", "data-either"];
/** Whatever in a form stands for a part of the draft. */
export const PLACES = POINTERS.map(each => `[${each}]`).join();

/** The value at a JSON Pointer (RFC 6901), or undefined. */
export const valueAt = (draft, pointer) =>
  tokens(pointer).reduce((inner, token) => inner === null || inner === undefined ? undefined : inner[token], draft);

/** Put a value at a JSON Pointer, making what stands around it. */
export function setAt(draft, pointer, value) {
  const path = tokens(pointer);
  const last = path.pop();
  let inner = draft;
  path.forEach((token, index) => {
    inner[token] ??= /^\d+$/.test(path[index + 1] ?? last) ? [] : {};
    inner = inner[token];
  });
  inner[last] = value;
}

const tokens = pointer => pointer.split("/").slice(1).map(each => each.replaceAll("~1", "/").replaceAll("~0", "~"));

/** The draft that a form gives now. What is empty is left out, null or an empty list, as the model has it. */
export function readDraft(form) {
  const draft = { act: form.dataset.act };
  for (const place of form.querySelectorAll(PLACES)) {
    const value = place.name ? readInput(place) : readContainer(place);
    if (value !== undefined) setAt(draft, pointerOf(place), value);
  }
  return packed(draft);
}

/** The same as it is signed: a row for a signer without anybody in it says nothing. */
export const signable = draft => ({ ...draft, signers: draft.signers.filter(each => each.person) });

/** Show a draft in a form: rows as many as it has, groups open where it says something. */
export function fillForm(form, draft) {
  for (const place of form.querySelectorAll(PLACES)) if (form.contains(place)) fill(place, draft);
}

function fill(place, draft) {
  const value = valueAt(draft, pointerOf(place));
  if (place.name) return writeInput(place, value);
  bodyOf(place).replaceChildren();
  if (place.dataset.list !== undefined) (value ?? []).forEach(() => fillForm(addRow(place), draft));
  else if (place.dataset.maybe !== undefined) { if (value) fillForm(openMaybe(place), draft); }
  else fillForm(choose(place, variantOf(place, value)), draft);
}

/** One more row of a list. */
export function addRow(list) {
  const body = bodyOf(list);
  const row = grown(list, templateOf(list), `${list.dataset.list}/-`, `${list.dataset.list}/${body.children.length}`);
  row.dataset.row = "";
  body.append(row);
  for (const inner of row.querySelectorAll('[data-required][data-takes=""]')) addRow(inner);
  list.dispatchEvent(new CustomEvent("sheet:row", { bubbles: true, detail: { row, list } }));
  return row;
}

/** Take a row out; those after it move up. */
export function removeRow(row) {
  const list = row.closest("[data-list]");
  const pointer = list.dataset.list;
  let index = [...row.parentElement.children].indexOf(row);
  let next = row.nextElementSibling;
  row.remove();
  for (; next; next = next.nextElementSibling, index++) renamed(next, `${pointer}/${index + 1}`, `${pointer}/${index}`);
}

/** The rows of a list. */
export const rowsOf = list => [...bodyOf(list).children];

/** Open a group that may be left out. */
export function openMaybe(maybe) {
  const group = grown(maybe, templateOf(maybe), "", "");
  bodyOf(maybe).replaceChildren(group);
  return group;
}

/** Leave it out again. */
export const closeMaybe = maybe => bodyOf(maybe).replaceChildren();

/** Choose one of several groups; nothing for "". */
export function choose(either, variant) {
  chooserOf(either).value = variant;
  const template = [...either.children].find(each => each.dataset.variant === variant);
  const group = template ? grown(either, template, "", "") : document.createElement("div");
  bodyOf(either).replaceChildren(group);
  for (const inner of group.querySelectorAll('[data-required][data-takes=""]')) addRow(inner);
  return group;
}

function grown(place, template, from, to) {
  const made = document.createElement(place.dataset.list === undefined ? "div" : "li");
  made.append(template.content.cloneNode(true));
  if (from) renamed(made, from, to);
  return made;
}

function renamed(root, from, to) {
  for (const each of root.querySelectorAll("*")) {
    for (const attribute of POINTERS) {
      const pointer = each.getAttribute(attribute);
      if (pointer === from || pointer?.startsWith(`${from}/`)) each.setAttribute(attribute, to + pointer.slice(from.length));
    }
    if (each.content) renamed(each.content, from, to);
  }
}

/** Where in the draft such a place stands. */
export const pointerOf = place => POINTERS.map(each => place.getAttribute(each)).find(each => each !== null);
const bodyOf = place => [...place.children].find(each => each.hasAttribute("data-body"));
const templateOf = place => [...place.children].find(each => each.matches("template"));
const chooserOf = either => either.querySelector(":scope > label > [data-choose]");

/** What of a form reads differently now than `before`, a draft it gave: `{place, pointer, is}`, each as deep as it can be. */
export function changedIn(form, before) {
  const now = readDraft(form), found = [];
  let done = null;
  for (const place of form.querySelectorAll(PLACES)) {
    if (done?.contains(place)) continue;
    const pointer = pointerOf(place), was = valueAt(before, pointer), is = valueAt(now, pointer);
    if (JSON.stringify(was) === JSON.stringify(is)) { done = place; continue; }
    if (!place.name && sameShape(place, was, is)) continue;
    found.push({ place, pointer, is });
    done = place;
  }
  return found;
}

// Whether what is inside differs, and not the list, the group or the choice itself.
function sameShape({ dataset: { list, either, tag } }, was, is) {
  if (list !== undefined) return was?.length === is?.length;
  if (!was || !is) return false;
  return either === undefined || (tag ? was[tag] === is[tag] : Object.keys(was)[0] === Object.keys(is)[0]);
}

const EMPTY = { null: () => null, list: () => [], omit: () => undefined };

function readContainer(place) {
  const inside = bodyOf(place).children;
  const { list, maybe, either, tag, empty } = place.dataset;
  if (list !== undefined) return inside.length ? [] : EMPTY[empty]();
  if (maybe !== undefined) return inside.length ? {} : EMPTY[empty]();
  const chosen = chooserOf(place).value;
  if (either === undefined || !chosen) return EMPTY[empty]();
  return tag ? { [tag]: chosen } : {};
}

function variantOf(either, value) {
  if (!value) return "";
  return either.dataset.tag ? value[either.dataset.tag] : Object.keys(value)[0];
}

const READERS = {
  boolean: text => text === "yes",
  number: text => /^\d{1,15}$/.test(text) ? Number(text) : text,
  json: text => { try { return JSON.parse(text); } catch { return text; } },
  moment: (text, input) => input.dataset.shown === text ? input.dataset.exact : withOffset(text),
  sealed: text => ({ disclose: text }),
  "maybe-sealed": (text, input) => isOpen(input).checked ? text : { disclose: text },
  "seal-seen": (text, input) => wordsOf(input).find(([, word]) => word === text)?.[0] ?? text,
};

/** Values of an input that are words of the trade, each with its word: `[["broken", "封签破损"], …]`. */
export const wordsOf = input => (input.dataset.words ?? "").split(";").map(each => each.split("="));

const isOpen = input => input.closest(".field").querySelector("[data-open]");

/** What an input gives now. */
export function readInput(input) {
  const text = stated(input.value);
  if (!text) return input.dataset.sealed ? { sealed: input.dataset.sealed } : EMPTY[input.dataset.empty]();
  return (READERS[input.dataset.type] ?? (same => same))(text, input);
}

/** Put a value into an input, as people read and write it. One that was sealed before is not read, and stays as it is
 * until another is written over it. */
export function writeInput(input, value) {
  const sealed = value && typeof value === "object" && "disclose" in value;
  delete input.dataset.sealed;
  if (value?.sealed && /sealed$/.test(input.dataset.type)) {
    input.dataset.sealed = value.sealed;
    value = null;
  }
  if (input.dataset.type === "maybe-sealed") isOpen(input).checked = typeof value === "string";
  if (value === null || value === undefined) input.value = "";
  else if (input.dataset.type === "boolean") input.value = value ? "yes" : "no";
  else if (input.dataset.words) input.value = wordsOf(input).find(([each]) => each === value)?.[1] ?? value;
  else if (input.dataset.type === "json") input.value = typeof value === "string" && !parses(value) ? value : JSON.stringify(value);
  else if (input.dataset.type === "moment") {
    input.value = local(value);
    if (!value.endsWith("Z")) Object.assign(input.dataset, { exact: value, shown: input.value });
  } else input.value = sealed ? value.disclose : String(value);
}

const parses = text => { try { JSON.parse(text); return true; } catch { return false; } };

function packed(value) {
  if (Array.isArray(value)) return value.filter(each => each !== undefined).map(packed);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, packed(inner)]));
}
