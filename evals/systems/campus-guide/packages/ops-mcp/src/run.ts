import { exec, execFile } from 'node:child_process';
import { promisify } from 'node:util';

const LIMITS = { timeout: 60_000, maxBuffer: 2 * 1024 * 1024 };

const execFileAsync = promisify(execFile);
const execAsync = promisify(exec);

export async function kubectl(...args: string[]): Promise<string> {
  const { stdout } = await execFileAsync('kubectl', args, LIMITS);
  return stdout.trim();
}

export const quote = (value: string): string => `"${value.replaceAll('"', '\\"')}"`;

export async function pipeline(...steps: string[]): Promise<string> {
  const { stdout } = await execAsync(steps.join(' | '), { ...LIMITS, shell: '/bin/bash' });
  return stdout.trim();
}
