// Articles in files and from the clipboard: a file's bytes and name, or a page's markup, come in, plain text goes out.
// Of a web page only its prose is taken; it is read by the browser's own parser into a document that runs no script and
// loads no picture.

/** What stands about an article in a page. */
const FURNITURE = "nav,footer,aside,form,button,select,textarea,figure figcaption,dialog,[role=navigation],[role=complementary],[role=contentinfo]";
/** Holds no prose of the article, in any page. */
const DROPPED = `script,style,noscript,template,svg,math,iframe,object,[hidden],[aria-hidden=true],${FURNITURE}`;

/** Elements that end a paragraph. */
const BLOCKS = new Set(("address article blockquote body center dd details div dl dt figure h1 h2 h3 h4 h5 h6 header hr li main ol p pre "
  + "section summary table tbody td tfoot th thead tr ul").split(" "));

/** Whether a file is a web page, by its name. */
const isPage = (name: string) => /\.(x?html?)$/i.test(name);

/**
 * The article in a file.
 *
 * @throws {TypeError} if the bytes are no text in UTF-8, or in the encoding a web page names.
 */
export function articleIn(name: string, bytes: Uint8Array): string {
  if (!isPage(name)) return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  return proseOf(parsed(decodePage(bytes)));
}

/** The prose of copied markup; `undefined` if it holds nothing but prose, which browsers turn into text themselves. */
export function proseIn(markup: string): string | undefined {
  const page = parsed(markup);
  return page.querySelector(FURNITURE) ? proseOf(page) || undefined : undefined;
}

const parsed = (markup: string) => new DOMParser().parseFromString(markup, "text/html");

/** Pages say how they are encoded near their beginning; those that do not are UTF-8, like all other files. */
function decodePage(bytes: Uint8Array): string {
  const head = new TextDecoder("latin1").decode(bytes.slice(0, 1024));
  const named = /<meta[^>]*charset\s*=\s*["']?\s*([\w-]+)/i.exec(head)?.[1] ?? "utf-8";
  let decoder: TextDecoder;
  try {
    decoder = new TextDecoder(named, { fatal: true });
  } catch {
    // An encoding nobody knows.
    decoder = new TextDecoder("utf-8", { fatal: true });
  }
  return decoder.decode(bytes);
}

/** The prose of a page: of its one article if it has just one, else of its main part, else of all. */
function proseOf(page: Document): string {
  page.querySelectorAll(DROPPED).forEach((element) => element.remove());
  const articles = page.querySelectorAll("article");
  const root = (articles.length === 1 ? articles[0] : undefined) ?? page.querySelector("main,[role=main]") ?? page.body;
  const paragraphs: string[] = [""];
  const visit = (node: Node): void => {
    if (node.nodeType === Node.TEXT_NODE) {
      // A line break in the source is a space; one made by <br> is kept below.
      paragraphs.push(`${paragraphs.pop() ?? ""}${(node.nodeValue ?? "").replace(/[\t\n\f\r ]+/g, " ")}`);
      return;
    }
    const tag = node instanceof Element ? node.localName : "";
    if (tag === "br") paragraphs.push(`${paragraphs.pop() ?? ""}\n`);
    if (BLOCKS.has(tag)) paragraphs.push("");
    node.childNodes.forEach(visit);
    if (BLOCKS.has(tag)) paragraphs.push("");
  };
  visit(root);
  const clean = paragraphs.map((paragraph) => paragraph.replace(/ +/g, " ").replace(/ ?\n ?/g, "\n").trim());
  return clean.filter((paragraph) => paragraph !== "").join("\n\n");
}
