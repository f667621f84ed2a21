// Text out of the page: a name and a text come in, the browser's download or the clipboard takes them.

/** Offers a text as a download. */
export function save(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // Not at once: the browser fetches it after the click was handled.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
