// Signing in: a statement that this page builds, signed with a key of this device, a passkey, a key file; or the page of
// an issuer. The server keeps the session in a cookie that no script reads.

import { Offline, Problem, get, post } from "../station/api.js";
import { make } from "../station/dom.js";
import { _ } from "../station/words.js";
import { SIGN_IN, envelope, signInStatement } from "./authoring.js";
import { KeyProblem, held, keep, readKeyFile, sign, signWithAny } from "./keys.js";
import { called } from "./party.js";

/** Put the ways to sign in into an element; `onSignedIn(session)`. `person`: only this one's keys. */
export async function mount(container, onSignedIn, { person, onward = null } = {}) {
  const here = (await held(person)).filter(each => !each.revoked && (each.privateKey || each.kind === "passkey"));
  const wrong = make("div", { role: "alert" });
  const attempt = work => async () => {
    wrong.replaceChildren();
    try {
      onSignedIn(await work());
    } catch (error) {
      if (!(error instanceof Problem || error instanceof Offline || error instanceof KeyProblem)) throw error;
      wrong.replaceChildren(make("p", { class: "notice red" }, "✗ ", error.message));
    }
  };
  const file = make("input", { type: "file", id: "sign-in-file" });
  file.addEventListener("change", attempt(async () => begin(await signed(await readKeyFile(file.files[0])))));
  container.replaceChildren(...[
    here.length > 0 && make("section", { "aria-label": _("Keys on this device") },
      make("h2", {}, _("Keys on this device")),
      make("ul", { class: "choices" }, here.map((key, at) => make("li", {}, make("button", {
        type: "button", class: at === 0 ? "main" : "", "data-key-id": key.key,
        onclick: attempt(async () => begin(await signed(key))),
      }, make("b", {}, key.name ?? key.person), key.name ? ` ${key.person}` : "", make("small", {}, called(key))))))),
    make("section", {}, make("h2", {}, _("Passkey")), make("button", {
      type: "button", "data-do": "passkey", onclick: attempt(async () => begin(await signedWithAny(person))),
    }, _("Sign in with a passkey"))),
    make("section", {}, make("h2", {}, _("Key file")),
      make("p", { class: "field" }, make("label", { for: file.id }, _("PKCS#8 PEM, not encrypted; it is read here and not kept")), file)),
    ...await issuers(onward), wrong].filter(Boolean));
  container.querySelector("button").focus();
}

/** Begin a session of this browser with a signed statement. Throws Problem, Offline. */
export const begin = statement => post("/v1/session?for=page", statement);

async function signed(key) {
  const statement = signInStatement();
  return envelope(SIGN_IN, statement, [await sign(key, SIGN_IN, statement)]);
}

async function signedWithAny(person) {
  const statement = signInStatement();
  const signature = await signWithAny(SIGN_IN, statement, async found => {
    const kept = (await held()).find(each => each.passkey?.credential === found.credential);
    if (kept) return kept.key;
    const asked = { ...found, person: found.person || person };
    const { key } = await post("/sign-in/passkey", asked);
    const passkey = { credential: found.credential, rp_id: location.hostname, origins: [location.origin] };
    await keep({ key, kind: "passkey", person: asked.person, passkey, made_at: new Date().toISOString(), live: true });
    return key;
  });
  return envelope(SIGN_IN, statement, [signature]);
}

async function issuers(onward) {
  const listed = onward === null ? [] : (await get("/v1/session/issuers")).issuers;
  if (listed.length === 0) return [];
  const link = each => make("a", { class: "button", href: `${each.start}?next=${encodeURIComponent(onward)}` }, each.title);
  return [make("section", {}, make("h2", {}, _("Through your authority")), listed.map(link))];
}
