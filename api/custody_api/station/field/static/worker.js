// The service worker. It keeps what is the same for everybody: the static files of one version, and the pages of the
// field, fetched without a session. What the API answers, and every other page, goes past it and is never kept; so
// there is nothing of anybody in its caches, and nothing to clear when somebody signs out.

import { get, put } from "../station/store.js";
import { QUEUE, send } from "./sending.js";

const OURS = "custody-pages-";
const LANGUAGES = { zh: "zh-CN", en: "en" };

/** Begin. `version` of the static tree, `files` and `pages` by address, `without`: the page for where nothing is kept. */
export function serve({ version, files, pages, without }) {
  const name = OURS + version;
  self.addEventListener("install", event => {
    self.skipWaiting();
    event.waitUntil(fill(name, files, pages));
  });
  self.addEventListener("activate", event => event.waitUntil(begin(name)));
  self.addEventListener("fetch", event => {
    const { request } = event, url = new URL(request.url);
    if (request.method !== "GET" || url.origin !== location.origin) return;
    if (isStatic(url.pathname) || files.includes(url.pathname)) event.respondWith(file(request, url, name));
    else if (request.mode === "navigate") event.respondWith(page(request, url, name, pages, without));
  });
  self.addEventListener("sync", event => {
    if (event.tag === QUEUE) event.waitUntil(sendAll());
  });
}

/** Fetch everything of a version, as nobody in particular. All of it, or the older version stays. */
async function fill(name, files, pages) {
  const cache = await caches.open(name);
  const wanted = pages.flatMap(path => Object.keys(LANGUAGES).map(lang => [path, lang]));
  await Promise.all([
    cache.addAll(files.map(path => new Request(path, { credentials: "omit", cache: isStatic(path) ? "default" : "no-store" }))),
    ...wanted.map(async ([path, lang]) => {
      const answer = await fetch(path, {
        credentials: "omit", cache: "no-store", headers: { "Accept-Language": LANGUAGES[lang], Accept: "text/html" },
      });
      if (!answer.ok || answer.redirected) throw new Error(`${path}: ${answer.status}`);
      await cache.put(keyOf(path, lang), answer);
    }),
  ]);
}

const keyOf = (path, lang) => `${path}?kept=${lang}`;

/** Take over; pages of the version before, which may still be open, find their files until the next one comes. */
async function begin(name) {
  const before = await get("settings", "pages before");
  for (const each of await caches.keys()) {
    if (each.startsWith(OURS) && each !== name && each !== before?.current) await caches.delete(each);
  }
  if (before?.current !== name) await put("settings", { name: "pages before", current: name });
  await self.clients.claim();
}

// An address under /static/ names its version; what else is kept is this version's own.
const isStatic = path => path.startsWith("/static/");

async function file(request, url, name) {
  const where = isStatic(url.pathname) ? {} : { cacheName: name };
  return await caches.match(request, { ...where, ignoreVary: true }) ?? fetch(request);
}

async function page(request, url, name, pages, without) {
  const chosen = await choice(url), lang = await language();
  const kept = path => caches.match(keyOf(path, lang), { cacheName: name, ignoreVary: true });
  if (pages.includes(url.pathname) && url.pathname !== without) {
    const found = await kept(url.pathname);
    if (found) return found;
  }
  try {
    return await fetch(request);
  } catch {
    return chosen ?? await kept(without) ?? Response.error();
  }
}

/** A language was chosen: the kept pages are shown in it. Returns the way on, for where the server is not reached. */
async function choice(url) {
  const lang = url.pathname.match(/^\/language\/(zh|en)$/)?.[1];
  if (!lang) return null;
  await put("settings", { name: "language", lang });
  return Response.redirect(within(url.searchParams.get("next")) ?? new URL("/field", location.origin));
}

// An address of this site; a browser reads backslashes, tabs and more as a way to another host.
function within(next) {
  const url = next !== null && URL.canParse(next, location.origin) ? new URL(next, location.origin) : null;
  return url?.origin === location.origin ? url : null;
}

const language = async () => (await get("settings", "language"))?.lang ?? "zh";

/** The browser is online again. If not all could be sent, it is to ask again later. */
async function sendAll() {
  const ended = await send(LANGUAGES[await language()]);
  if (ended !== "sent" && ended !== "signed-out") throw new Error(ended);
}
