// What an act says, in plain sentences: the same patterns, filled in the same way, as sentences.py, which describes them.

import { codeOf, spaced } from "../station/label.js";

const read = async name => (await fetch(new URL(name, import.meta.url))).json();
const [patterns, terms] = await Promise.all([read("./sentences.json"), read("./terms.json")]);

const STEP = /^(#|[\w-]+)(?:\[(\w+)(?:(!?=)([^\]]*))?\])?$/;
const GUARD = /^(!?)([^=!]+?)(?:(!?=)(.*))?$/;
const MOST = 10;
const WEEKDAYS = { zh: [..."日一二三四五六"], en: ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"] };
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** The sentences of a draft, or of an act with its sealed values opened; `names` gives what people call an id. */
export function sentences(draft, lang, names = {}) {
  return [...patterns[draft.act][lang], ...patterns["*"][lang]].flatMap(each => said(each, draft, lang, names));
}

function said(pattern, draft, lang, names) {
  const each = pattern.match(/^\{\*([^}]+)\}/);
  const roots = each ? at(draft, each[1], draft) ?? [] : [draft];
  const rest = each ? pattern.slice(each[0].length) : pattern;
  return roots.map(root => filled(rest, root, draft, lang, names)).filter(text => text !== null);
}

function filled(pattern, root, draft, lang, names) {
  let fits = true;
  const text = pattern.replace(/\{([^}]+)\}/g, (_whole, inner) => {
    if (inner[0] === "?") {
      fits &&= holds(inner.slice(1), root, draft);
      return "";
    }
    const [path, how = ""] = inner.split("|");
    const value = told(at(root, path, draft), path, how, lang, names);
    fits &&= value !== "";
    return value;
  });
  return fits ? text : null;
}

const isNothing = value => value === null || value === undefined || value === "" || (Array.isArray(value) && !value.length);

function holds(condition, root, draft) {
  const [, not, path, how, wanted] = condition.match(GUARD);
  const value = at(root, path, draft);
  if (how === undefined) return (isNothing(value) || value === false) === (not === "!");
  return (plain(value) === wanted) === (how === "=");
}

function at(root, path, draft) {
  if (path[0] === "@") return signing(draft, path.slice(1));
  let value = root;
  for (const step of path.split(".")) {
    const [, name, key, how, wanted] = step.match(STEP);
    value = name === "#" ? value?.length || null : member(value, name);
    if (key) value = (value ?? []).filter(each => kept(each[key], how, wanted));
  }
  return value;
}

function member(value, name) {
  if (Array.isArray(value)) {
    return value.flatMap(each => member(each, name)).filter(each => each !== null && each !== undefined && each !== "");
  }
  return value !== null && typeof value === "object" ? value[name] : undefined;
}

const kept = (value, how, wanted) =>
  how === undefined ? value !== null && value !== undefined && value !== "" : (plain(value) === wanted) === (how === "=");

function signing(draft, part) {
  const inPart = (list, name) => (list ?? []).filter(each => each.part === part).map(each => each[name]);
  return [...inPart(draft.signers, "person"), ...inPart(draft.attestations, "name")].filter(Boolean);
}

function told(value, path, how, lang, names) {
  if (isNothing(value)) return "";
  const field = path.replace(/\[.*?\]/g, "").split(".").pop();
  const one = each => FILTERS[how](each, field, lang, names);
  if (!Array.isArray(value)) return one(value);
  const each = value.map(one);
  return joined(how === "term" || how === "once" ? [...new Set(each)] : each, lang);
}

function joined(each, lang) {
  if (lang === "zh") return each.slice(0, MOST).join("、") + (each.length > MOST ? `等 ${each.length} 项` : "");
  if (each.length > MOST) return `${each.slice(0, MOST).join(", ")} and ${each.length - MOST} more`;
  return each.length > 1 ? `${each.slice(0, -1).join(", ")} and ${each.at(-1)}` : each[0];
}

function plain(value) {
  if (value === null || value === undefined) return "";
  if (typeof value === "object") return "disclose" in value ? value.disclose : "";
  return String(value);
}

function name(value, _field, lang, names) {
  if (value !== null && typeof value === "object" && "sealed" in value) return lang === "zh" ? "（已密封）" : "(sealed)";
  const text = value !== null && typeof value === "object" && !("disclose" in value) ? JSON.stringify(value) : plain(value);
  if (Object.hasOwn(names, text)) return names[text];
  const code = codeOf(text);
  return code === null ? text : spaced(code);
}

/** What people call a value that a field may take. */
export function term(value, field, lang) {
  const word = plain(value);
  if (lang !== "zh") return word.replaceAll("-", " ");
  return terms[[`${field}:${word}`, word].find(each => Object.hasOwn(terms, each))] ?? word;
}

function day(value, _field, lang) {
  const [year, month, date] = plain(value).slice(0, 10).split("-").map(Number);
  const weekday = WEEKDAYS[lang][new Date(Date.UTC(year, month - 1, date)).getUTCDay()];
  return lang === "zh" ? `${year}年${month}月${date}日 周${weekday}` : `${weekday} ${date} ${MONTHS[month - 1]} ${year}`;
}

function short(value, field, lang, names) {
  const text = name(value, field, lang, names);
  return text.length > 40 ? `${text.slice(0, 16)}…` : text;
}

const FILTERS = {
  "": name, once: name, term, day, short,
  moment: (value, field, lang) => `${day(value, field, lang)} ${plain(value).slice(11, 16)}`,
  party: (value, field, lang, names) => name(Object.values(value)[0], field, lang, names),
  measure: value => `${value.quantity} ${value.unit}`,
  items: (value, _field, lang) => lang === "zh" ? `${value} 件` : `${value} item${value === 1 ? "" : "s"}`,
  files: (value, _field, lang) => lang === "zh" ? `${value} 份` : `${value} file${value === 1 ? "" : "s"}`,
};
