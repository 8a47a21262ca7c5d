// Chat widget, included on every shop page.
let conversation = null;

function show(role, html) {
  const line = document.createElement("div");
  line.className = `nora-${role}`;
  line.textContent = new DOMParser().parseFromString(html, "text/html").body.textContent;
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
    body: JSON.stringify({ message, conversation_id: conversation }),
  });
  const reply = await response.json();
  conversation = reply.conversation_id;
  show("assistant", reply.html);
}

document.querySelector("#nora-form").addEventListener("submit", (event) => {
  event.preventDefault();
  send(event.target.elements.message.value);
  event.target.reset();
});
