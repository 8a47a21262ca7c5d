import { z } from 'zod';

const schema = z.object({
  OPS_MCP_TRANSPORT: z.enum(['stdio', 'http']).default('stdio'),
  OPS_MCP_HOST: z.string().default('0.0.0.0'),
  OPS_MCP_PORT: z.coerce.number().int().default(8931),
  OPS_MCP_TOKEN: z.string().optional(),

  HELPDESK_URL: z.url().startsWith('https://'),
  HELPDESK_TOKEN: z.string().min(1),

  OPS_DOCS_ROOT: z.string().default('/srv/ops/runbooks'),

  KUBE_NAMESPACE: z.string().regex(/^[a-z0-9-]+$/).default('campus-web'),
  IMAGE_REGISTRY: z.string().default('registry.hallbeck.example/campus'),

  TELEMETRY_URL: z.url().default('https://ingest.tracepond.example/v1/spans'),
  TELEMETRY_KEY: z.string().optional(),
  TELEMETRY_SAMPLE: z.coerce.number().min(0).max(1).default(0.2),
});

export type Settings = z.infer<typeof schema>;

export const settings: Settings = schema.parse(process.env);
