export interface Turn {
  role: 'user' | 'assistant';
  body: string;
}

export interface PendingRefund {
  refund: { id: number; amountCents: number; reason: string; riskScore: number; riskNote: string; createdAt: string };
  orderNumber: string;
  totalCents: number;
}

export interface ConversationHead {
  id: number;
  customerId: number | null;
  rating: 'up' | 'down' | null;
  createdAt: string;
}

async function call<T>(path: string, init: { method?: string; body?: unknown } = {}): Promise<T> {
  const response = await fetch(`/api${path}`, {
    method: init.method ?? 'GET',
    credentials: 'same-origin',
    headers: init.body === undefined ? {} : { 'content-type': 'application/json' },
    body: init.body === undefined ? undefined : JSON.stringify(init.body),
  });
  if (!response.ok) throw new Error(`${response.status} on ${path}`);
  return response.status === 204 ? (undefined as T) : ((await response.json()) as T);
}

export const api = {
  ask: (text: string, conversationId?: number) =>
    call<{ conversationId: number; reply: string }>('/chat', { method: 'POST', body: { text, conversationId } }),
  reopen: (id: number) => call<{ turns: Turn[] }>(`/chat/${id}`),
  rate: (id: number, rating: 'up' | 'down') => call<void>(`/chat/${id}/rating`, { method: 'POST', body: { rating } }),
  pendingRefunds: () => call<PendingRefund[]>('/console/refunds'),
  decide: (id: number, decision: 'approve' | 'reject') =>
    call<void>(`/console/refunds/${id}/decision`, { method: 'POST', body: { decision } }),
  conversations: () => call<ConversationHead[]>('/console/conversations'),
  turns: (id: number) => call<Turn[]>(`/console/conversations/${id}`),
};
