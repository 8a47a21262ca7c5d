const turns = document.getElementById("turns");
const socket = new WebSocket(`wss://${location.host}/ws`);

function add(kind, fill) {
  const turn = document.createElement("div");
  turn.className = kind;
  fill(turn);
  turns.append(turn);
}

function confirmed(part) {
  add("confirm", turn => {
    turn.textContent = part.tool + " " + JSON.stringify(part.arguments, null, 2);
    for (const yes of [true, false]) {
      const button = document.createElement("button");
      button.textContent = yes ? "Do it" : "No";
      button.onclick = () => { socket.send(JSON.stringify({confirm: part.confirm, yes})); turn.remove(); };
      turn.append(button);
    }
  });
}

socket.onmessage = event => {
  const part = JSON.parse(event.data);
  if (part.confirm) confirmed(part);
  else if (part.tool) add("tool", turn => { turn.textContent = part.tool; });
  if (part.text) add("answer", turn => { turn.innerHTML = DOMPurify.sanitize(marked.parse(part.text)); });
};

document.getElementById("ask").onsubmit = event => {
  event.preventDefault();
  const text = document.getElementById("text");
  add("question", turn => { turn.textContent = text.value; });
  socket.send(text.value);
  text.value = "";
};
