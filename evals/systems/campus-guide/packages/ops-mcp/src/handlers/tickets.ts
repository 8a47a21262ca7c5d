import { z } from 'zod';
import { helpdesk, type Ticket } from '../helpdesk.js';
import { Refused, type ToolTable } from '../types.js';

const id = z.number().int().positive();

function shown(ticket: Ticket): string {
  const head = `#${ticket.id} ${ticket.subject} (${ticket.status})`;
  return [head, ...ticket.messages.map((message) => `${message.from}: ${message.text} ${message.attachments.join(' ')}`)].join('\n');
}

async function readable(ticketId: number, actor?: string): Promise<Ticket> {
  const ticket = await helpdesk.read(ticketId);
  if (actor && ticket.requester !== actor) throw new Refused('This ticket is not yours.');
  return ticket;
}

export const tickets: ToolTable = {
  ticket_search: {
    description: 'Search tickets of the help desk.',
    input: z.object({ query: z.string().max(200) }),
    run: async ({ query }, { actor }) =>
      (await helpdesk.search(query, actor)).map((ticket) => `#${ticket.id} ${ticket.subject} (${ticket.status})`).join('\n'),
  },
  ticket_read: {
    description: 'Read a ticket with all its messages.',
    input: z.object({ id }),
    run: async (args, { actor }) => shown(await readable(args.id, actor)),
  },
  ticket_attachment: {
    description: 'Read a text attachment of a ticket by its link.',
    input: z.object({ href: z.string().max(500) }),
    run: ({ href }) => helpdesk.download(href),
  },
  ticket_create: {
    description: 'Open a ticket for the person.',
    input: z.object({ subject: z.string().min(5).max(120), message: z.string().min(10).max(4000) }),
    run: async ({ subject, message }, { actor }) => {
      if (!actor) throw new Refused('Tickets are opened for a person only.');
      return shown(await helpdesk.create(actor, subject, message));
    },
  },
  ticket_reply: {
    description: 'Send an answer to the requester of a ticket.',
    input: z.object({ id, message: z.string().min(1).max(4000), close: z.boolean().default(false) }),
    run: async (args, { actor }) => {
      await readable(args.id, actor);
      await helpdesk.reply(args.id, args.message);
      if (args.close) await helpdesk.close(args.id);
      return `Sent to the requester of #${args.id}.`;
    },
  },
};
