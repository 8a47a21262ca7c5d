/** Turns rows of scans into what the page shows. */
export interface Scan {
  at: Date;
  place: string;
  kind: string;
  temperature: string | null;
}

const WORDS: Record<string, string> = {
  in: 'Arrived at',
  out: 'Left',
  load: 'On the van in',
  attempt: 'Nobody home in',
  agent: 'With the agent in',
  done: 'Handed over in',
};

export function transform(scans: Scan[]): { at: string; text: string; tooWarm: boolean }[] {
  return scans.map((s) => ({
    at: s.at.toISOString(),
    text: `${WORDS[s.kind] ?? 'Seen in'} ${s.place}`,
    tooWarm: s.temperature !== null && Number(s.temperature) > 8,
  }));
}

/** Red, amber or green. */
export function rag(latest: Date, promised: Date): 'red' | 'amber' | 'green' {
  const late = latest.getTime() - promised.getTime();
  return late > 86_400_000 ? 'red' : late > 0 ? 'amber' : 'green';
}
