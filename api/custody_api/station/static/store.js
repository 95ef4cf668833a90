// What this device keeps, in one database: keys, sheets being prepared, signed acts on their way, photographs, settings.
// A write has ended when it is on the disk, as far as browsers can say ("strict").

const STORES = { keys: "key", sheets: "id", queue: "id", files: "sha256", settings: "name" };

let opening;

function open() {
  opening ??= new Promise((done, failed) => {
    const request = indexedDB.open("custody", 1);
    request.onupgradeneeded = () => {
      for (const [name, keyPath] of Object.entries(STORES)) request.result.createObjectStore(name, { keyPath });
    };
    request.onsuccess = () => {
      request.result.onversionchange = () => { request.result.close(); opening = undefined; };
      done(request.result);
    };
    request.onerror = () => { opening = undefined; failed(request.error); };
  });
  return opening;
}

/** One transaction over some stores, "readonly" or "readwrite": `work` is given it, and asks within it alone. */
export async function transact(names, mode, work) {
  const database = await open();
  return new Promise((done, failed) => {
    const transaction = database.transaction(names, mode, { durability: "strict" });
    const request = work(transaction);
    transaction.oncomplete = () => done(request?.result);
    transaction.onerror = transaction.onabort = () => failed(transaction.error);
  });
}

/** One record, or undefined. */
export const get = (store, key) => transact([store], "readonly", it => it.objectStore(store).get(key));

/** Every record of a store, by key. */
export const all = store => transact([store], "readonly", it => it.objectStore(store).getAll());

/** Keep a record; it is on the disk when this resolves. */
export const put = (store, value) => transact([store], "readwrite", it => { it.objectStore(store).put(value); });

/** Forget a record. */
export const remove = (store, key) => transact([store], "readwrite", it => { it.objectStore(store).delete(key); });
