// Moments, as people read them and as acts state them.

import { make } from "./dom.js";
import { locale } from "./words.js";

const ABOUT = { weekday: "short", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hour12: false };
const two = number => String(number).padStart(2, "0");

/** A moment, local and with the weekday. */
export const short = instant => new Intl.DateTimeFormat(locale, ABOUT).format(new Date(instant));

/** The same as an element; exact on touch. */
export const moment = instant => make("time", { datetime: instant, title: instant }, short(instant));

/** Local time as an input of the type datetime-local has it. */
export function local(instant) {
  const at = new Date(instant);
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

/** A moment as acts state it, with this device's offset: now, or a local time. */
export function withOffset(text = local(new Date())) {
  const away = -new Date(text).getTimezoneOffset();
  const whole = text.length === 16 ? `${text}:00` : text;
  return `${whole}${away < 0 ? "-" : "+"}${two(Math.floor(Math.abs(away) / 60))}:${two(Math.abs(away) % 60)}`;
}
