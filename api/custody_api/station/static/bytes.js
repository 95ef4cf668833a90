// Bytes and the texts they are written as.

const encoder = new TextEncoder();

/** The UTF-8 of a text. */
export const utf8 = text => encoder.encode(text);

/** Lower-case hexadecimal. */
export const hex = bytes => Array.from(new Uint8Array(bytes), each => each.toString(16).padStart(2, "0")).join("");

/** Base64 with padding (RFC 4648 section 4). */
export function base64(bytes) {
  let text = "";
  for (const each of new Uint8Array(bytes)) text += String.fromCharCode(each);
  return btoa(text);
}

/** Base64url without padding (RFC 4648 section 5). */
export const base64url = bytes => urlSafe(base64(bytes));

/** Base64 as base64url. */
export const urlSafe = text => text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

/** The bytes of base64 or base64url. */
export const fromBase64 = text =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), each => each.charCodeAt(0));

/** SHA-256, as bytes. */
export const sha256 = async bytes => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));

/** One array of bytes after the other. */
export function concat(...parts) {
  const whole = new Uint8Array(parts.reduce((size, each) => size + each.length, 0));
  let at = 0;
  for (const each of parts) {
    whole.set(each, at);
    at += each.length;
  }
  return whole;
}
