// Chat widget, included on every shop page.
const history = [];

function show(role, html) {
  const line = document.createElement("div");
  line.className = `nora-${role}`;
  line.innerHTML = html;
  document.querySelector("#nora-log").appendChild(line);
}

function showOwn(text) {
  const line = document.createElement("div");
  line.className = "nora-user";
  line.textContent = text;
  document.querySelector("#nora-log").appendChild(line);
}

async function send(message) {
  showOwn(message);
  const response = await fetch("/chat", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    credentials: "include",
    body: JSON.stringify({ message, history, page_title: document.title }),
  });
  const reply = await response.json();
  history.push({ role: "user", content: message }, { role: "assistant", content: reply.html });
  show("assistant", reply.html);
}

document.querySelector("#nora-form").addEventListener("submit", (event) => {
  event.preventDefault();
  send(event.target.elements.message.value);
  event.target.reset();
});
