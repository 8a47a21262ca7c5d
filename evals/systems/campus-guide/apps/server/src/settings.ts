import { z } from 'zod';

const list = z
  .string()
  .default('')
  .transform((value) => value.split(',').map((entry) => entry.trim()).filter(Boolean));

const schema = z.object({
  PORT: z.coerce.number().int().default(8080),
  PUBLIC_URL: z.url().default('https://guide.hallbeck.example'),
  DATABASE_URL: z.string().min(1),
  REDIS_URL: z.string().default('redis://redis:6379'),
  TRUST_PROXY: z.stringbool().default(true),

  SSO_ISSUER: z.url(),
  SSO_CLIENT_ID: z.string().min(1),
  NOTICES_SECRET: z.string().min(32),

  LLM_BASE_URL: z.url().default('https://api.openai.com/v1'),
  LLM_API_KEY: z.string().min(1),
  GUIDE_MODEL: z.string().default('gpt-4.1-2025-04-14'),
  QUICK_MODEL: z.string().default('gpt-4.1-mini-2025-04-14'),
  EMBED_MODEL: z.string().default('text-embedding-3-small'),
  GUIDE_MAX_STEPS: z.coerce.number().int().min(1).max(12).default(6),
  DAILY_TOKENS: z.coerce.number().int().positive().default(120_000),

  CAMPUS_API_URL: z.url().startsWith('https://'),
  CAMPUS_API_TOKEN: z.string().min(1),

  OPS_MCP_URL: z.url().default('http://ops-mcp:8931/mcp'),
  OPS_MCP_TOKEN: z.string().optional(),
  OPS_TOOLS: list,

  HELP_WIDGET_KEY: z.string().default('hw-main-site'),
  CONVERSATION_DAYS: z.coerce.number().int().positive().default(60),
});

export type Settings = z.infer<typeof schema>;

export const settings: Settings = schema.parse(process.env);
