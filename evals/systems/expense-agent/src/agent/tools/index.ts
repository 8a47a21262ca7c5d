import type { ToolSet } from 'ai';
import type { Employee } from '../../auth.js';
import { claimTools } from './claims.js';
import { mailTools } from './mail.js';
import { noteTools } from './notes.js';
import { paymentTools } from './payments.js';
import { webTools } from './web.js';

export function toolsFor(employee: Employee): ToolSet {
  return {
    ...claimTools(employee),
    ...paymentTools(employee),
    ...mailTools(),
    ...noteTools(employee),
    ...webTools(employee),
  };
}
