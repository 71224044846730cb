import { expect, it } from 'vitest';
import { traceOf } from './traceparent.js';

const trace_id = '0af7651916cd43dd8448eb211c80319c';
const span_id = 'b7ad6b7169203331';

// The forms of the recommendation, section 3.2.2, and what its test suite refuses.
it.each([
  [`00-${trace_id}-${span_id}-01`, true],
  [`00-${trace_id}-${span_id}-00`, true],
  [` 00-${trace_id}-${span_id}-01 `, true],
  [`cc-${trace_id}-${span_id}-01`, true],
  [`cc-${trace_id}-${span_id}-01-what-the-future-will-be-like`, true],
  [`cc-${trace_id}-${span_id}-01.what`, false],
  [`00-${trace_id}-${span_id}-01-what`, false],
  [`ff-${trace_id}-${span_id}-01`, false],
  [`00-${'0'.repeat(32)}-${span_id}-01`, false],
  [`00-${trace_id}-${'0'.repeat(16)}-01`, false],
  [`00-${trace_id.toUpperCase()}-${span_id}-01`, false],
  [`00-${trace_id}-${span_id}`, false],
  [`00-${trace_id}-${span_id}-x1`, false],
  [`00-${trace_id.slice(1)}-${span_id}-01`, false],
  ['', false],
  [undefined, false],
  [null, false],
])('%s', (header, isTrace) => {
  expect(traceOf(header)).toEqual(isTrace ? { trace_id, span_id } : undefined);
});
