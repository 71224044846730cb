import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ServerSentEvent, SseReader } from './sse-reader.js';

function read(...pieces: string[]): ServerSentEvent[] {
  const reader = new SseReader();
  return pieces.flatMap((piece) => [...reader.read(piece)]);
}

describe('reading server-sent events', () => {
  it('knows types, data of several lines, and what is none', () => {
    const text =
      ': hello\nretry: 1000\n\nid: 1\ndata: a\n\nevent: end\ndata:b\ndata:  c\n\nevent: no-data\n\ndata\n\ndata: cut';
    expect(read(text)).toEqual([
      { type: 'message', data: 'a' },
      { type: 'end', data: 'b\n c' },
      { type: 'message', data: '' },
    ]);
  });

  it('reads the same whatever the pieces and the line breaks', () => {
    const event = fc.record({
      type: fc.constantFrom('message', 'end'),
      lines: fc.array(fc.string({ unit: fc.constantFrom('a', ':', ' ', 'ö', '\u2028') }), {
        minLength: 1,
        maxLength: 3,
      }),
    });
    const pieces = fc.tuple(fc.array(event), fc.constantFrom('\n', '\r\n'), fc.array(fc.nat(30)));
    fc.assert(
      fc.property(pieces, ([events, end, cuts]) => {
        const text = events.map(
          ({ type, lines }) => `event: ${type}${end}${lines.map((line) => `data: ${line}${end}`).join('')}${end}`,
        );
        const whole = text.join('');
        const pieces: string[] = [];
        let at = 0;
        for (const cut of cuts) {
          pieces.push(whole.slice(at, at + cut));
          at += cut;
        }
        const expected = events.map(({ type, lines }) => ({ type, data: lines.join('\n') }));
        expect(read(...pieces, whole.slice(at))).toEqual(expected);
      }),
    );
  });

  it('does not gather without end', () => {
    const endless = () => {
      const reader = new SseReader();
      for (let n = 0; n < 6; n++) [...reader.read('x'.repeat(1_000_000))];
    };
    expect(endless).toThrow(RangeError);
    expect(() => read(`data: ${'x'.repeat(10_000)}\n`.repeat(500))).toThrow(RangeError);
  });
});
