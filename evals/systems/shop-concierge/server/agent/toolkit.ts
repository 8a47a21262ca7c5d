import type { ChatCompletionTool } from 'openai/resources/chat/completions';
import { z } from 'zod';

export interface Caller {
  customerId?: number;
  name?: string;
  email?: string;
}

export type Customer = Required<Caller>;

export interface Turn {
  caller: Caller;
  conversationId: number;
}

export interface Tool {
  name: string;
  description: string;
  audience: 'anyone' | 'customer';
  parameters: Record<string, unknown>;
  run(input: unknown, turn: Turn): Promise<string>;
}

export const isCustomer = (caller: Caller): caller is Customer => caller.customerId !== undefined;

export function anyoneTool<S extends z.ZodType>(spec: {
  name: string;
  description: string;
  input: S;
  run(input: z.infer<S>): Promise<string>;
}): Tool {
  return {
    name: spec.name,
    description: spec.description,
    audience: 'anyone',
    parameters: z.toJSONSchema(spec.input) as Record<string, unknown>,
    run: async (input) => spec.run(spec.input.parse(input)),
  };
}

export function customerTool<S extends z.ZodType>(spec: {
  name: string;
  description: string;
  input: S;
  run(input: z.infer<S>, customer: Customer, conversationId: number): Promise<string>;
}): Tool {
  return {
    name: spec.name,
    description: spec.description,
    audience: 'customer',
    parameters: z.toJSONSchema(spec.input) as Record<string, unknown>,
    run: async (input, { caller, conversationId }) => {
      if (!isCustomer(caller)) return 'Please sign in first.';
      return spec.run(spec.input.parse(input), caller, conversationId);
    },
  };
}

export class Toolkit {
  constructor(
    private readonly own: Tool[],
    private readonly remote: () => Promise<Tool[]>,
  ) {}

  async open(turn: Turn) {
    const byName = new Map([...this.own, ...(await this.remote())].map((tool) => [tool.name, tool]));
    const offered = [...byName.values()].filter((tool) => tool.audience === 'anyone' || isCustomer(turn.caller));
    return {
      specs: offered.map(
        ({ name, description, parameters }): ChatCompletionTool => ({ type: 'function', function: { name, description, parameters } }),
      ),
      run: async (name: string, input: string): Promise<string> => {
        const tool = offered.find((candidate) => candidate.name === name);
        if (!tool) return `There is no tool ${name}.`;
        try {
          return await tool.run(JSON.parse(input || '{}'), turn);
        } catch (failure) {
          return failure instanceof z.ZodError ? `Wrong input: ${z.prettifyError(failure)}` : 'The tool failed, try again later.';
        }
      },
    };
  }
}
