// An element to text: its nodes come in, the text a reader sees goes out, with the way back from an offset in that
// text to the page: to an offset in `textContent`, which is what a painter counts in, to a range, or to a block.

/** What was read. */
export interface ElementText {
  /** Blocks and line breaks end lines; what is not read as prose is left out. */
  text: string;
  /** From an offset in `text` to one in the element's `textContent`. */
  place(offset: number, isEnd: boolean): number;
  /** The page's range of a part of `text`; `undefined` once the page has changed it. */
  range(start: number, end: number): Range | undefined;
  /** The block-level element that an offset of `text` lies in. */
  block(offset: number): Element;
}

/** Not prose, whoever asks: never read, never painted. A nested `<stance-highlight>` reads for itself. */
export const SKIPPED = "script,style,noscript,template,textarea,select,option,button,svg,math,code,pre,kbd,samp,iframe,object,audio,video,canvas,meter,progress,rt,rp,stance-highlight,[hidden],[aria-hidden=true],[contenteditable]:not([contenteditable=false])";

/** Elements that are inline unless a style says otherwise. */
const INLINE = new Set("a abbr b bdi bdo big cite del dfn em font i ins label mark q s small span strong sub sup time u var".split(" "));

interface Piece {
  node: Text;
  block: Element;
  text: number;
  dom: number;
  length: number;
}

/** A text that only a screen reader is meant to meet: cut down to a pixel, or moved away whole. */
function isClipped(style: CSSStyleDeclaration): boolean {
  const isOut = style.position === "absolute" || style.position === "fixed";
  return isOut && (style.clip.startsWith("rect") || style.clipPath === "inset(50%)" || (style.width === "1px" && style.height === "1px"));
}

/** Whether an element stands on lines of its own. */
function isBlock(element: Element, style: CSSStyleDeclaration): boolean {
  const { display } = style;
  if (/^(inline|ruby|contents)/.test(display)) return false;
  // A drop cap, a raised note: out of the flow, but not out of the word.
  const isOut = style.cssFloat !== "none" || style.position === "absolute" || style.position === "fixed";
  return !(isOut && display === "block" && INLINE.has(element.localName));
}

/** `[3]` and its kind: a link to a note, in small raised letters. */
function isNote(element: Element): boolean {
  return element.localName === "sup" && element.querySelector('a[href*="#"]') !== null;
}

/** Reads an element, but not what a further selector names in it. */
export function readElement(root: Element, skip = ""): ElementText {
  const view = root.ownerDocument.defaultView;
  const skipped = skip === "" ? SKIPPED : `${SKIPPED},${skip}`;
  const pieces: Piece[] = [];
  let text = "";
  let dom = 0;
  const breakLine = () => {
    if (text !== "" && !text.endsWith("\n\n")) text += "\n\n";
  };
  const visit = (element: Element, style: CSSStyleDeclaration | undefined, block: Element): void => {
    const isShown = style?.visibility !== "hidden" && style?.visibility !== "collapse";
    // In HTML a line break in the source is a space, unless a style keeps it.
    const keepsLines = /^(pre|break-spaces)/.test(style?.whiteSpace ?? "");
    for (let node = element.firstChild; node; node = node.nextSibling) {
      if (node.nodeType === Node.TEXT_NODE) {
        const { data } = node as Text;
        if (isShown && data !== "") {
          pieces.push({ node: node as Text, block, text: text.length, dom, length: data.length });
          text += keepsLines ? data : data.replace(/[\t\n\r]/g, " ");
        }
        dom += data.length;
      } else if (node.nodeType === Node.ELEMENT_NODE) {
        const child = node as Element;
        const own = child.matches(skipped) || isNote(child) ? undefined : view?.getComputedStyle(child);
        if (view && (!own || own.display === "none" || own.contentVisibility === "hidden" || isClipped(own))) {
          dom += child.textContent.length;
        } else if (child.localName === "br") {
          text += "\n";
        } else if (own && isBlock(child, own)) {
          breakLine();
          visit(child, own, child);
          breakLine();
        } else {
          visit(child, own, block);
        }
      }
    }
  };
  visit(root, view?.getComputedStyle(root), root);

  /** The last piece that begins at or before the offset; for an end, before it. */
  const find = (offset: number, isEnd: boolean): Piece | undefined => {
    let low = 0;
    let high = pieces.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      const begins = pieces[middle]?.text ?? 0;
      if (isEnd ? begins < offset : begins <= offset) low = middle;
      else high = middle - 1;
    }
    return pieces[low];
  };
  const within = (piece: Piece, offset: number) => Math.min(Math.max(offset - piece.text, 0), piece.length);
  return {
    text,
    place(offset, isEnd) {
      const piece = find(offset, isEnd);
      return piece ? piece.dom + within(piece, offset) : 0;
    },
    range(start, end) {
      const [first, last] = [find(start, false), find(end, true)];
      if (!first || !last || !root.contains(first.node) || !root.contains(last.node)) return undefined;
      const [from, to] = [within(first, start), within(last, end)];
      if (from > first.node.length || to > last.node.length) return undefined;
      const range = root.ownerDocument.createRange();
      range.setStart(first.node, from);
      range.setEnd(last.node, to);
      return range;
    },
    block: (offset) => find(offset, false)?.block ?? root,
  };
}
