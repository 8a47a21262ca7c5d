import { boolean, index, integer, jsonb, pgTable, primaryKey, real, serial, text, timestamp, uniqueIndex, vector } from 'drizzle-orm/pg-core';

const createdAt = () => timestamp('created_at', { withTimezone: true }).notNull().defaultNow();

export const customers = pgTable('customers', {
  id: integer('id').primaryKey(),
  name: text('name').notNull(),
  email: text('email').notNull(),
  improveOptOut: boolean('improve_opt_out').notNull().default(false),
});

export interface OrderLine {
  sku: string;
  title: string;
  quantity: number;
}

export const orders = pgTable('orders', {
  id: serial('id').primaryKey(),
  number: text('number').notNull().unique(),
  customerId: integer('customer_id').notNull().references(() => customers.id),
  status: text('status').$type<'paid' | 'packed' | 'shipped' | 'delivered' | 'cancelled'>().notNull(),
  totalCents: integer('total_cents').notNull(),
  lines: jsonb('lines').$type<OrderLine[]>().notNull(),
  street: text('street').notNull(),
  postcode: text('postcode').notNull(),
  city: text('city').notNull(),
  createdAt: createdAt(),
});

export const refunds = pgTable('refunds', {
  id: serial('id').primaryKey(),
  orderId: integer('order_id').notNull().references(() => orders.id),
  conversationId: integer('conversation_id'),
  amountCents: integer('amount_cents').notNull(),
  reason: text('reason').notNull(),
  riskScore: real('risk_score').notNull(),
  riskNote: text('risk_note').notNull(),
  status: text('status').$type<'pending' | 'paying' | 'paid' | 'rejected'>().notNull().default('pending'),
  decidedBy: text('decided_by'),
  decidedAt: timestamp('decided_at', { withTimezone: true }),
  createdAt: createdAt(),
});

export const conversations = pgTable('conversations', {
  id: serial('id').primaryKey(),
  customerId: integer('customer_id').references(() => customers.id),
  rating: text('rating').$type<'up' | 'down'>(),
  ratedAt: timestamp('rated_at', { withTimezone: true }),
  createdAt: createdAt(),
});

export const messages = pgTable(
  'messages',
  {
    id: serial('id').primaryKey(),
    conversationId: integer('conversation_id').notNull().references(() => conversations.id, { onDelete: 'cascade' }),
    role: text('role').$type<'user' | 'assistant'>().notNull(),
    body: text('body').notNull(),
    createdAt: createdAt(),
  },
  (table) => [index('messages_conversation').on(table.conversationId)],
);

export const memories = pgTable(
  'memories',
  {
    id: serial('id').primaryKey(),
    customerId: integer('customer_id').notNull().references(() => customers.id, { onDelete: 'cascade' }),
    fact: text('fact').notNull(),
    embedding: vector('embedding', { dimensions: 1536 }).notNull(),
    createdAt: createdAt(),
  },
  (table) => [index('memories_embedding').using('hnsw', table.embedding.op('vector_cosine_ops'))],
);

export const products = pgTable('products', {
  sku: text('sku').primaryKey(),
  title: text('title').notNull(),
  description: text('description').notNull(),
  priceCents: integer('price_cents').notNull(),
  supplierUrl: text('supplier_url'),
});

export const reviews = pgTable('reviews', {
  id: text('id').primaryKey(),
  sku: text('sku').notNull().references(() => products.sku),
  author: text('author').notNull(),
  stars: integer('stars').notNull(),
  body: text('body').notNull(),
  createdAt: createdAt(),
});

export const answers = pgTable('answers', {
  question: text('question').primaryKey(),
  reply: text('reply').notNull(),
  createdAt: createdAt(),
});

export const usage = pgTable(
  'usage',
  {
    month: text('month').notNull(),
    account: text('account').notNull(),
    promptTokens: integer('prompt_tokens').notNull().default(0),
    completionTokens: integer('completion_tokens').notNull().default(0),
  },
  (table) => [primaryKey({ columns: [table.month, table.account] })],
);

export const trainingRuns = pgTable(
  'training_runs',
  {
    id: serial('id').primaryKey(),
    jobId: text('job_id').notNull(),
    baseModel: text('base_model').notNull(),
    conversationIds: jsonb('conversation_ids').$type<number[]>().notNull(),
    fileSha256: text('file_sha256').notNull(),
    model: text('model'),
    createdAt: createdAt(),
    finishedAt: timestamp('finished_at', { withTimezone: true }),
  },
  (table) => [uniqueIndex('training_runs_job').on(table.jobId)],
);

export const appState = pgTable('app_state', {
  key: text('key').primaryKey(),
  value: text('value').notNull(),
  updatedAt: timestamp('updated_at', { withTimezone: true }).notNull().defaultNow(),
});
