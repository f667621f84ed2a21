// Waiting until the page is quiet: calls come in, in whatever numbers, and the work is done once they have stopped
// for a moment, or after a while if they do not stop.

/** How long a pause must be, and how long it is waited for, in milliseconds. */
const PAUSE = 150;
const PATIENCE = 1000;

/** Puts off work. */
export class Quiet {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private since = 0;

  constructor(private readonly work: () => void) {}

  /** Whether there is work to do. */
  get isPending(): boolean {
    return this.timer !== undefined;
  }

  /** Does the work soon. */
  soon(): void {
    const now = performance.now();
    if (this.timer === undefined) this.since = now;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.work();
    }, Math.max(0, Math.min(PAUSE, this.since + PATIENCE - now)));
  }

  /** Does it not. */
  cancel(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }
}
