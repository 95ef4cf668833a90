// What every page does: sign out, let keys reach what they are named on, and what is wider than the screen be moved by keys.

import { remove } from "./api.js";

document.querySelector("[data-sign-out]")?.addEventListener("click", async () => {
  try {
    await remove("/v1/session");
  } finally {
    location.assign("/sign-in");
  }
});

// A key that stands on a button or link presses it: data-key="F9".
document.addEventListener("keydown", event => {
  if (event.ctrlKey || event.altKey || event.metaKey || !/^F\d+$/.test(event.key)) return;
  const target = document.querySelector(`[data-key="${event.key}"]:not([disabled])`);
  if (target && target.offsetParent !== null) {
    event.preventDefault();
    target.click();
  }
});

// A table that is wider than the screen is scrolled by arrow keys once it has the focus.
const wide = new ResizeObserver(seen => {
  for (const { target } of seen) target.toggleAttribute("tabindex", false);
  for (const { target } of seen) if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
});
const observe = () => { for (const each of document.querySelectorAll(".wide")) wide.observe(each); };
new MutationObserver(observe).observe(document.body, { childList: true, subtree: true });
observe();
