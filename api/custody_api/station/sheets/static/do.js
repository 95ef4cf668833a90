// What I can do: a digit chooses a group, another one an act; sheets that were begun here come first.

import { asksForText } from "../scanning/keyboard.js";
import { make } from "../station/dom.js";
import { all } from "../station/store.js";
import { locale } from "../station/words.js";
import { keptSheets, sizeOf } from "./sheet.js";

let group = null;

document.addEventListener("keydown", event => {
  if (event.defaultPrevented || asksForText(event.target) || !/^[1-9]$/.test(event.key)) return;
  const choices = group ? group.querySelectorAll("a") : document.querySelectorAll(".do-group");
  const chosen = choices[Number(event.key) - 1];
  if (!chosen) return;
  event.preventDefault();
  if (group) return chosen.click();
  group = chosen;
  chosen.querySelector("a").focus();
});
document.addEventListener("keydown", event => { if (event.key === "Escape") group = null; });

const person = document.body.dataset.person;
const kept = await keptSheets(person);
const flows = (await all("sheets")).filter(each => each.by === person && each.address);
const section = document.getElementById("kept");
section.hidden = !kept.length && !flows.length;
section.querySelector("ul").replaceChildren(...flows.map(each => make("li", {}, make("a", { class: "button", href: each.address }, each.title))), ...kept.map(each => make("li", {},
  make("a", { class: "button", href: `/do/${each.act}?sheet=${each.id}` },
    document.querySelector(`[data-act="${each.act}"]`)?.textContent.replace(/^\s*\d/, "").trim() ?? each.act,
    ` · ${sizeOf(each.draft)} · ${new Date(each.kept_at).toLocaleString(locale)}`))));
