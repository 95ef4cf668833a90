// Sending what was signed on this device, in order: the files of an act, then the act. Pages and the service worker run
// the same code, one of them at a time (Web Locks), so nothing is sent twice at once; and what is sent again after a
// crash is the same bytes, which the ledger answers with the first receipt.
//
// An entry is marked once, after the answer. A crash before: it is sent again. The ledger's word is a problem document
// or a receipt of exactly this envelope; anything else (a portal's page, a proxy's) leaves the entry as it is.

import { actOf, commitsTo, filesOf } from "../station/acts.js";
import { all, get, transact } from "../station/store.js";
import { upload } from "../station/uploading.js";
import { due, RECORDED, REFUSED, WAITING } from "./entries.js";
import { checkpointOf, see } from "./seen.js";

/** The name of the lock, of the channel on which changes are told, and of the background sync. */
export const QUEUE = "custody-queue";

const PATIENCE = 60_000;
const SAYS_SOMETHING_OF_THE_ACT = [400, 403, 409, 413, 415, 422];

/** Why sending stopped before the end. */
class Stop extends Error {}

/** Tell every page of this device that the queue is another now. */
export function tell() {
  const channel = new BroadcastChannel(QUEUE);
  channel.postMessage("changed");
  channel.close();
}

let waiting = null;

/** Send what waits. Resolves with "sent" when the end was reached, else with "offline", "signed-out" or "later". */
export function send(language = "zh-CN") {
  waiting ??= navigator.locks.request(QUEUE, () => {
    waiting = null;
    return sendAll(language);
  });
  return waiting;
}

async function sendAll(language) {
  const tried = new Set();
  for (let entry; (entry = due(await all("queue"), tried)); ) {
    tried.add(entry.id);
    try {
      await deliver(entry, language);
    } catch (error) {
      if (error instanceof Stop) return error.message;
      throw error;
    }
    tell();
  }
  return "sent";
}

async function deliver(entry, language) {
  for (const file of filesOf(actOf(entry.submission.envelope))) {
    const kept = await get("files", file);
    const problem = kept && await sendFile(kept, language);
    if (problem) return refuse(entry.id, { ...problem, file });
  }
  const { status, said } = await ask("POST", "/v1/acts", JSON.stringify(entry.submission), { "Content-Type": "application/json" }, language);
  if (status === 200 || status === 201) return record(entry, said);
  if (said.code.startsWith("awaits/")) return note(entry.id, { problem: said });
  return refuse(entry.id, said);
}

/** Put a file, from where it stopped. Returns the problem if the store will not have it. */
async function sendFile({ sha256: name, blob }, language) {
  const patience = body => body === undefined ? PATIENCE : 10 * PATIENCE;
  const put = async (path, body, headers) => (await ask("PUT", path, body, headers, language, patience(body))).said;
  const said = await upload(name, blob, put);
  return said.size_bytes === undefined ? said : null;
}

/** Ask the ledger. Throws Stop unless it says something about what was sent. */
async function ask(method, path, body, headers, language, patience = PATIENCE) {
  let status, said;
  try {
    const answer = await fetch(path, {
      method, body, headers: { "Accept-Language": language, Accept: "application/json", ...headers },
      credentials: "same-origin", redirect: "error", signal: AbortSignal.timeout(patience),
    });
    status = answer.status;
    said = (answer.headers.get("Content-Type") ?? "").includes("json") ? await answer.json() : null;
  } catch {
    throw new Stop("offline");
  }
  if (status === 401 && said?.code) throw new Stop("signed-out");
  if ([200, 201, 202].includes(status) && said) return { status, said };
  if (SAYS_SOMETHING_OF_THE_ACT.includes(status) && said?.code) return { status, said };
  throw new Stop("later");
}

/**
 * The receipt is here: from now on only it stays, and what the act disclosed and showed leaves the device. The next act
 * names this one in `follows` no more, so that it has to have seen it: the checkpoint of the receipt's proof comes first.
 */
async function record(entry, receipt) {
  if (receipt.act !== entry.id || !await commitsTo(receipt, entry.submission.envelope)) {
    return refuse(entry.id, { code: "receipt/other", status: 0, detail: "" });
  }
  if (receipt.proof) await see(actOf(entry.submission.envelope).ledger, checkpointOf(receipt.proof));
  await forget(entry.id, WAITING, kept => ({ ...kept, state: RECORDED, ended_at: now(), receipt, problem: null }));
}

const refuse = (id, problem) => note(id, { state: REFUSED, problem, refused_at: now() });

/** Change an entry that waits; one that somebody took out meanwhile stays as it is. */
export const note = (id, change) => transact(["queue"], "readwrite", it => {
  const queue = it.objectStore("queue");
  queue.get(id).onsuccess = ({ target: { result: kept } }) => {
    if (kept && [WAITING, REFUSED].includes(kept.state)) queue.put({ ...kept, ...change });
  };
});

/** End an entry that is in a state: its content goes, and with it the files that nothing else here names. */
export const forget = (id, state, ended) => transact(["queue", "files", "sheets"], "readwrite", it => {
  const queue = it.objectStore("queue"), files = it.objectStore("files");
  queue.getAll().onsuccess = ({ target: { result: entries } }) => {
    it.objectStore("sheets").getAll().onsuccess = ({ target: { result: sheets } }) => {
      const kept = entries.find(each => each.id === id);
      if (kept?.state !== state) return;
      const { submission, ...rest } = kept;
      const others = JSON.stringify([sheets, entries.filter(each => each !== kept).map(each => each.files ?? [])]);
      for (const file of kept.files) if (!others.includes(file)) files.delete(file);
      queue.put(ended({ ...rest, files: [] }));
    };
  };
});

const now = () => new Date().toISOString();
