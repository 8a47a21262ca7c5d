import { resolve } from 'node:path';
import { Refused } from './types.js';

export function inside(root: string, name: string): string {
  const base = resolve(root);
  const target = resolve(base, name);
  if (!target.startsWith(base)) throw new Refused('That is outside of the documents.');
  return target;
}
