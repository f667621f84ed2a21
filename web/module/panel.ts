// The panel of the one line: a switch, a legend with counts, and the findings as a list for screen readers, in a
// shadow tree that takes no style from the page and gives it none.

import { addSheet, type Topic } from "stancelight";
import { FINDINGS, listFindings, type Listed } from "./findings";
import { wished } from "./looks";

const STYLE = `
:host{all:initial;color-scheme:light dark}
.panel{position:fixed;inset:auto .75rem .75rem auto;z-index:2147483645;display:flex;flex-wrap:wrap;gap:.25rem .75rem;align-items:center;max-width:calc(100vw - 1.5rem);box-sizing:border-box;padding:.35rem .6rem;background:Canvas;color:CanvasText;border:1px solid color-mix(in srgb,CanvasText 40%,Canvas);border-radius:.5rem;font:13px/1.4 system-ui,sans-serif}
button{font:inherit;color:inherit;background:none;border:1px solid;border-radius:.35rem;padding:.15rem .5rem;min-height:24px;cursor:pointer}
button[aria-pressed=true]{background:CanvasText;color:Canvas}
ul{display:flex;flex-wrap:wrap;gap:.25rem .75rem;margin:0;padding:0;list-style:none}
ul[hidden]{display:none}
ul span{text-underline-offset:.2em;text-decoration-thickness:2px}
@media print{:host{display:none}}
`;

/** The panel. */
export class Panel {
  private readonly host = document.createElement("div");
  private readonly shadow = this.host.attachShadow({ mode: "open" });
  private readonly button = document.createElement("button");
  private readonly legend = document.createElement("ul");
  private shown = "";
  private choose: (place: number) => void = () => {};

  constructor(private readonly topic: Topic, turn: (on: boolean) => void) {
    this.host.dataset["stancelightPanel"] = "";
    addSheet(STYLE + FINDINGS, this.shadow);
    const panel = document.createElement("div");
    panel.className = "panel";
    panel.part.add("panel");
    panel.setAttribute("role", "group");
    panel.setAttribute("aria-label", topic.title);
    this.button.type = "button";
    this.button.textContent = topic.title;
    this.button.addEventListener("click", () => turn(this.button.getAttribute("aria-pressed") !== "true"));
    panel.append(this.button, this.legend);
    this.shadow.append(panel);
  }

  /** Takes it off the page. */
  remove(): void {
    this.host.remove();
  }

  /** Shows what is painted now, and comes back if the page threw the panel away with its body. */
  show(on: boolean, findings: Listed[], choose: (place: number) => void): void {
    this.choose = choose;
    // Between two bodies there may be none for a while.
    if (!this.host.isConnected) document.body?.append(this.host);
    // Every change of the page comes by here; most change nothing.
    const state = JSON.stringify([on, findings.map(({ label, text }) => [label, text])]);
    if (state === this.shown) return;
    this.shown = state;
    this.button.setAttribute("aria-pressed", String(on));
    this.legend.hidden = !on;
    this.legend.replaceChildren(...this.topic.labels.filter(({ pole }) => pole !== 0).map((label) => {
      const item = document.createElement("li");
      const name = item.appendChild(document.createElement("span"));
      name.textContent = label.name;
      name.title = label.meaning;
      // Light and dark from one declaration; set by script, which no policy forbids.
      name.style.textDecoration = wished(label, `light-dark(${label.color},${label.colorDark})`).decoration;
      item.append(` ${findings.filter((finding) => finding.label === label.name).length}`);
      return item;
    }));
    listFindings(this.shadow, this.topic, findings, (place) => this.choose(place));
  }
}
