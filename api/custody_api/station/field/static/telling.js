// How the pages of the field tell types of acts, moments and codes.

import { make } from "../station/dom.js";
import { lang } from "../station/words.js";

const names = new Map(
  [...document.querySelectorAll("#act-names dt")].map(each => [each.textContent, each.nextElementSibling.textContent]),
);

/** What a type of act is called. */
export const nameOf = type => names.get(type) ?? type;

/** Where a sheet that was begun here goes on: in the field, if it is an act of the field. */
export const sheetOf = (type, id) => {
  const taken = document.querySelector(`.field-acts a[href="/field/do/${type}"]`);
  return `${taken ? "/field" : ""}/do/${type}?sheet=${id}`;
};

/** A moment, local, with the day of the week. */
export const moment = text => make("time", { datetime: text, title: text }, new Intl.DateTimeFormat(
  lang === "zh" ? "zh-CN" : "en-GB", { weekday: "short", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" },
).format(new Date(text)));

/** A label's code, as people read it. */
export const code = id => make("span", { class: "code" }, `${id.slice(0, 3)} ${id.slice(3, 7)} ${id.slice(7, 11)} ${id.slice(11)}`);
