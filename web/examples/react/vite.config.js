// The development server must not take the package apart: it brings its engine, worker and models along.

import react from "@vitejs/plugin-react";

export default {
  base: "./",
  plugins: [react()],
  build: { target: "es2022" },
  optimizeDeps: { exclude: ["stancelight"] },
};
