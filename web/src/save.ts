// Files out of the page: a name and what is in it come in, the browser's download takes them.

/** Offers a text as a download. */
export function save(name: string, type: string, text: string): void {
  saveBlob(name, new Blob([text], { type: `${type};charset=utf-8` }));
}

/** Offers a file as a download. */
export function saveBlob(name: string, blob: Blob): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // Not at once: the browser fetches it after the click was handled.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
