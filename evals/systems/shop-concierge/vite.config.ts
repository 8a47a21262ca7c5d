import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  root: 'web',
  plugins: [react()],
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    rollupOptions: { input: { console: 'web/console.html', widget: 'web/widget.html' } },
  },
  server: { proxy: { '/api': 'http://localhost:3000' } },
});
