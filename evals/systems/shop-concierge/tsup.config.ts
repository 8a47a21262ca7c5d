import { defineConfig } from 'tsup';

export default defineConfig({
  entry: { main: 'server/main.ts', worker: 'server/worker.ts' },
  format: 'esm',
  target: 'node22',
  outDir: 'dist/server',
  clean: true,
});
