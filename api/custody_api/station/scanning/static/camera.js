// A camera that reads labels for as long as it is open. Nothing of it is loaded before that.

import { _ } from "../station/words.js";
import { Agreement } from "./agreement.js";
import { asJpeg, onDevice, onServer } from "./decoding.js";

const PAUSE = 60; // ms between two frames that are read here
const PAUSE_SERVER = 350; // and there, so that a few counters do not keep the server busy
const WIDEST = 2400; // pixels of a photograph that is sent: enough for the smallest label in it
const WANTED = { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } };

/** A camera, open until `close()`. `saw({code} | {problem})` gets what two frames agreed on. */
export class Camera {
  constructor(video, saw) {
    Object.assign(this, { video, saw, stream: null, agreement: new Agreement() });
  }

  /** Raises what getUserMedia does if there is no camera or none may be used. */
  async open() {
    this.stream = await navigator.mediaDevices.getUserMedia({ video: WANTED, audio: false });
    this.video.srcObject = this.stream;
    await this.video.play();
    this.look();
  }

  get isOpen() {
    return this.stream !== null;
  }

  close() {
    this.stream?.getTracks().forEach((each) => each.stop());
    this.stream = null;
    this.video.srcObject = null;
  }

  async look() {
    const { read, pause } = await this.reader();
    while (this.isOpen) {
      try {
        const said = this.agreement.frame(await read(this.video));
        if (said && this.isOpen) this.saw(said);
      } catch {
        // a frame that could not be read is a frame without a code; the next one comes at once
      }
      await new Promise((done) => setTimeout(done, pause));
    }
  }

  async reader() {
    try {
      return { read: await onDevice(), pause: PAUSE };
    } catch {
      return { read: async (video) => texts(await onServer(await asJpeg(video))), pause: PAUSE_SERVER };
    }
  }
}

/** Every text that the server read in a frame, also those it does not believe. */
function texts(scan) {
  const doubted = scan.problems.flatMap((each) => each.texts);
  return [...scan.codes.map((each) => each.code), ...doubted];
}

/** What is wrong with what a camera or a picture shows. */
export function problemText(problem) {
  const said = {
    several: _("More than one code is in view: leave only one."),
    foreign: _("This is not a label of this system."),
    "check-characters": _("The check characters do not agree: scan again, or replace the label."),
    none: _("There is no label in the picture."),
  };
  return said[problem];
}

/** `{code}`, `{problem}` or `{detail}` of one picture: the server's two decoders have to agree; where it cannot be
 * reached, this device's reads it. */
export async function readPicture(file) {
  const picture = await createImageBitmap(file).catch(() => null);
  try {
    const scan = await onServer(picture ? await asJpeg(picture, WIDEST) : file);
    if (scan.accepted) return { code: scan.codes[0].code };
    return { detail: scan.problems.at(-1)?.detail ?? problemText("none") };
  } catch (error) {
    if (error.status || !picture) return { detail: error.message };
  }
  const agreement = new Agreement();
  const found = await (await onDevice())(picture);
  agreement.frame(found);
  return agreement.frame(found) ?? { problem: "none" };
}
