/** Questions that a scanner puts to the driver, and which answers it takes. */
export interface Prompt {
  id: string;
  text: string;
  choices: string[];
}

export const prompts: Prompt[] = [
  { id: 'neighbour', text: 'Left with neighbour?', choices: ['Y', 'N'] },
  { id: 'door', text: 'Recipient allowed: leave at door?', choices: ['Y', 'N'] },
  { id: 'glass', text: 'ATTENTION: GLASS. Box intact?', choices: ['Y', 'N', 'PHOTO'] },
];

export function promptTemplate(prompt: Prompt, language: 'de' | 'en'): string {
  const suffix = language === 'de' ? 'Taste drücken' : 'press a key';
  return `${prompt.text} [${prompt.choices.join('/')}] - ${suffix}`;
}
