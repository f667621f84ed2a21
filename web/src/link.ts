// An article in a link: the text, packed, stands in the address after the "#", which browsers send to no
// server. Too long a link is refused, since mail and messengers would cut it in silence.

/** What a link holds. */
export interface Linked {
  text: string;
  /** The topic's machine name. */
  topic: string;
  threshold: number;
}

/** Characters of packed text that still pass through mail and messengers; some 10 000 of prose. */
const LONGEST_LINK = 8000;
/** Characters that a link may unfold to; a short one could hold gigabytes. */
const LONGEST_TEXT = 200_000;

/** The link's part after the "#"; `undefined` if the text is too long for one. */
export async function pack({ text, topic, threshold }: Linked): Promise<string | undefined> {
  // No sense in packing what cannot fit.
  if (text.length > LONGEST_TEXT) return undefined;
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  const packed = base64url(new Uint8Array(await new Response(stream).arrayBuffer()));
  if (packed.length > LONGEST_LINK) return undefined;
  return `#${new URLSearchParams({ text: packed, topic, threshold: String(threshold) }).toString()}`;
}

/**
 * What a link's part after the "#" holds; `undefined` if it is none of ours.
 *
 * @throws {Error} if it is one, but damaged.
 */
export async function unpack(hash: string): Promise<Linked | undefined> {
  const fields = new URLSearchParams(hash.replace(/^#/, ""));
  const packed = fields.get("text");
  if (packed === null) return undefined;
  const stream = new Blob([fromBase64url(packed)]).stream().pipeThrough(new DecompressionStream("deflate-raw"))
    .pipeThrough(new TextDecoderStream("utf-8", { fatal: true }));
  let text = "";
  const reader = stream.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    text += part.value;
    if (text.length > LONGEST_TEXT) {
      await reader.cancel();
      throw new Error("it unfolds to more than a link may hold");
    }
  }
  const threshold = Number(fields.get("threshold") ?? NaN);
  return { text, topic: fields.get("topic") ?? "", threshold: threshold > 0 && threshold < 1 ? threshold : NaN };
}

function base64url(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

function fromBase64url(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (char) => char.charCodeAt(0));
}
