import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fanotifyEventBytes } from '../../testing/fanotify-event-bytes.js';
import { FAN, fanotifyEvents } from './fanotify-event.js';

describe('events of fanotify', () => {
  it('are read one after the other', () => {
    const handle = Buffer.from('0800000001000000aabbccddeeff0011', 'hex');
    const bytes = Buffer.concat([
      fanotifyEventBytes({ mask: FAN.MODIFY, processId: 17, handle, name: 'a file é' }),
      fanotifyEventBytes({ mask: FAN.ATTRIB | FAN.ONDIR, processId: 18, handle, name: '.' }),
      fanotifyEventBytes({ mask: FAN.Q_OVERFLOW, processId: 0 }),
    ]);
    expect([...fanotifyEvents(bytes)]).toEqual([
      { mask: FAN.MODIFY, processId: 17, handle, name: 'a file é' },
      { mask: FAN.ATTRIB | FAN.ONDIR, processId: 18, handle, name: '' },
      { mask: FAN.Q_OVERFLOW, processId: 0, handle: undefined, name: '' },
    ]);
  });

  it('are read to where they are whole, whatever the bytes are', () => {
    const event = fanotifyEventBytes({ mask: FAN.CREATE, processId: 1, handle: Buffer.alloc(16), name: 'x' });
    fc.assert(
      fc.property(fc.nat(event.length), fc.array(fc.tuple(fc.nat(event.length - 1), fc.nat(255))), (length, writes) => {
        const bytes = Buffer.from(event);
        for (const [place, value] of writes) bytes[place] = value;
        for (const read of fanotifyEvents(bytes.subarray(0, length))) expect(read.name).toBeTypeOf('string');
      }),
    );
  });
});
