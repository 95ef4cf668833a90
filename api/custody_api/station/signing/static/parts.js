// What acts and the parts in them are called, as the server says; kept for when it cannot be reached.

import { Offline, get } from "../station/api.js";
import * as store from "../station/store.js";
import { lang } from "../station/words.js";

/** {name, parts: {part: {name, paper}}} of a type of act; names as they are coded where nobody could be asked. */
export async function partsOf(type) {
  const name = `parts:${lang}`;
  try {
    const said = await get(`/signing/parts/${lang}`);
    await store.put("settings", { name, said });
    return said[type];
  } catch (error) {
    if (!(error instanceof Offline)) throw error;
    return (await store.get("settings", name))?.said[type] ?? { name: type, parts: {} };
  }
}
