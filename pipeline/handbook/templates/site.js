"use strict";
// Narrows the lists to entries that hold every word of the search. The page is complete without it.
const field = document.getElementById("search");
const entries = [...document.querySelectorAll("[data-words]")].map((item) => [item, (item.dataset.words + " " + item.textContent).toLowerCase()]);
const groups = [...document.querySelectorAll(".group, .list")];
const told = document.querySelector(".search output");
const nothing = document.querySelector(".nothing");
function narrow() {
  const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
  let found = 0;
  for (const [item, text] of entries) {
    item.hidden = !words.every((word) => text.includes(word));
    if (!item.hidden) found += 1;
  }
  for (const group of groups) {
    group.hidden = !group.querySelector("[data-words]:not([hidden])");
    if (group.tagName === "DETAILS") group.open = words.length > 0;
  }
  told.textContent = words.length ? found + (found === 1 ? " entry" : " entries") : "";
  nothing.hidden = found > 0;
}
document.querySelector(".search").hidden = false;
field.addEventListener("input", narrow);
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && document.activeElement !== field) {
    event.preventDefault();
    field.focus();
  }
});
narrow();
