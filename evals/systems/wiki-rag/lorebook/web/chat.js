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

async function start() {
  if (conversation) {
    const turns = await (await fetch(`/api/conversations/${conversation}`)).json();
    for (const t of turns) show(t.role, t.role === "user" ? plain(t.content) : marked.parse(t.content));
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
  show("assistant", marked.parse(body.answer));
});

start();
