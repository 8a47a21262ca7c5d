import { marked } from 'marked';
import { useEffect, useState } from 'react';

import { api, type ConversationHead, type Turn } from '../api';

const toHtml = (markdown: string) => ({ __html: marked.parse(markdown, { async: false, breaks: true }) });

export function Conversations() {
  const [heads, setHeads] = useState<ConversationHead[]>([]);
  const [turns, setTurns] = useState<Turn[]>([]);
  useEffect(() => void api.conversations().then(setHeads), []);

  return (
    <div className="columns">
      <ul>
        {heads.map((head) => (
          <li key={head.id}>
            <button onClick={() => api.turns(head.id).then(setTurns)}>
              #{head.id} {head.customerId ?? 'guest'} {head.rating ?? ''}
            </button>
          </li>
        ))}
      </ul>
      <article>
        {turns.map((turn, index) => (
          <div key={index} className={turn.role} dangerouslySetInnerHTML={toHtml(turn.body)} />
        ))}
      </article>
    </div>
  );
}
