// The timeline as a picture: readings come in, a canvas and from it a PNG goes out, at twice the size so that
// it stays sharp in print, with a title and a legend, in the page's own colours on white.

import type { Label } from "stancelight";
import type { Reading } from "./forms";

const SCALE = 2;
const WIDTH = 960;
const MARGIN = 32;
const STRIP = 120;
const SANS = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif';

/** Draws one strip a reading, all on one axis. */
export function draw(readings: Reading[], canvas = document.createElement("canvas")): HTMLCanvasElement {
  const height = MARGIN * 2 + 120 + readings.length * (STRIP + 34);
  canvas.width = WIDTH * SCALE;
  canvas.height = height * SCALE;
  const context = canvas.getContext("2d");
  const [first] = readings;
  if (!context || !first) return canvas;
  context.scale(SCALE, SCALE);
  context.fillStyle = "#ffffff";
  context.fillRect(0, 0, WIDTH, height);
  context.textBaseline = "alphabetic";
  const inner = WIDTH - 2 * MARGIN;
  const write = (text: string, x: number, y: number, font: string, color: string) => {
    context.font = `${font} ${SANS}`;
    context.fillStyle = color;
    context.fillText(fitting(context, text, WIDTH - MARGIN - x), x, y);
  };
  const titles = readings.map(({ text }) => text.trim().split("\n", 1)[0] ?? "");
  const [isOneArticle, isOneTopic] = [new Set(readings.map(({ text }) => text)).size === 1, new Set(readings.map(({ topic }) => topic.name)).size === 1];
  write([...new Set(titles)].join("  ·  "), MARGIN, MARGIN + 18, "600 20px", "#1c1f24");
  write(isOneTopic ? first.topic.question : "", MARGIN, MARGIN + 42, "14px", "#575d66");
  const longest = Math.max(...readings.map(({ sentences }) => sentences.length), 1);
  const step = Math.min(inner / longest, 36);
  let top = MARGIN + 60;
  readings.forEach((reading, i) => {
    write(isOneArticle ? reading.topic.title : `${i === 0 ? "First" : "Second"}: ${titles[i] ?? ""}`, MARGIN, top + 16, "600 13px", "#1c1f24");
    strip(context, reading, MARGIN, top + 24, step, inner);
    top += STRIP + 34;
  });
  let x = MARGIN;
  const topics = new Map(readings.map(({ topic }) => [topic.name, topic]));
  for (const topic of topics.values()) for (const label of topic.labels.filter(({ pole }) => pole !== 0)) x = key(context, label, x, top + 14);
  write("One mark a sentence. Height: how strongly. Faint: not sure, or neither. Judged by a small model that errs. Stancelight", MARGIN, top + 40, "12px", "#575d66");
  return canvas;
}

function strip(context: CanvasRenderingContext2D, { sentences, topic, isPainted }: Reading, left: number, top: number, step: number, width: number): void {
  const middle = top + STRIP / 2;
  context.fillStyle = "#d9d5ca";
  context.fillRect(left, middle - 0.5, width, 1);
  sentences.forEach((sentence, i) => {
    const label = topic.labels.find(({ name }) => name === sentence.label);
    const tall = Math.max((Math.abs(sentence.score) * STRIP) / 2, 1.5);
    context.globalAlpha = isPainted(sentence) ? 1 : 0.35;
    context.fillStyle = label?.color ?? "#6e6e6e";
    const gap = Math.min(step * 0.12, 3);
    context.fillRect(left + i * step + gap, sentence.score < 0 ? middle : middle - tall, Math.max(step - 2 * gap, 0.5), tall);
  });
  context.globalAlpha = 1;
}

/** One entry of the legend; gives where the next begins. */
function key(context: CanvasRenderingContext2D, { name, color, pole }: Label, x: number, y: number): number {
  context.fillStyle = color;
  // Up or down, as its marks are: no need to tell the colours apart.
  context.fillRect(x, pole > 0 ? y - 11 : y - 5, 12, 8);
  context.fillRect(x - 2, y - 4, 16, 1);
  context.font = `13px ${SANS}`;
  context.fillStyle = "#1c1f24";
  context.fillText(name, x + 19, y);
  return x + 19 + context.measureText(name).width + 18;
}

function fitting(context: CanvasRenderingContext2D, text: string, width: number): string {
  if (text.length <= 300 && context.measureText(text).width <= width) return text;
  let short = text.slice(0, 300);
  while (short.length > 1 && context.measureText(`${short}…`).width > width) short = short.slice(0, -1);
  return `${short}…`;
}

/** The picture as a file. */
export function png(readings: Reading[]): Promise<Blob> {
  return new Promise((resolve, reject) => {
    draw(readings).toBlob((blob) => (blob ? resolve(blob) : reject(new Error("the browser makes no picture"))), "image/png");
  });
}
