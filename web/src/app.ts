// The page: wires the editor, the model and the panels together. It decides nothing about language; what
// a sentence is and says comes from the module.

import { load, type Sentence, type Stancelight } from "stancelight";
import { byId, make, signed } from "./dom";
import { Disagree } from "./disagree";
import { Editor } from "./editor";
import { articleIn } from "./files";
import { Filter } from "./filter";
import { meanOf } from "./figures";
import { Findings } from "./findings";
import { read } from "./reader";
import type { Reading } from "./forms";
import { unpack } from "./link";
import { SAMPLES } from "./samples";
import { offer } from "./take";
import { Timeline } from "./timeline";
import { hideWhy, showWhy } from "./why";

const MODELS = new URL("stancelight/models/", document.baseURI);
const topicBox = byId<HTMLSelectElement>("topic");
const sampleBox = byId<HTMLSelectElement>("sample");
const slider = byId<HTMLInputElement>("threshold");
const fileBox = byId<HTMLInputElement>("file");
const summary = byId("summary");

let stance: Stancelight | undefined;
let sentences: Sentence[] = [];
let analysed = "";
let chosen = -1;
let version = 0;
let announcement: ReturnType<typeof setTimeout> | undefined;

const editor = new Editor(() => void refresh(), (offset) => {
  const index = sentences.findIndex(({ start, end }) => start <= offset && offset <= end);
  if (index >= 0) choose(index, false);
});
const disagree = new Disagree(() => repaint());
const findings = new Findings((index) => choose(index, true), (text) => disagree.markOf(text));
const timeline = new Timeline((index) => choose(index, true));
const filter = new Filter(() => repaint());

function complain(message: string): void {
  const box = byId("message");
  box.textContent = message;
  box.hidden = message === "";
}

/** Reads the article anew. */
async function refresh(): Promise<void> {
  if (!stance) return;
  const mine = (version += 1);
  const text = editor.text;
  const show = (found: Sentence[]) => {
    sentences = found;
    analysed = text;
    repaint();
  };
  const found = await read(stance, text, () => mine !== version, show);
  if (found && mine === version) {
    show(found);
    choose(-1, false);
  }
}

/** Paints what is known at the slider's threshold. */
function repaint(): void {
  if (!stance) return;
  const model = stance;
  const threshold = Number(slider.value);
  byId("threshold-value").textContent = threshold.toFixed(2);
  const sure = sentences.flatMap((sentence, index) => (model.isPainted(sentence, threshold) ? [{ index, sentence }] : []));
  const painted = sure.filter(({ sentence }) => filter.allows(sentence.label));
  filter.count(sure.map(({ sentence }) => sentence.label));
  byId("painted-count").textContent = `${painted.length} of ${sentences.length} painted`;
  editor.paint(model.paint(painted.map(({ sentence }) => sentence), threshold));
  findings.show(painted, analysed, model.topic);
  const isPainted = new Set(painted.map(({ sentence }) => sentence));
  timeline.show(sentences, analysed, model.topic, (sentence) => isPainted.has(sentence));
  clearTimeout(announcement);
  // Spoken only once typing pauses; a screen reader should not chatter along.
  announcement = setTimeout(() => (summary.textContent = summarise(painted.map(({ sentence }) => sentence))), 400);
}

function summarise(painted: Sentence[]): string {
  if (sentences.length === 0) return "No sentences yet.";
  const counts = (stance?.topic.labels ?? []).filter(({ pole }) => pole !== 0).map(({ name }) =>
    `${painted.filter(({ label }) => label === name).length} ${name}`);
  const { mean, interval } = meanOf(sentences.map(({ score }) => score));
  const range = interval ? ` (95 % interval ${signed(interval[0])} to ${signed(interval[1])})` : "";
  return `${painted.length} of ${sentences.length} sentences painted: ${counts.join(", ")}. Mean stance ${signed(mean)}${range} on a scale from −1 to +1.`;
}

/** Shows why a sentence was judged so; −1 for none. */
function choose(index: number, scroll: boolean): void {
  chosen = index;
  findings.mark(index);
  timeline.mark(index);
  const sentence = sentences[index];
  if (!sentence || !stance) {
    hideWhy();
    editor.deselect();
    return;
  }
  const why = stance.explainSentence(analysed.slice(sentence.start, sentence.end));
  const shift = (place: { start: number; end: number }) => {
    place.start += sentence.start;
    place.end += sentence.start;
  };
  shift(why);
  why.words.forEach(shift);
  disagree.ask(analysed.slice(sentence.start, sentence.end), sentence);
  showWhy(analysed, why, stance);
  editor.select(sentence.start, sentence.end, scroll);
}

/** Makes a model the page's own. */
function adopt(model: Stancelight): void {
  stance?.dispose();
  stance = model;
  const { topic } = model;
  byId("question").textContent = topic.question;
  slider.value = String(topic.threshold);
  editor.dress(topic);
  filter.dress(topic);
  // What the model before it said is no verdict of this one.
  sentences = [];
  choose(-1, false);
  disagree.dress(topic);
  byId("facts").replaceChildren(...model.facts.flatMap(([name, value]) => [make("dt", "", name), make("dd", "", value)]));
  complain("");
  void refresh();
}

