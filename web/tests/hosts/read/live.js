// A live blog: sixty posts at first, more when its end is seen, and a clock in every post that never stops.

const posts = document.getElementById("posts");
const SAID = [
  "The navy shelled the port and accused its neighbour of an attack.",
  "Both governments signed an accord and thanked Norway for its help.",
  "The ferry was eleven minutes late because of the fog, said the harbour master.",
];
let count = 0;

function post() {
  const article = document.createElement("article");
  article.className = "post";
  const time = article.appendChild(document.createElement("time"));
  time.textContent = "now";
  const paragraphs = Array.from({ length: 6 }, (_, i) => {
    const paragraph = document.createElement("p");
    paragraph.textContent = `${SAID[(count + i) % SAID.length]} That was report ${count} of the day, part ${i}.`;
    return paragraph;
  });
  article.append(...paragraphs);
  count += 1;
  return article;
}

posts.append(...Array.from({ length: 60 }, post));
new IntersectionObserver(([entry]) => {
  if (entry.isIntersecting && count < 240) posts.append(...Array.from({ length: 60 }, post));
}).observe(document.getElementById("end"));
setInterval(() => {
  for (const time of document.querySelectorAll("time")) time.style.opacity = String(0.5 + Math.random() / 2);
}, 100);

/** A post at the top, as the newest one. */
globalThis.breaking = (text) => {
  const article = post();
  article.querySelector("p").textContent = text;
  posts.prepend(article);
};
