// A server that judges texts, under Deno: `curl -d "The army shelled the port." http://127.0.0.1:8000/`. It may read
// this folder and listen on this machine, and nothing else.

import { load } from "stancelight";

const stance = await load();

Deno.serve({ hostname: "127.0.0.1", port: Number(Deno.args[0] ?? 8000) }, async (request) => {
  if (request.method !== "POST") return new Response("POST a text\n", { status: 405, headers: { Allow: "POST" } });
  const text = await request.text();
  return Response.json(stance.analyze(text).map(({ start, end, label, sure, score }) => ({ text: text.slice(start, end), label, sure, score })));
});
