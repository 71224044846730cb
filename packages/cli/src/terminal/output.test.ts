import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { PipeClosed } from '../failure.js';
import { Capture } from '../testing/run-cli.js';
import { outputTo } from './output.js';

describe('output', () => {
  it('waits for a slow reader', async () => {
    let release = () => {};
    const slow = new Writable({
      write(_chunk, _encoding, done) {
        release = () => done();
      },
    });
    let written = false;
    const writing = outputTo(slow)
      .write('x')
      .then(() => {
        written = true;
      });
    await new Promise((resolve) => setImmediate(resolve));
    expect(written).toBe(false);
    release();
    await writing;
  });

  it('tells that the reader has gone, at that write and at every later one', async () => {
    let closed = 0;
    const output = outputTo(new Capture(undefined, 3), () => {
      closed += 1;
    });
    await output.write('abc');
    await expect(output.write('d')).rejects.toBeInstanceOf(PipeClosed);
    await expect(output.write('e')).rejects.toBeInstanceOf(PipeClosed);
    expect(closed).toBe(1);
  });
});
