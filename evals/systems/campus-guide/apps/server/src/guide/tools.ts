import type { ChatCompletionTool } from 'openai/resources/chat/completions';
import { z } from 'zod';
import type { Caller } from '../auth.js';
import { many } from '../infra.js';
import { campus } from './campus.js';
import { asText, audiencesOf, search } from './knowledge.js';
import { openOps } from './ops.js';

export interface Toolbox {
  specs: ChatCompletionTool[];
  run(name: string, args: Record<string, unknown>): Promise<string>;
  close(): Promise<void>;
}

interface Tool {
  description: string;
  input: z.ZodObject;
  run(args: any, caller: Caller): Promise<unknown>;
}

const ROOM_ORDER = { name: 'name ASC', seats: 'seats DESC', building: 'building ASC, name ASC' } as const;

const studentTools: Record<string, Tool> = {
  search_knowledge: {
    description: 'Search regulations, guides and tips of students.',
    input: z.object({ question: z.string().max(400) }),
    run: async ({ question }, caller) => asText(await search(question, audiencesOf(caller))),
  },
  timetable: {
    description: 'The timetable of the person.',
    input: z.object({}),
    run: (_args, caller) => campus.timetable(caller.studentNumber),
  },
  exam_results: {
    description: 'Exam results of a term, such as 2025W.',
    input: z.object({ term: z.string().regex(/^\d{4}[WS]$/), student_number: z.string().optional() }),
    run: ({ term, student_number }, caller) => campus.results(student_number ?? caller.studentNumber, term),
  },
  library_loans: {
    description: 'Books the person has borrowed.',
    input: z.object({}),
    run: (_args, caller) => campus.loans(caller.studentNumber),
  },
  find_room: {
    description: 'Find rooms for learning by part of the name.',
    input: z.object({ name: z.string().max(60), sort: z.enum(['name', 'seats', 'building']).default('name') }),
    run: ({ name, sort }: { name: string; sort: keyof typeof ROOM_ORDER }) =>
      many(
        `SELECT name, building, seats FROM rooms WHERE name ILIKE '%' || $1 || '%'
         ORDER BY ${ROOM_ORDER[sort]} LIMIT 10`,
        [name],
      ),
  },
};

const asSpec = ([name, tool]: [string, Tool]): ChatCompletionTool => ({
  type: 'function',
  function: { name, description: tool.description, parameters: z.toJSONSchema(tool.input) as Record<string, unknown> },
});

export async function studentToolbox(caller: Caller): Promise<Toolbox> {
  const ops = await openOps(caller);
  return {
    specs: [...Object.entries(studentTools).map(asSpec), ...ops.specs],
    async run(name, args) {
      const tool = Object.hasOwn(studentTools, name) ? studentTools[name] : undefined;
      if (tool) {
        const result = await tool.run(tool.input.parse(args), caller);
        return typeof result === 'string' ? result : JSON.stringify(result);
      }
      if (!ops.names.has(name)) throw new Error('unknown tool');
      return ops.run(name, args);
    },
    close: () => ops.close(),
  };
}

const question = z.object({ question: z.string().max(400) });

export function visitorToolbox(): Toolbox {
  return {
    specs: [asSpec(['search_knowledge', { description: 'Search the help pages.', input: question, run: async () => '' }])],
    async run(name, args) {
      if (name !== 'search_knowledge') throw new Error('unknown tool');
      return asText(await search(question.parse(args).question, audiencesOf()));
    },
    close: async () => undefined,
  };
}
