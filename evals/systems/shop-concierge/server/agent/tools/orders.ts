import { z } from 'zod';

import type { Order, OrderRepository } from '../../data/orders';
import { customerTool, type Tool } from '../toolkit';

const euros = (cents: number) => `${(cents / 100).toFixed(2)} EUR`;

const describe = (order: Order) =>
  [
    `${order.number} of ${order.createdAt.toISOString().slice(0, 10)}: ${order.status}, ${euros(order.totalCents)}`,
    ...order.lines.map((line) => `  ${line.quantity} x ${line.title} (${line.sku})`),
    `  to ${order.street}, ${order.postcode} ${order.city}`,
  ].join('\n');

export const orderTools = (orders: OrderRepository): Tool[] => [
  customerTool({
    name: 'list_orders',
    description: 'The latest orders of the customer, newest first.',
    input: z.object({}),
    async run(_, customer) {
      const found = await orders.recent(customer.customerId);
      return found.length ? found.map(describe).join('\n') : 'No orders yet.';
    },
  }),
  customerTool({
    name: 'look_up_order',
    description: 'One order of the customer by its number, for example L-204518.',
    input: z.object({ number: z.string().max(20) }),
    async run({ number }, customer) {
      const order = await orders.findOwn(customer.customerId, number);
      return order ? describe(order) : 'No such order.';
    },
  }),
  customerTool({
    name: 'change_address',
    description: 'Send an order that has not left yet to another address.',
    input: z.object({
      number: z.string().max(20),
      street: z.string().min(3).max(120),
      postcode: z.string().regex(/^\d{4,5}$/),
      city: z.string().min(2).max(80),
    }),
    async run({ number, ...address }) {
      const order = await orders.findByNumber(number);
      if (!order) return 'No such order.';
      if (order.status !== 'paid') return `Too late, the order is ${order.status}.`;
      await orders.readdress(order.id, address);
      return `Order ${number} now goes to ${address.street}, ${address.postcode} ${address.city}.`;
    },
  }),
];
