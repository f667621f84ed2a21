// The module other sites import: the address of a model comes in, an object that reads texts and paints elements
// goes out. Importing it does nothing by itself and needs no browser; loading does.

export { Painter, quotations, sentences } from "stancelight-wasm";
export type { Explanation, Kind, Label, Paint, Quotation, Removal, Sentence, Topic, Verdict, Word } from "stancelight-wasm";
export { StancelightError, type ErrorCode } from "./errors";
export { load, type LoadOptions } from "./load";
export { addLooks, addSheet } from "./looks";
export type { AnalyzeOptions, Explained, Reader } from "./reader";
export type { StancelightWorker } from "./remote";
export { shared, type SharedOptions } from "./shared";
export type { Progress, Source } from "./source";
export { strengthOf } from "./spans";
export { Stancelight } from "./stancelight";
export type { Highlighted, PaintOptions } from "./surface";
export { Watch, type WatchOptions } from "./watch";
