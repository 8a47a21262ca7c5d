import { azure } from '@ai-sdk/azure';

/** Name of our deployment in Sweden Central. */
export const MODEL = 'gpt-4.1-2025-04-14';
export const model = azure(MODEL);
