// Which labels are painted: the legend, whose entries are check boxes. A reader who looks for threats alone
// unticks the rest; how many sentences each label has stays in sight, ticked or not.

import type { Topic } from "stancelight";
import { make, swatch } from "./dom";

/** The legend and the choice made in it. */
export class Filter {
  private readonly boxes = new Map<string, { box: HTMLInputElement; count: HTMLElement }>();

  constructor(private readonly legend: HTMLElement, private readonly onChange: () => void) {}

  /** Offers the labels of a topic, all ticked; those in the middle are never painted and not offered. */
  dress(topic: Topic): void {
    this.boxes.clear();
    this.legend.replaceChildren(...topic.labels.filter(({ pole }) => pole !== 0).map((label) => {
      // The way its marks point in the timeline.
      const way = make("span", "way", label.pole > 0 ? "↑" : "↓");
      way.ariaHidden = "true";
      const box = make("input", "");
      box.type = "checkbox";
      box.checked = true;
      box.addEventListener("change", this.onChange);
      const count = make("span", "count");
      this.boxes.set(label.name, { box, count });
      const field = make("label", "", box, swatch(label), way, count);
      field.title = label.meaning;
      return make("li", "", field);
    }));
  }

  /** Whether sentences of this label are to be painted. */
  allows(name: string): boolean {
    return this.boxes.get(name)?.box.checked ?? false;
  }

  /** Says how many sentences each label has at the present threshold. */
  count(labels: string[]): void {
    for (const [name, { count }] of this.boxes) count.textContent = String(labels.filter((label) => label === name).length);
  }
}
