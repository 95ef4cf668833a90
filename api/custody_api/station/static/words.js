// What scripts say, in the page's language: the English text is the key, as in the catalogues.

export const lang = document.documentElement.lang === "zh-CN" ? "zh" : "en";

/** The page's language as servers are asked for it, and as dates and numbers are written in it. */
export const language = lang === "zh" ? "zh-CN" : "en", locale = lang === "zh" ? "zh-CN" : "en-GB";

const chinese = lang === "zh" ? (await import("./chinese.js")).default : {};

/** A text in the page's language, with its values in the places that braces name. */
export const _ = (text, values = {}) => said(text, values);

/** The same of a number of things. */
export const counted = (one, many, n, values = {}) => said(n === 1 && lang !== "zh" ? one : many, { n, ...values });

/** A text as acts state it: composed (NFC), and without what surrounds it. */
export const stated = text => text.normalize("NFC").trim();

function said(text, values) {
  return (chinese[text] ?? text).replace(/\{(\w+)\}/g, (whole, name) => name in values ? String(values[name]) : whole);
}
