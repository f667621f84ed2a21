// The development server must not take the package apart: it brings its engine, worker and models along.

export default {
  base: "./",
  build: { target: "es2022" },
  optimizeDeps: { exclude: ["stancelight"] },
};
