// What the build makes of the models it finds: each one's name, and its address written so that bundlers find it.

declare module "stancelight-models" {
  const shipped: ReadonlyMap<unknown, () => URL>;
  export default shipped;
}
