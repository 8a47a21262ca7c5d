"use strict";
// Hides and shows findings by severity; opens what is folded before printing. The page is complete without it.
const bar = document.querySelector(".filter");
if (bar) {
  bar.hidden = false;
  bar.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    const pressed = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(pressed));
    for (const article of document.querySelectorAll("article.finding"))
      if (article.dataset.severity === button.dataset.severity) article.hidden = !pressed;
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#f"]');
    const target = link && document.getElementById(link.getAttribute("href").slice(1));
    if (target) target.hidden = false;
    const folded = target && target.closest("details.before");
    if (folded) folded.open = true;
  });
}
window.addEventListener("beforeprint", () => {
  for (const part of document.querySelectorAll("details")) part.open = true;
});
