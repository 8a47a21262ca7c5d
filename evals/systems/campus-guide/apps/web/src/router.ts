import { createRouter, createWebHistory } from 'vue-router';

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/', component: () => import('./views/ChatView.vue') },
    { path: '/extensions', component: () => import('./views/ExtensionView.vue') },
    { path: '/curation', component: () => import('./views/CurationView.vue') },
  ],
});
