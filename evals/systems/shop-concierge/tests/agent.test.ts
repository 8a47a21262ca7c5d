import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';

import { Concierge, type ConciergeParts } from '../server/agent/concierge';
import { supplierHost } from '../server/agent/tools/catalogue';
import { customerTool, Toolkit } from '../server/agent/toolkit';

const echo = customerTool({
  name: 'echo',
  description: 'Says it again.',
  input: z.object({ word: z.string() }),
  run: async ({ word }, customer) => `${customer.name}: ${word}`,
});

const anna = { customerId: 7, name: 'Anna', email: 'anna@example.org' };

describe('toolkit', () => {
  const toolkit = new Toolkit([echo], async () => []);

  it('keeps tools of customers from guests', async () => {
    const tools = await toolkit.open({ caller: {}, conversationId: 1 });
    expect(tools.specs).toHaveLength(0);
    expect(await tools.run('echo', '{"word":"hi"}')).toBe('There is no tool echo.');
  });

  it('checks what the model sends', async () => {
    const tools = await toolkit.open({ caller: anna, conversationId: 1 });
    expect(await tools.run('echo', '{"word":"hi"}')).toBe('Anna: hi');
    expect(await tools.run('echo', '{}')).toContain('Wrong input');
    expect(await tools.run('echo', '{')).toBe('The tool failed, try again later.');
  });
});

describe('concierge', () => {
  it('gives up after eight steps', async () => {
    const call = { id: 'c', type: 'function', function: { name: 'echo', arguments: '{"word":"again"}' } };
    const complete = vi.fn(async () => ({ message: { role: 'assistant', content: null, tool_calls: [call] }, usage: undefined }));
    const append = vi.fn();
    const parts = {
      llm: { complete },
      toolkit: new Toolkit([echo], async () => []),
      memory: { recall: async () => [], learn: async () => undefined },
      answers: { find: async () => undefined, keep: async () => undefined },
      conversations: { lastTurns: async () => [], append },
      meter: { assertBudget: async () => undefined, record: async () => undefined },
      log: { info: () => undefined },
    } as unknown as ConciergeParts;
    const reply = await new Concierge(parts).reply(anna, 3, 'hello');
    expect(complete).toHaveBeenCalledTimes(8);
    expect(append).toHaveBeenCalledWith(3, 'hello', reply);
  });
});

describe('supplier pages', () => {
  const domains = ['nordwool.example'];

  it.each(['https://nordwool.example/care', 'https://www.nordwool.example/certificates'])('reads %s', (url) => {
    expect(supplierHost(url, domains)?.href).toBe(url);
  });

  it.each(['http://nordwool.example/', 'https://example.org/nordwool.example', 'https://nordwool.example:8443/', 'file:///etc/hosts'])(
    'does not read %s',
    (url) => {
      expect(supplierHost(url, domains)).toBeUndefined();
    },
  );
});
