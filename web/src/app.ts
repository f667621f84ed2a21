// The page: wires panes, models and the column beside them together. It decides nothing about language; what
// a sentence is and says comes from the module.

import type { Stancelight } from "stancelight";
import { Aside } from "./aside";
import { Closer } from "./closer";
import { Comparison } from "./comparison";
import { byId, make, settle, signed } from "./dom";
import { meanOf } from "./figures";
import { articleIn } from "./files";
import { letters } from "./letters";
import { unpack } from "./link";
import { Models, type Offered } from "./models";
import { Pane } from "./pane";
import { SAMPLES } from "./samples";
import { offer } from "./take";

/** One article; one under two topics; two under one. */
type View = "one" | "topics" | "articles";

const panesBox = byId("panes");
const viewBox = byId<HTMLSelectElement>("view");
const summary = byId("summary");
const models = new Models();
let view: View = "one";
let chosen = -1;
let announcement: ReturnType<typeof setTimeout> | undefined;

const listener = {
  edited(pane: Pane) {
    complain("");
    if (view === "topics") void other(pane)?.show(pane.editor.text);
  },
  chose: choose,
  ruled(pane: Pane) {
    for (const one of shown()) if (one.rules === pane) one.repaint();
  },
  painted(pane: Pane) {
    if (pane === active) aside.painted();
    clearTimeout(announcement);
    // Spoken only once typing pauses; a screen reader should not chatter along.
    announcement = setTimeout(announce, 400);
  },
  read(pane: Pane) {
    if (pane === active) {
      choose(pane, -1, false);
      aside.read();
    }
    void closer.read(pane);
  },
};
const closer = new Closer(models, (pane) => shown().filter(({ rules }) => rules === pane), (pane) => {
  // The reasons shown may be the quick model's.
  if (pane === active) aside.amended(chosen);
});
const aside = new Aside((index, scroll) => choose(active, index, scroll));
const comparison = new Comparison(({ a, b }) => {
  if (b >= 0 && second) choose(second, b, true);
  else choose(first, a, true);
});
const first = pane("");
let second: Pane | undefined;
let active = first;

const shown = () => (second && view !== "one" ? [first, second] : [first]);
const other = (pane: Pane) => shown().find((one) => one !== pane);

function complain(message: string): void {
  const box = byId("message");
  box.textContent = message;
  box.hidden = message === "";
}

/** Says what was found, for the eyes and for screen readers. */
function announce(): void {
  if (view === "articles" && second) comparison.show(first, second);
  // On one axis: a mark is as wide in the one strip as in the other.
  const longest = view === "articles" ? Math.max(...shown().map(({ sentences }) => sentences.length)) : 0;
  for (const { timeline } of shown()) timeline.scale(longest);
  settle(summary, shown().map((pane, i) => {
    const name = view === "articles" ? `${i === 0 ? "First" : "Second"} article` : view === "topics" ? pane.stance?.topic.title ?? "" : "";
    return make("div", "", ...(name ? [make("h3", "", name)] : []), ...summarise(pane).map((words) => make("p", "", words)));
  }));
}

/** What of a pane's sentences is painted, and where all of them stand. */
function summarise({ sentences, stance, findings }: Pane): string[] {
  if (sentences.length === 0 || !stance) return ["No sentences yet."];
  const labels = stance.topic.labels.filter(({ pole }) => pole !== 0);
  const counts = labels.map(({ name }) => `${findings.filter(({ sentence }) => sentence.label === name).length} ${name}`);
  const { mean, interval } = meanOf(sentences.map(({ score }) => score));
  const range = interval ? ` (95\u00a0% interval ${signed(interval[0])} to ${signed(interval[1])})` : "";
  const [low, high] = [-1, 1].map((end) => labels.find(({ pole }) => pole === end)?.name);
  const scale = low && high ? `, from −1, all ${low}, to +1, all ${high}` : " on a scale from −1 to +1";
  return [`${findings.length} of ${sentences.length} sentences painted: ${counts.join(", ")}. `, `Mean stance ${signed(mean)}${range}${scale}.`];
}

/** Turns to a sentence of a pane; −1 for none. The other pane shows the same sentence, or what it became. */
function choose(pane: Pane, index: number, scroll: boolean): void {
  chosen = index;
  const isLeft = index < 0 && byId("why").contains(document.activeElement);
  if (pane !== active) {
    active = pane;
    aside.turn(pane);
    aside.painted();
    dressHeader();
  }
  // The reasons first: on a narrow screen they cover its foot.
  aside.mark(index);
  const foot = aside.foot;
  const same = other(pane);
  same?.mark(index < 0 || view === "topics" ? index : comparison.counterpart(index, pane === first), false, foot);
  pane.mark(index, scroll || foot < innerHeight, foot);
  // The panel that held the focus is gone.
  if (isLeft) pane.timeline.focus();
}

