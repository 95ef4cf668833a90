// A file on its way to the server.

/** Put a file that is named by its SHA-256, from where it broke off; what the server said last. `put(path, body, headers)`
 * asks, and gives what is said. */
export async function upload(name, blob, put) {
  const path = `/v1/attachments/${name}`, size = blob.size;
  const said = await put(path, undefined, { "Content-Range": `bytes */${size}` });
  if (!(said.received < size)) return said;
  return await put(path, blob.slice(said.received), { "Content-Range": `bytes ${said.received}-${size - 1}/${size}` });
}
