// Codes in a picture: read on this device by zxing as WebAssembly, or by the server's decoders where that cannot run.

import { post } from "../station/api.js";

const FORMATS = ["qr_code", "data_matrix"];
let loading = null;

/** The decoder of this device, loaded when it is first asked for, from this server; rejects where it cannot run. */
export function onDevice() {
  loading ??= load().catch((error) => {
    loading = null;
    throw error;
  });
  return loading;
}

async function load() {
  const { BarcodeDetector, prepareZXingModule } = await import("../station/vendor/barcode-detector.js");
  const ours = new URL("../station/vendor/zxing_reader.wasm", import.meta.url).href;
  await prepareZXingModule({ overrides: { locateFile: () => ours }, fireImmediately: true });
  const detector = new BarcodeDetector({ formats: FORMATS });
  return async (picture) => (await detector.detect(picture)).map((each) => each.rawValue);
}

/** What the server's decoders say of a picture: `{accepted, codes, problems}` as POST /v1/scans answers. */
export function onServer(picture) {
  return post("/v1/scans", picture);
}

/** A frame of a playing video, or a picture, as JPEG no wider than `width` pixels. */
export async function asJpeg(source, width = 1280) {
  const [wide, high] = [source.videoWidth ?? source.width, source.videoHeight ?? source.height];
  const scale = Math.min(1, width / wide);
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [Math.round(wide * scale), Math.round(high * scale)];
  canvas.getContext("2d").drawImage(source, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.9));
}
