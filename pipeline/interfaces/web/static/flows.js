"use strict";
// Zooms and moves the diagram by its viewBox, and dims what a pointed-at box has nothing to do with. The page is complete without it.
const diagram = document.getElementById("diagram");
const tools = document.querySelector(".tools");
if (diagram && tools) {
  const [, , width, height] = diagram.getAttribute("viewBox").split(" ").map(Number);
  let view = { x: 0, y: 0, size: 1 };
  const show = () => diagram.setAttribute("viewBox", `${view.x} ${view.y} ${width * view.size} ${height * view.size}`);
  const zoom = (factor, atX = 0.5, atY = 0.5) => {
    const size = Math.min(Math.max(view.size * factor, 0.15), 1);
    const clamp = (value, whole) => Math.min(Math.max(value, 0), whole * (1 - size));
    view = {
      x: clamp(view.x + width * (view.size - size) * atX, width),
      y: clamp(view.y + height * (view.size - size) * atY, height),
      size,
    };
    show();
  };
  tools.hidden = false;
  const canvas = diagram.parentElement;
  canvas.scrollTop = (canvas.scrollHeight - canvas.clientHeight) / 2; // lanes are centred: a tall one leaves nothing to see at the top
  tools.addEventListener("click", (event) => {
    const wanted = event.target.closest("button")?.dataset.zoom;
    if (wanted === "in") zoom(0.75);
    if (wanted === "out") zoom(1 / 0.75);
    if (wanted === "all") { view = { x: 0, y: 0, size: 1 }; show(); }
  });
  diagram.addEventListener("wheel", (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    const box = diagram.getBoundingClientRect();
    zoom(event.deltaY < 0 ? 0.85 : 1 / 0.85, (event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
  }, { passive: false });
  let held = null, moved = false;
  diagram.addEventListener("pointerdown", (event) => { if (view.size < 1) held = { x: event.clientX, y: event.clientY }; moved = false; });
  window.addEventListener("pointermove", (event) => {
    if (!held) return;
    const box = diagram.getBoundingClientRect();
    const dx = event.clientX - held.x, dy = event.clientY - held.y;
    if (Math.abs(dx) + Math.abs(dy) > 3) moved = true;
    held = { x: event.clientX, y: event.clientY };
    view.x = Math.min(Math.max(view.x - (dx * width * view.size) / box.width, 0), width * (1 - view.size));
    view.y = Math.min(Math.max(view.y - (dy * height * view.size) / box.height, 0), height * (1 - view.size));
    show();
  });
  window.addEventListener("pointerup", () => { held = null; });
  diagram.addEventListener("click", (event) => { if (moved) event.preventDefault(); }, true);
  diagram.addEventListener("dragstart", (event) => event.preventDefault());
  const light = (id) => {
    diagram.classList.toggle("pointed", id !== null);
    const near = new Set([id]);
    for (const edge of diagram.querySelectorAll(".edge")) {
      const on = edge.dataset.from === id || edge.dataset.to === id;
      edge.classList.toggle("lit", on);
      if (on) { near.add(edge.dataset.from); near.add(edge.dataset.to); }
    }
    for (const node of diagram.querySelectorAll(".node")) node.classList.toggle("lit", near.has(node.dataset.id));
  };
  for (const node of diagram.querySelectorAll(".node")) {
    node.addEventListener("pointerenter", () => light(node.dataset.id));
    node.addEventListener("pointerleave", () => light(null));
    node.addEventListener("focus", () => light(node.dataset.id));
    node.addEventListener("blur", () => light(null));
  }
}
