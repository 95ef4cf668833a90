// How this device scans and answers. Kept on the device, read once for each page.

import { get, put } from "../station/store.js";
import { DEFAULTS } from "./wedge.js";

const NAME = "scanning";

/** The settings in force. `speech` is the language that answers are spoken in, or `off`; `place` is where one stands;
 * `jump` opens the page of what was scanned at once; `digits`: whether a digit alone chooses. */
export const preferences = {
  ...DEFAULTS, sounds: true, volume: 0.6, speech: "off", place: null, jump: false, digits: true,
};

/** Resolves when what this device keeps is in force; without a store the defaults are. */
export const ready = get("settings", NAME).then(
  (kept) => Object.assign(preferences, kept),
  () => preferences,
);

/** Put some settings in force, on this page and on the device. */
export async function prefer(changed) {
  Object.assign(preferences, changed);
  await put("settings", { ...preferences, name: NAME });
}
