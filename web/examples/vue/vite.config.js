// The development server must not take the package apart: it brings its engine, worker and models along.

import vue from "@vitejs/plugin-vue";

export default {
  base: "./",
  plugins: [vue({ template: { compilerOptions: { isCustomElement: (tag) => tag === "stance-highlight" } } })],
  build: { target: "es2022" },
  optimizeDeps: { exclude: ["stancelight"] },
};
