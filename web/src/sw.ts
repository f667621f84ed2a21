// Works offline after the first visit. Each build is one cache, filled whole before it is used, so an old
// engine never meets a new model; the old one goes when no page uses it any more. The larger models are no part
// of that: each model joins the cache when a reader has asked for it.

import { hasSimd } from "../module/simd";

declare const BUILD: string;
declare const FILES: string[];

interface WorkerScope {
  addEventListener(type: string, listener: (event: WorkerEvent) => void): void;
  clients: { claim(): Promise<void> };
  location: Location;
  registration: ServiceWorkerRegistration;
}
interface WorkerEvent {
  request: Request;
  waitUntil(promise: Promise<unknown>): void;
  respondWith(response: Promise<Response>): void;
}

const scope = globalThis as unknown as WorkerScope;
// Other copies of this page may lie on the same origin. No address has a space in it, so none begins as another's name does.
const own = `stancelight ${scope.registration.scope} `;
const name = own + BUILD;

scope.addEventListener("install", (event) => {
  // Around the browser's own cache, which might hold a file of the build before; not of one whose name tells its content.
  const unused = hasSimd() ? "stancelight_wasm_bg-" : "stancelight_wasm_simd_bg-";
  const requests = FILES.filter((file) => !file.includes(unused)).map((file) => new Request(file, /-[0-9a-f]{8}\./.test(file) ? {} : { cache: "reload" }));
  event.waitUntil(caches.open(name).then((cache) => cache.addAll(requests)));
});

scope.addEventListener("activate", (event) => {
  const drop = (old: string) => (old.startsWith(own) && old !== name ? caches.delete(old) : undefined);
  event.waitUntil(caches.keys().then((names) => Promise.all(names.map(drop))).then(() => scope.clients.claim()));
});

scope.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== scope.location.origin) return;
  const answer = async () => {
    const cache = await caches.open(name);
    const kept = await cache.match(event.request, { ignoreSearch: true });
    if (kept) return kept;
    const response = await fetch(event.request);
    // Kept or not, the page gets it: the disk may be full.
    if (response.ok && url.pathname.endsWith(".stance")) await cache.put(event.request, response.clone()).catch(() => undefined);
    return response;
  };
  event.respondWith(answer());
});
