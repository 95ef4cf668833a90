// Sending what was signed. The same bytes may be sent again and again: they are recorded once, and answered with the
// same receipt; so a lost answer is asked for by sending once more.

import { put as queue, send } from "../field/queue.js";
import { Offline, post } from "../station/api.js";
import { forgetAll, sendAll } from "./photos.js";

/** Send a submission and the files its act names: its receipt, or null where it is kept here to be sent in order. */
export async function submit(act, submission) {
  if (act.follows.length === 0) {
    try {
      await sendAll(act);
      const receipt = await post("/v1/acts", submission);
      await forgetAll(act);
      return receipt;
    } catch (error) {
      if (!(error instanceof Offline) && !saysNothingOfTheAct(error.status)) throw error;
    }
  }
  await queue(submission);
  if (act.follows.length > 0) send();
  return null;
}

// A session that is over, a server that is busy: what was signed is kept, and sent when that has passed.
const saysNothingOfTheAct = status => status === 401 || status === 429 || status >= 500;

/** Let it wait on the server for whoever signs elsewhere. */
export async function letWait(act, submission) {
  await sendAll(act);
  const put = await post("/v1/pending", submission);
  await forgetAll(act);
  return put;
}
