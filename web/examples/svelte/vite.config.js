// The development server must not take the package apart: it brings its engine, worker and models along.

import { svelte } from "@sveltejs/vite-plugin-svelte";

export default {
  base: "./",
  plugins: [svelte()],
  build: { target: "es2022" },
  optimizeDeps: { exclude: ["stancelight"] },
};
