// Photographs, and other files beside an act: from the camera or a file, hashed here, kept on this device until sent.

import { filesOf } from "../station/acts.js";
import { put } from "../station/api.js";
import { hex, sha256 } from "../station/bytes.js";
import { make } from "../station/dom.js";
import { withOffset } from "../station/moments.js";
import * as store from "../station/store.js";
import { upload } from "../station/uploading.js";
import { _ } from "../station/words.js";

/** What an act calls a file: {sha256, media_type, size_bytes, kind, captured_at?}; the bytes are kept until sent. */
export async function attach(blob, kind = "photo", captured_at = undefined) {
  const digest = hex(await sha256(await blob.arrayBuffer()));
  await store.put("files", { sha256: digest, blob, kept_at: new Date().toISOString() });
  const about = { sha256: digest, media_type: blob.type || "application/octet-stream", size_bytes: blob.size, kind };
  return captured_at === undefined ? about : { ...about, captured_at };
}

/** Send a file that is kept here, from where it broke off. Throws Problem or Offline. */
export async function send(digest) {
  const kept = await store.get("files", digest);
  if (kept !== undefined) await upload(digest, kept.blob, put);
}

/** Send every file that an act names and this device keeps. */
export async function sendAll(act) {
  for (const each of filesOf(act)) await send(each);
}

/** Keep the files of an act no longer: the server has them, and the act. */
export async function forgetAll(act) {
  for (const each of filesOf(act)) await store.remove("files", each);
}

/** Ask for a photograph, or several; what was taken as attachments. Esc ends it. */
export async function take() {
  const taken = [], stream = await camera();
  const dialog = make("dialog", { class: "taking", "aria-label": _("Photographs") });
  const count = make("p", { role: "status" }, _("Nothing taken yet."));
  const add = async (blob, captured_at) => {
    taken.push(await attach(blob, "photo", captured_at));
    count.textContent = _("Taken: {n}.", { n: taken.length });
  };
  const done = make("button", { type: "button", class: "main", onclick: () => dialog.close() }, _("Done"), make("kbd", {}, "Esc"));
  dialog.append(...(stream ? viewfinder(stream, add) : [make("p", {}, _("This device gives no camera: choose a file."))]),
    chooser(add), count, make("div", { class: "actions" }, done));
  document.body.append(dialog);
  dialog.showModal();
  await new Promise(closed => dialog.addEventListener("close", closed));
  stream?.getTracks().forEach(each => each.stop());
  dialog.remove();
  return taken;
}

async function camera() {
  try {
    return await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1920 } } });
  } catch {
    return null;
  }
}

function viewfinder(stream, add) {
  const video = make("video", { autoplay: true, playsinline: true, muted: true });
  video.srcObject = stream;
  const shoot = async () => {
    const canvas = make("canvas", { width: video.videoWidth, height: video.videoHeight });
    canvas.getContext("2d").drawImage(video, 0, 0);
    await add(await drawn(canvas, "image/jpeg"), withOffset());
  };
  return [video, make("button", { type: "button", onclick: shoot, autofocus: true }, _("Take a picture"))];
}

function chooser(add) {
  const input = make("input", { type: "file", accept: "image/*,application/pdf", multiple: true, id: "photo-file" });
  input.addEventListener("change", async () => {
    for (const each of input.files) await add(each);
    input.value = "";
  });
  return make("p", { class: "field" }, make("label", { for: "photo-file" }, _("From a file")), input);
}

/** What a canvas shows, as a file. */
export const drawn = (canvas, type = "image/png") => new Promise(done => canvas.toBlob(done, type, 0.92));
