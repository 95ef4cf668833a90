// Making and finding elements. Text is always text: nothing here reads HTML.

/** An element with attributes, properties (`onclick`, `disabled`) and children; null and false are left out. */
export function make(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else made.setAttribute(name, value);
  }
  made.append(...children.flat(Infinity).filter(each => each !== null && each !== undefined && each !== false));
  return made;
}

/** Say something to whoever listens to the page rather than sees it. */
export function announce(text) {
  const place = document.getElementById("announcements");
  if (place) place.textContent = text;
}
