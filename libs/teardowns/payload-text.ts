const BACKSLASH = 0x5c;

/** The first `length` bytes as text: printable ASCII as it is, everything else, and the backslash, as `\xNN`. */
export function payloadText(bytes: Uint8Array, length: number): string {
  let text = "";
  for (let i = 0; i < length; i++) {
    const byte = bytes[i];
    const plain = byte >= 0x20 && byte < 0x7f && byte !== BACKSLASH;
    text += plain ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, "0")}`;
  }
  return text;
}

/** The bytes of such a text, into `out`; answers how many. */
export function payloadBytes(text: string, out: Uint8Array): number {
  let length = 0;
  for (let at = 0; at < text.length && length < out.length; length++) {
    const escaped = text[at] === "\\";
    out[length] = escaped ? Number.parseInt(text.slice(at + 2, at + 4), 16) : text.charCodeAt(at);
    at += escaped ? 4 : 1;
  }
  return length;
}
