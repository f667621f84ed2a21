// Which of the engine's two builds this browser runs: the one with vector instructions wherever they are.

/** The least module with a vector instruction: `() => i8x16.popcnt(i8x16.splat(0))`. */
const VECTOR = new Uint8Array([
  0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 5, 1, 0x60, 0, 1, 0x7b, 3, 2, 1, 0, 10, 10, 1, 8, 0, 0x41, 0, 0xfd, 15, 0xfd, 0x62, 11,
]);

/** Whether WebAssembly here knows vector instructions. */
export function hasSimd(): boolean {
  return typeof WebAssembly !== "undefined" && WebAssembly.validate(VECTOR);
}
