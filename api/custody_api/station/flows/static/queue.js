// The queue at the counter: a scan of a thing opens the check-in of whoever has it.

import { answered } from "../scanning/answers.js";
import { get } from "../station/api.js";
import { _ } from "../station/words.js";

document.addEventListener("custody:scan", async event => {
  if (event.detail.kind !== "item") return;
  event.preventDefault();
  try {
    const item = await get(`/v1/items/${event.detail.code}`);
    if (item.custody.kind !== "person") {
      answered("wrong-place", _("Nobody has this in hand: it is with {holder}.", { holder: item.custody.place_name ?? item.custody.holder ?? "—" }));
      return;
    }
    const asked = new URLSearchParams({ holder: item.custody.holder, case: item.case });
    sessionStorage.setItem("custody-first-scan", event.detail.code);
    location.assign(`/intake/check-in?${asked}`);
  } catch (error) {
    answered(error.status === 404 ? "unknown" : "refused", error.message);
  }
});
