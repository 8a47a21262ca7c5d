import assert from 'node:assert/strict';
import { test } from 'node:test';
import { predict } from '../src/predict.js';
import { rag } from '../src/transformer.js';

test('medians are added up', () => {
  const p = predict(new Date('2025-11-03T08:00:00Z'), [
    { median_s: 3600, p20_s: 1800, p90_s: 7200 },
    { median_s: 1800, p20_s: 900, p90_s: 3600 },
  ]);
  assert.equal(p.likely.toISOString(), '2025-11-03T09:30:00.000Z');
  assert.equal(p.latest.toISOString(), '2025-11-03T11:00:00.000Z');
});

test('a day late is red', () => {
  assert.equal(rag(new Date('2025-11-05T12:00:00Z'), new Date('2025-11-04T10:00:00Z')), 'red');
});
