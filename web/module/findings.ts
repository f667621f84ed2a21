// What paint cannot tell a screen reader: the painted sentences as a list, seen only while the keyboard is in it.

import type { Topic } from "stancelight";

/** Its style, for the shadow tree it stands in. */
export const FINDINGS = `
.findings:not(:focus-within){position:absolute;width:1px;height:1px;margin:-1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.findings:focus-within{position:fixed;inset:auto 1rem 1rem auto;max-width:min(30rem,calc(100vw - 2rem));max-height:50vh;overflow:auto;z-index:2147483646;padding:.75rem 1rem;background:Canvas;color:CanvasText;border:1px solid;border-radius:.5rem;font:14px/1.4 system-ui,sans-serif;box-sizing:border-box}
.findings ol{margin:0;padding-left:1.5rem}
.findings button{font:inherit;color:inherit;background:none;border:0;padding:.15rem;text-align:start;cursor:pointer}
`;

/** A painted sentence. */
export interface Listed {
  index: number;
  label: string;
  text: string;
  probabilities: Record<string, number>;
}

/** Puts the list into a shadow tree instead of the one before; with `choose`, each sentence can be chosen. */
export function listFindings(shadow: ShadowRoot, topic: Topic, findings: Listed[], choose?: (index: number) => void): void {
  const document = shadow.ownerDocument;
  const section = document.createElement("section");
  section.className = "findings";
  section.part.add("findings");
  section.setAttribute("role", "region");
  section.setAttribute("aria-label", `${topic.title}: ${findings.length} ${findings.length === 1 ? "sentence" : "sentences"}`);
  const list = section.appendChild(document.createElement("ol"));
  for (const { index, label, text, probabilities } of findings) {
    const item = list.appendChild(document.createElement("li"));
    const words = `${label}, ${Math.round((probabilities[label] ?? 0) * 100)} %: ${text}`;
    if (!choose) {
      item.textContent = words;
      continue;
    }
    const button = item.appendChild(document.createElement("button"));
    button.type = "button";
    button.textContent = words;
    button.addEventListener("click", () => choose(index));
  }
  const before = shadow.querySelector(".findings");
  if (before) before.replaceWith(section);
  else shadow.append(section);
}
