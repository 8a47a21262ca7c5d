import { defineStore } from 'pinia';
import { computed, ref } from 'vue';
import { api } from '../lib/api';

export interface Me {
  studentNumber: string;
  name: string;
  roles: string[];
}

export const useSession = defineStore('session', () => {
  const me = ref<Me | null>(null);
  const isCurator = computed(() => me.value?.roles.includes('curator') ?? false);

  async function load(): Promise<void> {
    me.value = await api<Me>('/me').catch(() => null);
  }

  return { me, isCurator, load };
});
