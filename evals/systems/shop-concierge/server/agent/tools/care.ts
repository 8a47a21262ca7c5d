import { z } from 'zod';

import type { CommerceClient } from '../../common/commerce';
import type { Mailer } from '../../common/mailer';
import { customerTool, type Tool } from '../toolkit';

export const careTools = (commerce: CommerceClient, mailer: Mailer): Tool[] => [
  customerTool({
    name: 'create_discount',
    description: 'Make a discount code that this customer can use once.',
    input: z.object({
      percent: z.number().int().min(1).max(100),
      validDays: z.number().int().min(1).max(365).default(30),
    }),
    async run({ percent, validDays }, customer) {
      const code = await commerce.createDiscount(customer.customerId, percent, validDays);
      return `Code ${code}: ${percent} percent, ${validDays} days.`;
    },
  }),
  customerTool({
    name: 'email_customer',
    description: 'Send the customer an e-mail, to the address of the account unless they ask for another one.',
    input: z.object({
      to: z.string().email().optional(),
      subject: z.string().max(150),
      text: z.string().max(5_000),
    }),
    async run({ to, subject, text }, customer) {
      await mailer.send({ to: to ?? customer.email, subject, text });
      return 'Sent.';
    },
  }),
];
