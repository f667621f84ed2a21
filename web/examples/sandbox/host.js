// The page's side. A frame without an origin may not fetch from ours unless our server allows everybody, so this
// page fetches the files and hands them over; then texts go in and findings come out.

const frame = document.querySelector("iframe");
const text = document.querySelector("textarea");
const list = document.querySelector("ol");
const folder = new URL("../node_modules/stancelight/", import.meta.url);
const bytes = async (name) => (await fetch(new URL(name, folder))).arrayBuffer();
// `import` from in there is a cross-origin request too: the scripts go over as texts, each after those it imports.
const scripts = async (name) => {
  const text = await (await fetch(new URL(name, folder))).text();
  const imported = [...text.matchAll(/from ?"(\.\/[^"]+)"/g)].map(([, name]) => scripts(name));
  return [...(await Promise.all(imported)).flat(), { name, text }];
};

let begun = false;

addEventListener("message", async ({ source: from, data }) => {
  if (from !== frame.contentWindow) return;
  const say = (message) => frame.contentWindow.postMessage(message, "*"); // A sandbox has no origin to name.
  if (data.type === "waiting") {
    if (begun) return;
    begun = true;
    // The package says by which names its files lie there.
    const { exports } = await (await fetch(new URL("package.json", folder))).json();
    const files = [bytes(exports["./wasm"]), bytes(exports["./models/cooperation-threat.stance"]), scripts("./index.js")];
    const [wasm, model, texts] = await Promise.all(files);
    say({ type: "load", wasm, model, scripts: texts });
  } else if (data.type === "ready") {
    const ask = () => say({ type: "analyze", text: text.value });
    text.addEventListener("input", ask);
    ask();
  } else if (data.type === "found") {
    list.replaceChildren(...data.sentences.map(({ start, end, label, sure }) => {
      const item = document.createElement("li");
      item.textContent = `${sure ? label : "not sure"}: ${data.text.slice(start, end)}`;
      return item;
    }));
  } else {
    list.textContent = `${data.code}: ${data.message}`;
  }
});

// The frame may have been there first, and have said so to nobody.
frame.contentWindow.postMessage({ type: "hello" }, "*");
