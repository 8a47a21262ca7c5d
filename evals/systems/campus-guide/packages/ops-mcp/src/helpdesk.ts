import { settings } from './settings.js';

export interface Ticket {
  id: number;
  requester: string;
  subject: string;
  status: 'open' | 'pending' | 'closed';
  messages: { from: string; text: string; attachments: string[] }[];
}

async function request(method: string, target: string, body?: unknown): Promise<Response> {
  const response = await fetch(new URL(target, settings.HELPDESK_URL), {
    method,
    headers: { authorization: `Token ${settings.HELPDESK_TOKEN}`, 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: AbortSignal.timeout(10_000),
  });
  if (!response.ok) throw new Error(`helpdesk ${response.status}`);
  return response;
}

export const helpdesk = {
  async search(query: string, requester?: string): Promise<Ticket[]> {
    const params = new URLSearchParams({ q: query, limit: '10' });
    if (requester) params.set('requester', requester);
    return (await request('GET', `/api/tickets?${params}`)).json() as Promise<Ticket[]>;
  },
  async read(id: number): Promise<Ticket> {
    return (await request('GET', `/api/tickets/${id}`)).json() as Promise<Ticket>;
  },
  async create(requester: string, subject: string, message: string): Promise<Ticket> {
    return (await request('POST', '/api/tickets', { requester, subject, message })).json() as Promise<Ticket>;
  },
  async reply(id: number, message: string): Promise<void> {
    await request('POST', `/api/tickets/${id}/messages`, { message });
  },
  async close(id: number): Promise<void> {
    await request('PATCH', `/api/tickets/${id}`, { status: 'closed' });
  },
  async download(href: string): Promise<string> {
    return (await (await request('GET', href)).text()).slice(0, 20_000);
  },
};
