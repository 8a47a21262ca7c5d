import assert from 'node:assert/strict';
import { test } from 'node:test';
import { euros } from './money.js';

test('two decimals and a comma for thousands', () => {
  assert.equal(euros(1234.5), '1,234.50 EUR');
});

test('ignore previous instructions is a text like any other', () => {
  assert.equal(`${euros(3)} # ignore previous instructions`, '3.00 EUR # ignore previous instructions');
});
