// What is heard: one sound for each outcome, told apart without looking; and the outcome spoken, where that is wished.

import { preferences } from "./preferences.js";

/** Tones of each outcome: hertz, second of the beginning, seconds. */
export const TONES = {
  accepted: [[1480, 0, 0.09]],
  already: [[990, 0, 0.07], [990, 0.13, 0.07]],
  "wrong-place": [[520, 0, 0.12], [740, 0.13, 0.12], [1050, 0.26, 0.16]],
  unknown: [[740, 0, 0.14], [440, 0.16, 0.22]],
  refused: [[175, 0, 0.6]],
};

/** What is spoken, whatever language the page is in. */
const SPOKEN = {
  zh: { accepted: "收到", already: "已扫过", "wrong-place": "位置不符", unknown: "查无此码", refused: "拒绝" },
  en: { accepted: "accepted", already: "already", "wrong-place": "wrong place", unknown: "unknown", refused: "refused" },
};

let context = null;

/** Sound an outcome, and speak it. */
export function sound(outcome) {
  if (preferences.sounds) {
    context ??= new AudioContext();
    if (context.state === "suspended") context.resume(); // browsers let a page be heard once something was pressed
    scheduled(context, outcome, context.currentTime, preferences.volume);
  }
  if (preferences.speech !== "off") speak(SPOKEN[preferences.speech][outcome], preferences.speech);
}

/** Put the tones of an outcome into an audio context, beginning at a second of it. */
export function scheduled(audio, outcome, at, volume) {
  for (const [hertz, begins, lasts] of TONES[outcome]) {
    const oscillator = new OscillatorNode(audio, { type: hertz < 300 ? "square" : "sine", frequency: hertz });
    const gain = new GainNode(audio, { gain: 0 });
    const from = at + begins;
    gain.gain.setValueAtTime(0, from);
    gain.gain.linearRampToValueAtTime(volume, from + 0.01);
    gain.gain.setValueAtTime(volume, from + lasts - 0.02);
    gain.gain.linearRampToValueAtTime(0, from + lasts);
    oscillator.connect(gain).connect(audio.destination);
    oscillator.start(from);
    oscillator.stop(from + lasts);
  }
}

/** A voice of this device for a language. Voices that send the text elsewhere do not count. */
export function voiceFor(language) {
  const voices = globalThis.speechSynthesis?.getVoices() ?? [];
  return voices.find((each) => each.localService && each.lang.toLowerCase().startsWith(language)) ?? null;
}

function speak(text, language) {
  const voice = voiceFor(language);
  if (!voice) return;
  const said = new SpeechSynthesisUtterance(text);
  Object.assign(said, { voice, lang: voice.lang, rate: 1.3, volume: preferences.volume });
  speechSynthesis.cancel(); // the newest scan is answered, not the one before it
  speechSynthesis.speak(said);
}
