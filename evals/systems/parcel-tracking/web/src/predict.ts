import { query } from './db.js';

interface Section {
  median_s: number;
  p20_s: number;
  p90_s: number;
}

export interface Prediction {
  earliest: Date;
  likely: Date;
  latest: Date;
}

/** Adds the medians of the sections that are still ahead to a time. */
export function predict(from: Date, sections: Section[]): Prediction {
  const after = (pick: (s: Section) => number) =>
    new Date(from.getTime() + 1000 * sections.reduce((sum, s) => sum + pick(s), 0));
  return { earliest: after((s) => s.p20_s), likely: after((s) => s.median_s), latest: after((s) => s.p90_s) };
}

export async function sectionsAhead(places: string[], at: Date): Promise<Section[]> {
  const sections: Section[] = [];
  for (let i = 0; i + 1 < places.length; i++) {
    const [row] = await query<Section>(
      `select median_s, p20_s, p90_s from section_times
       where origin = $1 and destination = $2 and weekday = $3 and hour = $4 and trips >= 20`,
      [places[i], places[i + 1], at.getDay() || 7, at.getHours()],
    );
    sections.push(row ?? { median_s: 14_400, p20_s: 7_200, p90_s: 43_200 });
  }
  return sections;
}
