// How the pages of the field tell types of acts and codes.

import { make } from "../station/dom.js";

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

/** A label's code, as people read it. */
export const code = id => make("span", { class: "code" }, `${id.slice(0, 3)} ${id.slice(3, 7)} ${id.slice(7, 11)} ${id.slice(11)}`);