function dressHeader(): void {
  byId("question").textContent = active.stance ? `Asked of each sentence: ${active.stance.topic.question}` : "";
  byId("list-heading").textContent = view === "articles" ? `Painted sentences, ${active === first ? "first" : "second"} article`
    : view === "topics" ? `Painted sentences, ${active.stance?.topic.title ?? ""}` : "Painted sentences";
}

async function adopt(pane: Pane, stance: Stancelight, model: Offered): Promise<void> {
  pane.closer = undefined;
  await pane.adopt(stance, model);
  models.tidy([first.model, second?.model]);
  closer.dress(pane, model);
}

/** Gives a pane a model; on failure the old one stays. */
async function useModel(pane: Pane, model: Offered): Promise<boolean> {
  // What is asked of one of two articles compared is asked of both.
  for (const one of view === "articles" ? shown() : [pane]) one.asked += 1;
  const { asked } = pane;
  try {
    const stance = await models.load(model);
    // Another was chosen meanwhile.
    if (pane.asked !== asked) return false;
    pane.part<HTMLSelectElement>("topic").value = String(models.offered.indexOf(model));
    const same = view === "articles" ? [first, second] : [pane];
    await Promise.all(same.map((one) => one && adopt(one, stance, model)));
    aside.turn(active);
    aside.painted();
    choose(active, -1, false);
    dressHeader();
    complain("");
    return true;
  } catch (error) {
    if (pane.asked !== asked) return false;
    complain(`${model.title} cannot be used: ${(error as Error).message}`);
    pane.part<HTMLSelectElement>("topic").value = String(pane.model ? models.offered.indexOf(pane.model) : -1);
    return false;
  }
}

/** Opens a dropped or chosen file: a model or an article. */
async function openFile(pane: Pane, file: File): Promise<void> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (file.name.endsWith(".stance") || new TextDecoder().decode(bytes.slice(0, 6)) === "STANCE") {
    try {
      const model = await models.add(file.name, bytes);
      for (const one of second ? [first, second] : [first]) listModels(one);
      await useModel(pane, model);
      // The menu of a pane that reads with what a file of this name held before says the new one already.
      for (const one of shown()) if (one.model && !models.offered.includes(one.model)) await useModel(one, model);
    } catch (error) {
      complain(`${file.name} cannot be used: ${(error as Error).message}`);
    }
    return;
  }
  try {
    const article = articleIn(file.name, bytes);
    complain("");
    await replace(pane, article);
  } catch {
    complain(`${file.name} is not a text file in UTF-8; save it as plain text and open it again.`);
  }
}

/** Opens the article that the address holds, if it holds one. */
async function openLink(): Promise<void> {
  try {
    const linked = await unpack(location.hash);
    if (!linked) return;
    complain("");
    const model = models.offered.find(({ name }) => name === linked.topic);
    if (!model) complain("The link was made with a model that is not here; another one reads it.");
    else if ((await useModel(first, model)) && Number.isFinite(linked.threshold)) first.threshold = linked.threshold;
    await replace(first, linked.text);
  } catch (error) {
    complain(`The link is damaged: ${(error as Error).message}. Ask for it again.`);
  }
}

/** Puts another article into a pane; under two topics into both. */
async function replace(pane: Pane, text: string): Promise<void> {
  const both = view === "topics" ? shown() : [pane];
  await Promise.all(both.map((one) => one.show(text, true)));
}

function listModels(pane: Pane): void {
  const box = pane.part<HTMLSelectElement>("topic");
  const before = box.value;
  box.replaceChildren(...models.offered.map(({ title }, index) => {
    const option = make("option", "", title);
    option.value = String(index);
    return option;
  }));
  if (before) box.value = before;
}

/** A pane over the elements whose ids end so, with its bar wired. */
function pane(suffix: string): Pane {
  const pane = new Pane(suffix, listener);
  const topic = pane.part<HTMLSelectElement>("topic");
  const sample = pane.part<HTMLSelectElement>("sample");
  const file = pane.part<HTMLInputElement>("file");
  topic.addEventListener("change", () => {
    const model = models.offered[Number(topic.value)];
    if (model) void useModel(pane, model);
  });
  pane.part("open").addEventListener("click", () => file.click());
  file.addEventListener("change", () => {
    const [chosen] = file.files ?? [];
    file.value = "";
    if (chosen) void openFile(pane, chosen);
  });
  const write = (text: string) => {
    complain("");
    void replace(pane, text);
    pane.editor.element.focus();
  };
  const title = make("option", "", "Samples");
  title.value = "";
  sample.replaceChildren(title, ...SAMPLES.map(({ name }) => make("option", "", name)));
  sample.addEventListener("change", () => {
    const chosen = SAMPLES[sample.selectedIndex - 1];
    if (chosen) write(chosen.text);
    // Back to its title, so that the same can be chosen again.
    sample.selectedIndex = 0;
  });
  pane.part("clear").addEventListener("click", () => write(""));
  return pane;
}

