import { useState } from 'react';
import { createRoot } from 'react-dom/client';

import { Conversations } from './Conversations';
import { Refunds } from './Refunds';

function Console() {
  const [page, setPage] = useState<'refunds' | 'conversations'>('refunds');
  return (
    <main>
      <nav>
        <button onClick={() => setPage('refunds')}>Refunds</button>
        <button onClick={() => setPage('conversations')}>Conversations</button>
      </nav>
      {page === 'refunds' ? <Refunds /> : <Conversations />}
    </main>
  );
}

createRoot(document.getElementById('root')!).render(<Console />);
