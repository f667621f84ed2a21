// Which blocks of a very long page are near the screen: elements come in, and whether each is near goes out, again
// whenever that changes. Painting thousands of ranges that nobody sees costs the page more than it is worth.

/** A screen's height ahead and behind, in the window and in whatever scrolls in it. */
const MARGIN = "100%";

/** Keeps watch over elements. */
export class Near {
  private readonly near = new Set<Element>();
  private watched = new Set<Element>();
  private readonly observer: IntersectionObserver;

  constructor(onChange: () => void) {
    const options: IntersectionObserverInit & { scrollMargin: string } = { rootMargin: MARGIN, scrollMargin: MARGIN };
    this.observer = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) {
        if (isIntersecting && this.watched.has(target)) this.near.add(target);
        else this.near.delete(target);
      }
      onChange();
    }, options);
  }

  /** Watches these elements and no others. */
  watch(elements: Set<Element>): void {
    for (const element of this.watched) {
      if (elements.has(element)) continue;
      this.observer.unobserve(element);
      this.near.delete(element);
    }
    for (const element of elements) if (!this.watched.has(element)) this.observer.observe(element);
    this.watched = elements;
  }

  /** Whether an element is near the screen. */
  has(element: Element): boolean {
    return this.near.has(element);
  }

  /** Watches nothing any longer. */
  stop(): void {
    this.observer.disconnect();
  }
}
