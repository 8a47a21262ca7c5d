const log = document.getElementById('log');
const headers = { authorization: `Bearer ${sessionStorage.getItem('token')}` };
const json = { ...headers, 'content-type': 'application/json' };
let chatId = location.hash.slice(1);

function show(role, text) {
  const p = document.createElement('div');
  p.className = role === 'user' ? 'me' : 'clerk';
  p.textContent = text;
  log.append(p);
  return p;
}

if (chatId) {
  const before = await fetch(`/api/chats/${encodeURIComponent(chatId)}`, { headers });
  const { messages } = before.ok ? await before.json() : { messages: [] };
  for (const { message } of messages) {
    show(message.role, message.parts.filter((p) => p.type === 'text').map((p) => p.text).join('\n'));
  }
} else {
  ({ id: chatId } = await (await fetch('/api/chats', { method: 'POST', headers })).json());
  location.hash = chatId;
}

document.getElementById('form').addEventListener('submit', async (event) => {
  event.preventDefault();
  let text = document.getElementById('text').value;
  const file = document.getElementById('file').files[0];
  if (file) {
    const body = new FormData();
    body.append('file', file);
    const receipt = await (await fetch('/api/receipts', { method: 'POST', headers, body })).json();
    text += ` (receipt ${receipt.id})`;
  }
  show('user', text);

  const response = await fetch('/api/chat', { method: 'POST', headers: json, body: JSON.stringify({ chatId, text }) });
  const box = show('assistant', '');
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
    for (const line of chunk.value.split('\n')) {
      if (!line.startsWith('data: {')) continue;
      const part = JSON.parse(line.slice(6));
      if (part.type === 'text-delta') box.textContent += part.delta;
    }
  }
});
