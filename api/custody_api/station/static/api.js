// The API, as any other client asks it. What it answers an error with is a problem document (RFC 9457).

import { _, language } from "./words.js";

/** What the server refused: `status`, `code`, `detail`, and what else the document says. */
export class Problem extends Error {
  constructor(status, document) {
    super(document.detail ?? document.title ?? String(status));
    Object.assign(this, { status, code: "http", ...document, document });
  }
}

/** The server was not reached: nothing is known of what became of the request. */
export class Offline extends Error {
  constructor() {
    super(_("The server cannot be reached."));
  }
}

/** For whom this page is drawn: another tab of the browser may have signed in somebody else. */
export const drawnFor = () => document.body.dataset.person ? { "Custody-Person": document.body.dataset.person } : {};

let signInAgain = null;

/** Say how a session that ended is begun again while the page stands: `work`, given the refusal, resolves with
 * whether it was. */
export const whenSessionEnds = work => { signInAgain = work; };

/** Ask with a method; the answer's JSON, or its text where it is none. Throws Problem or Offline. */
export async function ask(method, path, body, headers = {}) {
  try {
    return await askOnce(method, path, body, headers);
  } catch (error) {
    if (error.status !== 401 || !signInAgain || path.startsWith("/v1/session") || !await signInAgain(error)) throw error;
    return await askOnce(method, path, body, headers);
  }
}

async function askOnce(method, path, body, headers) {
  const raw = body instanceof Blob || body instanceof ArrayBuffer || ArrayBuffer.isView(body);
  const about = { "Accept-Language": language, Accept: "application/json, */*;q=0.5", ...drawnFor(), ...headers };
  if (body !== undefined && !raw) about["Content-Type"] = "application/json";
  let answer;
  try {
    answer = await fetch(path, {
      method, headers: about, body: body === undefined || raw ? body : JSON.stringify(body), credentials: "same-origin",
    });
  } catch {
    throw new Offline();
  }
  const kind = answer.headers.get("Content-Type") ?? "";
  let said = null;
  try {
    said = answer.status === 204 ? null : kind.includes("json") ? await answer.json() : await answer.text();
  } catch {
    throw new Offline();  // the answer broke off
  }
  if (!answer.ok) throw new Problem(answer.status, said && typeof said === "object" ? said : {});
  return said;
}

export const get = path => ask("GET", path);
export const post = (path, body) => ask("POST", path, body);
export const put = (path, body, headers) => ask("PUT", path, body, headers);
export const remove = path => ask("DELETE", path);
