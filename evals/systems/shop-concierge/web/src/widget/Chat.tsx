import DOMPurify from 'dompurify';
import { marked } from 'marked';
import { useEffect, useState, type FormEvent } from 'react';

import { api, type Turn } from '../api';

const KEY = 'lina-conversation';

function Bubble({ turn }: { turn: Turn }) {
  if (turn.role === 'user') return <p className="bubble user">{turn.body}</p>;
  const html = DOMPurify.sanitize(marked.parse(turn.body, { async: false }), { FORBID_TAGS: ['img', 'style', 'form'] });
  return <div className="bubble assistant" dangerouslySetInnerHTML={{ __html: html }} />;
}

export function Chat() {
  const [turns, setTurns] = useState<Turn[]>([]);
  const [conversation, setConversation] = useState<number | undefined>(() => Number(localStorage.getItem(KEY)) || undefined);
  const [text, setText] = useState('');
  const [busy, setBusy] = useState(false);

  useEffect(() => {
    if (!conversation || turns.length) return;
    api.reopen(conversation).then(
      (found) => setTurns(found.turns),
      () => setConversation(undefined),
    );
  }, [conversation]);

  async function send(event: FormEvent) {
    event.preventDefault();
    const body = text.trim();
    if (!body || busy) return;
    setBusy(true);
    setText('');
    setTurns((before) => [...before, { role: 'user', body }]);
    try {
      const { conversationId, reply } = await api.ask(body, conversation);
      localStorage.setItem(KEY, String(conversationId));
      setConversation(conversationId);
      setTurns((before) => [...before, { role: 'assistant', body: reply }]);
    } catch {
      setTurns((before) => [...before, { role: 'assistant', body: 'Something went wrong, please try again.' }]);
    } finally {
      setBusy(false);
    }
  }

  return (
    <section className="lina">
      {turns.map((turn, index) => (
        <Bubble key={index} turn={turn} />
      ))}
      {conversation && turns.length > 1 && (
        <p className="rate">
          Was this helpful? <button onClick={() => api.rate(conversation, 'up')}>Yes</button>
          <button onClick={() => api.rate(conversation, 'down')}>No</button>
        </p>
      )}
      <form onSubmit={send}>
        <input value={text} maxLength={2000} onChange={(event) => setText(event.target.value)} placeholder="Ask Lina" />
        <button disabled={busy}>Send</button>
      </form>
    </section>
  );
}
