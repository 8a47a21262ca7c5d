import type { z } from 'zod';

export interface Context {
  actor?: string;
}

export interface ToolDefinition {
  description: string;
  input: z.ZodObject;
  run(args: any, context: Context): Promise<string>;
}

export type ToolTable = Record<string, ToolDefinition>;

export class Refused extends Error {}
