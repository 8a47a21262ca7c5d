import { describe, expect, it, vi } from 'vitest';

vi.mock('../src/settings.js', () => ({ settings: { GUIDE_MAX_STEPS: 3 } }));
vi.mock('../src/guide/llm.js', () => ({
  streamTurn: vi.fn(async () => ({
    text: '',
    tokens: 10,
    calls: [{ id: 'c1', type: 'function', function: { name: 'timetable', arguments: '{}' } }],
  })),
}));

describe('runLoop', () => {
  it('ends after the steps it may take', async () => {
    const { runLoop } = await import('../src/guide/loop.js');
    const toolbox = { specs: [], run: vi.fn(async () => '[]'), close: async () => undefined };
    const result = await runLoop('m', [], toolbox, { text: () => undefined, tool: () => undefined });
    expect(toolbox.run).toHaveBeenCalledTimes(3);
    expect(result.tokens).toBe(30);
    expect(result.answer).toContain('Student Office');
  });
});
