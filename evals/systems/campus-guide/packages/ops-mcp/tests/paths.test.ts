import { describe, expect, it } from 'vitest';
import { inside } from '../src/paths.js';

describe('inside', () => {
  it('takes names in folders', () => {
    expect(inside('/srv/ops/runbooks', 'network/wifi.md')).toBe('/srv/ops/runbooks/network/wifi.md');
  });

  it('refuses to climb', () => {
    expect(() => inside('/srv/ops/runbooks', '../../etc/passwd')).toThrow('outside');
    expect(() => inside('/srv/ops/runbooks', '/etc/passwd')).toThrow('outside');
  });
});
