// An open shadow tree with a closed one in it, as component libraries make them.

for (const [name, template, mode] of [["news-page", "page", "open"], ["news-story", "story", "closed"]]) {
  customElements.define(name, class extends HTMLElement {
    constructor() {
      super();
      this.attachShadow({ mode }).append(document.getElementById(template).content.cloneNode(true));
    }
  });
}
