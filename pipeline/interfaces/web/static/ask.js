"use strict";
// Shows statements as they come. The markup of each is made and escaped by the server; without script the whole answer comes with the page.
const form = document.getElementById("ask");
const talk = document.getElementById("talk");
let busy = false;

async function ask(question) {
  if (busy || !question.trim()) return;
  busy = true;
  document.getElementById("examples")?.remove();
  document.getElementById("last")?.removeAttribute("id");
  const answer = document.createElement("article");
  answer.className = "answer";
  answer.id = "last";
  answer.setAttribute("aria-busy", "true");
  const heading = document.createElement("h2");
  heading.className = "question";
  heading.textContent = question;
  const statements = document.createElement("ul");
  statements.className = "statements";
  const rest = document.createElement("div");
  rest.innerHTML = '<p class="doing">Looking at the scan</p>';
  answer.append(heading, statements, rest);
  talk.append(answer);
  answer.scrollIntoView({ block: "start" });
  try {
    const body = new URLSearchParams({ question, form_token: form.elements.form_token.value });
    const reply = await fetch(form.dataset.stream, { method: "POST", body });
    if (!reply.ok) throw new Error(reply.status === 403 ? "This page is too old: open it again." : "The question could not be answered.");
    const reader = reply.body.pipeThrough(new TextDecoderStream()).getReader();
    let held = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      held += value;
      const lines = held.split("\n");
      held = lines.pop();
      for (const line of lines) {
        const piece = JSON.parse(line);
        if (piece.kind === "statement") statements.insertAdjacentHTML("beforeend", piece.html);
        else rest.innerHTML = piece.html;
      }
    }
  } catch (problem) {
    rest.textContent = problem instanceof TypeError ? "The server does not answer." : problem.message;
    rest.className = "not-answered";
  }
  answer.removeAttribute("aria-busy");
  busy = false;
}

if (form && talk) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const field = form.elements.question;
    ask(field.value);
    field.value = "";
  });
  document.addEventListener("click", (event) => {
    const suggestion = event.target.closest("button.suggestion");
    if (!suggestion) return;
    event.preventDefault();
    ask(suggestion.value);
  });
}
