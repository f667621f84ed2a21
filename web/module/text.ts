// An element to text: its nodes come in, the text a reader sees goes out, with the way back from an offset
// in that text to an offset in `textContent`, which is what a painter counts in.

/** What was read. */
export interface ElementText {
  /** Blocks and line breaks end lines; what is not read as prose is left out. */
  text: string;
  /** From an offset in `text` to one in the element's `textContent`. */
  place(offset: number, isEnd: boolean): number;
}

/** Not prose: never read, never painted. */
export const SKIPPED = "script,style,noscript,template,textarea,select,option,button,svg,math,code,pre,kbd,samp,iframe,[hidden],[aria-hidden=true],[contenteditable]";

interface Piece {
  text: number;
  dom: number;
  length: number;
}

/** Reads an element. */
export function readElement(root: Element): ElementText {
  const view = root.ownerDocument.defaultView;
  const pieces: Piece[] = [];
  let text = "";
  let dom = 0;
  const isBlock = (element: Element) => {
    const display = view?.getComputedStyle(element).display ?? "block";
    return !display.startsWith("inline") && display !== "contents";
  };
  const breakLine = () => {
    if (text !== "" && !text.endsWith("\n\n")) text += "\n\n";
  };
  const visit = (node: Node): void => {
    if (node.nodeType === Node.TEXT_NODE) {
      const value = node.nodeValue ?? "";
      pieces.push({ text: text.length, dom, length: value.length });
      // In HTML a line break in the source is a space.
      text += value.replace(/[\t\n\r]/g, " ");
      dom += value.length;
      return;
    }
    if (node instanceof Element && node !== root) {
      const hidden = node.matches(SKIPPED) || view?.getComputedStyle(node).display === "none";
      if (hidden) {
        dom += node.textContent?.length ?? 0;
        return;
      }
      if (node.localName === "br") text += "\n";
    }
    const block = node instanceof Element && isBlock(node);
    if (block) breakLine();
    node.childNodes.forEach(visit);
    if (block) breakLine();
  };
  visit(root);
  return {
    text,
    place(offset, isEnd) {
      // The last piece that begins at or before the offset; for an end, before it.
      let low = 0;
      let high = pieces.length - 1;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        const begins = pieces[middle]?.text ?? 0;
        if (isEnd ? begins < offset : begins <= offset) low = middle;
        else high = middle - 1;
      }
      const piece = pieces[low];
      return piece ? piece.dom + Math.min(Math.max(offset - piece.text, 0), piece.length) : 0;
    },
  };
}
