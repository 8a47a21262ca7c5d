import { settings } from '../settings.js';

async function call<T>(method: 'GET' | 'POST', path: string, body?: unknown): Promise<T> {
  const response = await fetch(new URL(path, settings.CAMPUS_API_URL), {
    method,
    headers: { authorization: `Bearer ${settings.CAMPUS_API_TOKEN}`, 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: AbortSignal.timeout(8000),
  });
  if (!response.ok) throw new Error(`campus api ${response.status}`);
  return (await response.json()) as T;
}

export interface Course {
  code: string;
  title: string;
  room: string;
  weekday: string;
}

function number(studentNumber: string): string {
  if (!/^\d{6,9}$/.test(studentNumber)) throw new Error('not a student number');
  return studentNumber;
}

export const campus = {
  timetable: (studentNumber: string) => call<Course[]>('GET', `/students/${number(studentNumber)}/timetable`),
  results: (studentNumber: string, term: string) =>
    call<unknown[]>('GET', `/students/${number(studentNumber)}/results?term=${encodeURIComponent(term)}`),
  loans: (studentNumber: string) => call<unknown[]>('GET', `/library/loans/${number(studentNumber)}`),
  grantExtension: (studentNumber: string, course: string, days: number) =>
    call<{ dueOn: string }>('POST', `/students/${number(studentNumber)}/extensions`, { course, days }),
};
