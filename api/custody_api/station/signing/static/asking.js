// What would be decided, asked of the server.

import { Offline, post } from "../station/api.js";

/** {outcome, defects, problem} of an act or a draft; `unknown` where nobody could be asked. */
export async function decisionOn(path, question) {
  try {
    return await post(path, question);
  } catch (error) {
    if (error instanceof Offline) return { outcome: "unknown", defects: [], problem: null };
    if (error.document === undefined) throw error;
    return { outcome: "refused", defects: [], problem: { code: error.code, detail: error.message, ...error.document } };
  }
}
