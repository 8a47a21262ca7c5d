const log = document.querySelector("#log");
let conversation = new URLSearchParams(location.search).get("c");

function show(role, html) {
  const turn = document.createElement("div");
  turn.className = `turn ${role}`;
  turn.innerHTML = html;
  log.append(turn);
  turn.scrollIntoView();
}

function plain(text) {
  const span = document.createElement("span");
  span.textContent = text;
  return span.innerHTML;
}

const ALLOWED = { ALLOWED_TAGS: ["p", "a", "ul", "ol", "li", "strong", "em", "code", "pre", "h2", "h3"], ALLOWED_ATTR: ["href"] };

function formatted(text) {
  return DOMPurify.sanitize(marked.parse(text), ALLOWED);
}

async function offer(edit) {
  const proposal = await (await fetch(`/api/edits/${edit}`)).json();
  show("assistant", plain(`Proposed for page ${proposal.page}: ${proposal.reason}\n${proposal.html}`));
  if (!confirm(`Save this as page ${proposal.page}?`)) return;
  const person_token = await window.pagewrightToken();
  await fetch(`/api/edits/${edit}/confirm`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ person_token }),
  });
}

async function start() {
  if (conversation) {
    const turns = await (await fetch(`/api/conversations/${conversation}`)).json();
    for (const t of turns) show(t.role, t.role === "user" ? plain(t.content) : formatted(t.content));
    return;
  }
  const begun = await (await fetch("/api/conversations", { method: "POST" })).json();
  conversation = begun.conversation;
  history.replaceState(null, "", `?c=${conversation}`);
  show("assistant", plain(begun.greeting));
}

document.querySelector("#ask").addEventListener("submit", async (event) => {
  event.preventDefault();
  const box = document.querySelector("#text");
  const text = box.value.trim();
  if (!text) return;
  box.value = "";
  show("user", plain(text));
  const answer = await fetch("/api/ask", {
    method: "POST",
    headers: { "content-type": "application/json", "x-tenant": localStorage.tenant ?? "" },
    body: JSON.stringify({ conversation, text }),
  });
  const body = await answer.json();
  show("assistant", formatted(body.answer));
  for (const edit of body.edits) await offer(edit);
});

start();
