import { defineStore } from 'pinia';
import { ref } from 'vue';
import { api, events } from '../lib/api';

export interface Turn {
  role: 'user' | 'assistant';
  content: string;
  done: boolean;
}

export interface Summary {
  id: number;
  title: string;
}

export const useChat = defineStore('chat', () => {
  const turns = ref<Turn[]>([]);
  const recent = ref<Summary[]>([]);
  const conversationId = ref<number>();
  const working = ref('');

  async function loadRecent(): Promise<void> {
    recent.value = await api<Summary[]>('/conversations');
  }

  async function open(id: number): Promise<void> {
    const found = await api<{ turns: Omit<Turn, 'done'>[] }>(`/conversations/${id}`);
    conversationId.value = id;
    turns.value = found.turns.map((turn) => ({ ...turn, done: true }));
  }

  async function ask(question: string, mode: 'thorough' | 'quick'): Promise<void> {
    turns.value.push({ role: 'user', content: question, done: true }, { role: 'assistant', content: '', done: false });
    const answer = turns.value[turns.value.length - 1]!;
    for await (const { event, data } of events('/chat', { conversationId: conversationId.value, question, mode })) {
      if (event === 'start') conversationId.value = data.conversationId;
      if (event === 'tool') working.value = data;
      if (event === 'text') answer.content += data;
      if (event === 'failed') answer.content = data.message;
    }
    answer.done = true;
    working.value = '';
    await loadRecent();
  }

  return { turns, recent, conversationId, working, loadRecent, open, ask };
});
