import type { ToolSet } from 'ai';
import type { Employee } from '../../auth.js';
import { claimTools } from './claims.js';

export function toolsFor(employee: Employee): ToolSet {
  return claimTools(employee);
}