/** Takes a model from an address or a file; on failure the old one stays. */
async function useModel(source: URL | Uint8Array, name: string): Promise<boolean> {
  try {
    adopt(await load({ model: source }));
    return true;
  } catch (error) {
    complain(`${name} cannot be used: ${(error as Error).message}`);
    return false;
  }
}

/** Opens a dropped or chosen file: a model or an article. */
async function openFile(file: File): Promise<void> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const isModel = file.name.endsWith(".stance") || new TextDecoder().decode(bytes.slice(0, 6)) === "STANCE";
  if (isModel) {
    if ((await useModel(bytes, file.name)) && stance) {
      const option = make("option", "", `${stance.topic.title} (${file.name})`);
      option.value = "";
      topicBox.append(option);
      option.selected = true;
    }
    return;
  }
  try {
    editor.text = articleIn(file.name, bytes);
    complain("");
    await refresh();
  } catch {
    complain(`${file.name} is not a text file in UTF-8; save it as plain text and open it again.`);
  }
}

/** Opens the article that the address holds, if it holds one. */
async function openLink(): Promise<boolean> {
  try {
    const linked = await unpack(location.hash);
    if (!linked) return false;
    editor.text = linked.text;
    const option = [...topicBox.options].find(({ value }) => value === `${linked.topic}.stance`);
    if (option) {
      option.selected = true;
      await useModel(new URL(option.value, MODELS), option.text);
      if (Number.isFinite(linked.threshold)) slider.value = String(linked.threshold);
    }
    complain(option ? "" : "The link was made with a model that is not here; another one reads it.");
    await refresh();
    return true;
  } catch (error) {
    complain(`The link is damaged: ${(error as Error).message}. Ask for it again.`);
    return false;
  }
}

/** What is on the page now, for taking along. */
function reading(): Reading | undefined {
  if (!stance) return undefined;
  const model = stance;
  const threshold = Number(slider.value);
  const isPainted = (sentence: Sentence) => model.isPainted(sentence, threshold) && filter.allows(sentence.label);
  return { text: analysed, sentences, isPainted, threshold, topic: model.topic };
}

async function begin(): Promise<void> {
  editor.text = SAMPLES[0].text;
  const models = (await (await fetch(new URL("index.json", MODELS))).json()) as { name: string; title: string; file: string }[];
  // The flagship first.
  models.sort((a, b) => Number(b.name === "cooperation-threat") - Number(a.name === "cooperation-threat"));
  topicBox.replaceChildren(...models.map(({ title, file }) => {
    const option = make("option", "", title);
    option.value = file;
    return option;
  }));
  const first = models[0];
  if (first) await useModel(new URL(first.file, MODELS), first.title);
  // A damaged link leaves its complaint on the page, above the sample.
  await openLink();
}

offer(reading);
addEventListener("hashchange", () => void openLink());
topicBox.addEventListener("change", () => {
  if (topicBox.value) void useModel(new URL(topicBox.value, MODELS), topicBox.selectedOptions[0]?.text ?? "the model");
});
slider.addEventListener("input", repaint);
byId("open").addEventListener("click", () => fileBox.click());
fileBox.addEventListener("change", () => {
  const file = fileBox.files?.[0];
  fileBox.value = "";
  if (file) void openFile(file);
});
const replace = (text: string) => {
  editor.text = text;
  void refresh();
  editor.element.focus();
};
sampleBox.append(...SAMPLES.map(({ name }, index) => {
  const option = make("option", "", name);
  option.value = String(index);
  return option;
}));
sampleBox.addEventListener("change", () => {
  const sample = SAMPLES[Number(sampleBox.value)];
  if (sampleBox.value !== "" && sample) replace(sample.text);
  // Back to its title, so that the same can be chosen again.
  sampleBox.value = "";
});
byId("clear").addEventListener("click", () => replace(""));
addEventListener("dragover", (event) => {
  event.preventDefault();
  editor.element.classList.add("dropping");
});
addEventListener("dragleave", () => editor.element.classList.remove("dropping"));
addEventListener("drop", (event) => {
  editor.element.classList.remove("dropping");
  const file = event.dataTransfer?.files[0];
  if (!file) return;
  event.preventDefault();
  void openFile(file);
});
addEventListener("keydown", (event) => {
  const target = event.target as HTMLElement;
  if (event.ctrlKey || event.metaKey || event.altKey || target.isContentEditable || target.matches("input,select")) return;
  if (event.key === "Escape") choose(-1, false);
  if (event.key !== "j" && event.key !== "k") return;
  const next = findings.neighbour(event.key === "j" ? 1 : -1);
  if (next !== undefined && next !== chosen) choose(next, true);
});

begin().catch((error: unknown) => {
  summary.textContent = "The page could not be loaded.";
  complain(`Loading failed: ${(error as Error).message}. Reload the page; if it persists, the server lacks a file.`);
});
if ("serviceWorker" in navigator) {
  // Offline use is a bonus: without it, as on some hosts, the page still works.
  navigator.serviceWorker.register(new URL("sw.js", document.baseURI)).catch(() => undefined);
}
