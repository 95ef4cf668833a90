// What every page does: sign out, and let keys reach what they are named on.

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
