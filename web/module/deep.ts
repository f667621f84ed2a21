// Elements wherever they are: a selector comes in, what it names goes out, in the page and in its shadow trees.

/** How to look into an element's shadow tree; a closed one does not show itself to everybody. */
export type Look = (element: Element) => ShadowRoot | null | undefined;

/** A tree and all shadow trees in it, but for our own. */
export function* trees(root: Document | ShadowRoot, look: Look = ({ shadowRoot }) => shadowRoot): Generator<Document | ShadowRoot> {
  yield root;
  for (const element of root.querySelectorAll("*")) {
    if (element.matches("stance-highlight,[data-stancelight-panel]")) continue;
    const shadow = look(element);
    if (shadow) yield* trees(shadow, look);
  }
}
