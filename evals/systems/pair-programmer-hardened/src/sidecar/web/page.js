const by = id => document.getElementById(id);
const token = () => sessionStorage.getItem("token") ?? "";
const call = (method, url, body) =>
  fetch(url, { method, headers: { "content-type": "application/json", authorization: `Bearer ${token()}` }, body: body && JSON.stringify(body) }).then(r => (r.status === 204 ? null : r.json()));
let session = null;
let shown = 0;

function show(text, mine) {
  const turn = document.createElement("div");
  turn.className = mine ? "turn me" : "turn";
  if (mine) turn.textContent = text;
  else turn.innerHTML = DOMPurify.sanitize(marked.parse(text), { FORBID_TAGS: ["img", "style", "form"] });
  by("turns").append(turn);
}

function ask(key, one) {
  const box = document.createElement("div");
  const what = document.createElement("pre");
  what.textContent = `${one.tool}\n\n${one.shown}`;
  const buttons = ["yes", "no"].map(word => {
    const button = document.createElement("button");
    button.textContent = word;
    button.onclick = () => call("POST", `/sessions/${session}/asked/${key}`, { yes: word === "yes" });
    return button;
  });
  box.append(what, ...buttons);
  by("asked").append(box);
}

async function look() {
  if (!session) return;
  const kept = await call("GET", `/sessions/${session}`);
  for (const message of kept.messages.slice(shown))
    for (const block of typeof message.content === "string" ? [{ type: "text", text: message.content }] : message.content)
      if (block.type === "text") show(block.text, message.role === "user");
  shown = kept.messages.length;
  by("asked").replaceChildren();
  for (const [key, one] of Object.entries(kept.asked)) ask(key, one);
}

call("GET", "/workspaces").then(names => {
  for (const name of names) by("workspace").append(new Option(name));
});
by("begin").onclick = async () => {
  session = (await call("POST", "/sessions", { workspace: by("workspace").value })).id;
  shown = 0;
  by("turns").replaceChildren();
};
by("text").onkeydown = async event => {
  if (event.key !== "Enter" || event.shiftKey || !session) return;
  event.preventDefault();
  const text = event.target.value;
  event.target.value = "";
  await call("POST", `/sessions/${session}/messages`, { text });
};
setInterval(look, 1500);