/** The second pane, made when it is first wanted: a copy of the first one's elements under ids of their own. */
function secondPane(): Pane {
  if (second) return second;
  const copy = byId("pane").cloneNode(true) as HTMLElement;
  for (const element of [copy, ...copy.querySelectorAll<HTMLElement>("[id],[for]")]) {
    if (element.id) element.id += "-2";
    const target = element.getAttribute("for");
    if (target) element.setAttribute("for", `${target}-2`);
  }
  panesBox.append(copy);
  second = pane("-2");
  second.editor.text = "";
  listModels(second);
  return second;
}

async function changeView(to: View): Promise<void> {
  const was = view;
  const own = first.part<HTMLSelectElement>("topic").selectedIndex;
  const model = models.offered[to === "topics" ? (own + 1) % models.offered.length : own];
  let stance: Stancelight | undefined;
  try {
    if (to !== "one") stance = model && (await models.load(model));
  } catch (error) {
    complain(`${model?.title ?? ""} cannot be used: ${(error as Error).message}`);
    viewBox.value = view;
    return;
  }
  // Another was chosen meanwhile.
  if (viewBox.value !== to) return;
  view = to;
  choose(first, -1, false);
  panesBox.dataset["view"] = to;
  byId("comparison").hidden = to !== "articles";
  document.documentElement.dataset["view"] = to;
  if (second) second.part("pane").hidden = to === "one";
  if (to !== "one") {
    const pane = secondPane();
    pane.rules = to === "articles" ? first : pane;
    first.part("pane").setAttribute("aria-label", to === "articles" ? "First article" : "Article, first topic");
    pane.part("pane").setAttribute("aria-label", to === "articles" ? "Second article" : "Article, second topic");
    // Whatever was asked of it in the view before comes too late.
    pane.asked += 1;
    if (model && stance) await adopt(pane, stance, model);
    pane.part<HTMLSelectElement>("topic").value = String(model ? models.offered.indexOf(model) : 0);
    if (to === "topics") await pane.show(first.editor.text);
    // Not the same article twice: that would show nothing.
    else if (was === "topics" || pane.editor.text === "") await pane.show(first.editor.text === SAMPLES[0].text ? SAMPLES[1]?.text ?? "" : "");
  }
  dressHeader();
  for (const one of shown()) one.repaint();
}

async function begin(): Promise<void> {
  first.editor.text = SAMPLES[0].text;
  await models.begin();
  listModels(first);
  const [model] = models.offered;
  if (model) await useModel(first, model);
  // A damaged link leaves its complaint on the page, above the sample.
  await openLink();
}

offer(() => active.reading, () => shown().flatMap(({ reading }) => reading ?? []));
addEventListener("hashchange", () => void openLink());
viewBox.addEventListener("change", () => void changeView(viewBox.value as View));
const paneAt = (target: EventTarget | null) => shown().find((pane) => pane.part("pane").contains(target as Node | null)) ?? active;
const dropping = (pane?: Pane) => shown().forEach((one) => one.editor.element.classList.toggle("dropping", one === pane));
addEventListener("dragover", (event) => {
  // Words dragged about are the editor's own business.
  if (!event.dataTransfer?.types.includes("Files")) return;
  event.preventDefault();
  dropping(paneAt(event.target));
});
addEventListener("dragleave", () => dropping());
addEventListener("drop", (event) => {
  dropping();
  const file = event.dataTransfer?.files[0];
  if (!file) return;
  event.preventDefault();
  void openFile(paneAt(event.target), file);
});
addEventListener("keydown", ({ key }) => {
  if (key === "Escape") choose(active, -1, false);
});
letters((by) => {
  const next = aside.neighbour(by);
  if (next !== undefined && next !== chosen) choose(active, next, true);
});

begin().catch((error: unknown) => {
  summary.replaceChildren(make("p", "", "The page could not be loaded."));
  complain(`Loading failed: ${(error as Error).message}. Reload the page; if it persists, the server lacks a file.`);
});
if ("serviceWorker" in navigator) {
  // Offline use is a bonus: without it, as on some hosts, the page still works.
  navigator.serviceWorker.register(new URL("sw.js", document.baseURI)).catch(() => undefined);
}
