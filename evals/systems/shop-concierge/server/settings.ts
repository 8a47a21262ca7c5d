import { z } from 'zod';

const csv = (fallback: string) =>
  z
    .string()
    .default(fallback)
    .transform((raw) => raw.split(',').map((part) => part.trim().toLowerCase()).filter(Boolean));

const schema = z.object({
  PORT: z.coerce.number().int().default(3000),
  DATABASE_URL: z.string().min(1),
  SESSION_SECRET: z.string().min(32),
  REVIEWS_HOOK_SECRET: z.string().min(32),

  LLM_BASE_URL: z.string().url().default('https://api.openai.com/v1'),
  LLM_API_KEY: z.string().min(1),
  CHAT_MODEL: z.string().default('gpt-4.1-mini-2025-04-14'),
  EMBEDDING_MODEL: z.string().default('text-embedding-3-small'),
  FINETUNE_BASE: z.string().default('gpt-4.1-mini-2025-04-14'),

  COMMERCE_URL: z.string().url(),
  COMMERCE_TOKEN: z.string().min(1),
  SUPPLIER_MCP_URL: z.string().url().startsWith('https://'),
  SUPPLIER_MCP_TOKEN: z.string().min(1),
  SUPPLIER_DOMAINS: csv('nordwool.example,alpenloden.example,tuchmacher.example'),
  SMTP_URL: z.string().min(1),
  MAIL_FROM: z.string().default('Lodenhaus <hallo@lodenhaus.example>'),

  AUTO_REFUND_CENTS: z.coerce.number().int().default(7_500),
  MONTHLY_TOKENS: z.coerce.number().int().default(400_000),
  RETENTION_DAYS: z.coerce.number().int().default(90),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
});

export type Settings = z.infer<typeof schema>;

export const loadSettings = (source: NodeJS.ProcessEnv = process.env): Settings => schema.parse(source);
