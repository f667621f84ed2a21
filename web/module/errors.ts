// The one kind of error the module throws: programs tell it by its code, people by its message.

/** What went wrong, for programs. */
export type ErrorCode =
  /** The bytes are no sound model. */
  | "E_MODEL_FORMAT"
  /** A newer Stancelight wrote the model. */
  | "E_MODEL_VERSION"
  /** A file did not come, or what came cannot be what was asked for. */
  | "E_FETCH"
  /** The page's policy forbids WebAssembly, or the browser has none. */
  | "E_CSP_WASM"
  /** The caller's signal was aborted, or the model was disposed of. */
  | "E_ABORTED"
  /** The browser lacks the CSS Custom Highlight API, and no other way of painting was allowed. */
  | "E_NO_HIGHLIGHTS";

/** An error with a `code`. */
export class StancelightError extends Error {
  override readonly name = "StancelightError";
  constructor(readonly code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
  }
}

/** Any thrown thing that carries one of our codes, such as the engine's own errors, as our kind of error. */
export function coded(cause: unknown, fallback: ErrorCode): StancelightError {
  if (cause instanceof StancelightError) return cause;
  const { code, message } = Object(cause) as { code?: unknown; message?: unknown };
  const known = typeof code === "string" && code.startsWith("E_") ? (code as ErrorCode) : fallback;
  return new StancelightError(known, typeof message === "string" ? message : String(cause), { cause });
}
