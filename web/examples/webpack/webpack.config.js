// No loader and no plugin: webpack finds the engine, the worker and the models by itself.

export default {
  mode: "production",
  entry: "./main.js",
  output: { path: `${import.meta.dirname}/dist`, publicPath: "auto" },
  performance: { hints: false },
};
