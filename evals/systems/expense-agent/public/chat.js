import { marked } from 'https://esm.sh/marked';

const log = document.getElementById('log');
const id = location.hash.slice(1) || crypto.randomUUID();
location.hash = id;
const headers = { authorization: `Bearer ${localStorage.getItem('token')}` };
let messages = [];

function show(role, text) {
  const p = document.createElement('div');
  p.className = role === 'user' ? 'me' : 'clerk';
  p.innerHTML = marked.parse(text);
  log.append(p);
  return p;
}

const before = await fetch(`/api/chats/${id}`, { headers });
if (before.ok) {
  ({ messages } = await before.json());
  for (const m of messages) show(m.role, m.parts.filter((p) => p.type === 'text').map((p) => p.text).join('\n'));
}

document.getElementById('form').addEventListener('submit', async (event) => {
  event.preventDefault();
  const parts = [{ type: 'text', text: document.getElementById('text').value }];
  const file = document.getElementById('file').files[0];
  if (file) {
    const body = new FormData();
    body.append('file', file);
    const receipt = await (await fetch('/api/receipts', { method: 'POST', headers, body })).json();
    parts.push({ type: 'text', text: `(receipt ${receipt.id} uploaded: ${receipt.fullText})` });
  }
  messages.push({ id: crypto.randomUUID(), role: 'user', parts });
  show('user', parts[0].text);

  const response = await fetch('/api/chat', {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ id, messages }),
  });
  let text = '';
  const box = show('assistant', '');
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
    for (const line of chunk.value.split('\n')) {
      if (!line.startsWith('data: {')) continue;
      const event = JSON.parse(line.slice(6));
      if (event.type === 'text-delta') text += event.delta;
    }
    box.innerHTML = marked.parse(text);
  }
  messages.push({ id: crypto.randomUUID(), role: 'assistant', parts: [{ type: 'text', text }] });
});
