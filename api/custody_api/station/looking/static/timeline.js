// The picture of a chain of custody by keyboard: one stop for all its marks, arrows from one to the next in time, Home and End.
// What a mark says stands below the picture while it is pointed at or has the focus.

const picture = document.querySelector(".timeline");
const says = document.querySelector(".says");

/** The marks from left to right, those that begin together from top to bottom. */
function inOrder() {
  return [...picture.querySelectorAll("[data-mark]")].map(mark => ({ mark, at: [Number(mark.dataset.mark), mark.getBBox().y] }))
    .sort((one, two) => one.at[0] - two.at[0] || one.at[1] - two.at[1]).map(each => each.mark);
}

function tell(mark) {
  says.textContent = mark.querySelector("title").textContent.split("\n").join(" · ");
  document.querySelector("tr.marked")?.classList.remove("marked");
  document.getElementById(`act-${mark.getAttribute("href").split("/").at(-1)}`)?.classList.add("marked");
}

function begin() {
  const marks = inOrder(), steps = { ArrowRight: 1, ArrowLeft: -1 };
  const stop = mark => { for (const each of marks) each.setAttribute("tabindex", each === mark ? "0" : "-1"); };
  if (!marks.length) return;
  stop(marks[0]);
  picture.addEventListener("keydown", event => {
    const at = marks.indexOf(event.target.closest("[data-mark]"));
    const to = event.key === "Home" ? 0 : event.key === "End" ? marks.length - 1 : at + (steps[event.key] ?? NaN);
    if (at < 0 || Number.isNaN(to)) return;
    event.preventDefault();
    const next = marks[Math.max(0, Math.min(to, marks.length - 1))];
    stop(next);
    next.focus();
    next.scrollIntoView({ block: "nearest", inline: "center" });
  });
  for (const kind of ["focusin", "pointerover"])
    picture.addEventListener(kind, event => { const mark = event.target.closest("[data-mark]"); if (mark) tell(mark); });
}

if (picture && says) begin();
