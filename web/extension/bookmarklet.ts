// The page one takes the bookmarklet from: its link's address is made here, for it must name the server it is on.

const link = document.querySelector("a.bookmarklet");
const script = new URL("mark.js", document.baseURI).href;
const blocked = "Stancelight cannot be loaded into this page. Its policy may forbid that; the browser extension does not ask it.";
link?.setAttribute("href", `javascript:void import(${JSON.stringify(script)}).then((m)=>m.toggle()).catch(()=>alert(${JSON.stringify(blocked)}))`);
link?.addEventListener("click", (event) => {
  // Here it would paint this very page, which is a fair trial; but only by hand.
  event.preventDefault();
  void import(script).then((mark: { toggle(): Promise<void> }) => mark.toggle());
});
