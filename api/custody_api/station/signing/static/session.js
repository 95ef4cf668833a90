// A session ends after a shift, also in the middle of a sheet. Then its person signs in again over the page as it
// stands: nothing of it is lost, and what was asked is asked again. So it is where another tab signed in somebody else.

import { whenSessionEnds } from "../station/api.js";
import { make } from "../station/dom.js";
import { _ } from "../station/words.js";

const person = document.body.dataset.person;
let asking = null;

if (person) {
  whenSessionEnds(refusal => {
    asking ??= ask(refusal.code).finally(() => { asking = null; });
    return asking;
  });
}

async function ask(code) {
  const { mount } = await import("./sign-in.js");
  const ways = make("div", {});
  const dialog = make("dialog", { class: "session", "aria-label": _("Sign in again") },
    make("h2", {}, _("Sign in again")), make("p", {}, code === "not-signed-in/somebody-else"
      ? _("Somebody else signed in meanwhile, in this browser. This page is {person}'s: nothing on it is lost.", { person })
      : _("The session of {person} has ended. Nothing on this page is lost.", { person })), ways,
    make("div", { class: "actions" }, make("button", { type: "button", onclick: () => dialog.close() }, _("Not now"), make("kbd", {}, "Esc"))));
  let begun = null;
  await mount(ways, session => { begun = session; dialog.close(); }, { person });
  document.body.append(dialog);
  dialog.showModal();
  await new Promise(closed => dialog.addEventListener("close", closed, { once: true }));
  dialog.remove();
  if (begun !== null && begun.person !== person) location.reload();  // the page is drawn for somebody else
  return begun?.person === person;
}
