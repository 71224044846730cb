import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ServerProcess } from '../../support/server-process.js';
import { cutOff, expectToldOrHarmless, expectWholeAgain, flipBytes } from './damage.js';
import { RecordedFolder } from './recorded-folder.js';
import { untilTrouble } from './trouble.js';

let folder: RecordedFolder;
beforeAll(async () => {
  folder = await RecordedFolder.make();
});
afterAll(() => folder.dispose());

/** The folder of the largest part, which is one of events that no merge has taken over, nor has begun to write. */
async function largestPart(): Promise<string> {
  const files = await folder.files('chdb/store', '/data.bin');
  return dirname(files.find((file) => !file.includes('/tmp_'))!);
}

/** In how many places a part is changed: enough to meet the entries, which are most of it, whatever column begins where. */
const CHANGED_PLACES = 16;

test.each(['data.bin', 'data.cmrk4', 'primary.cidx', 'checksums.txt'])('a cut-off %s stops the start', async (name) => {
  const file = join(await largestPart(), name);
  const data = await folder.copy();
  const { size } = await stat(join(data, file));
  await cutOff(join(data, file), Math.floor(size / 2));
  expect(await expectToldOrHarmless(folder, data, file)).toBe(true);
});

test('a part with changed bytes is told by whoever reads it, and by /readyz from then on', async () => {
  const file = join(await largestPart(), 'data.bin');
  const data = await folder.copy();
  const { size } = await stat(join(data, file));
  for (let place = 1; place <= CHANGED_PLACES; place++) {
    await flipBytes(join(data, file), Math.floor((size * place) / (CHANGED_PLACES + 1)), 4);
  }
  const server = await ServerProcess.start({ data });
  try {
    // Whoever meets it first: a reader of entries, or the sequencer, which looks ids up and seals nothing more.
    const refused = expect(folder.expectWhole(server)).rejects.toThrow('data-corrupt');
    await Promise.race([refused, untilTrouble(server, 'sequencer')]);
    const [trouble] = await untilTrouble(server, 'store');
    expect(trouble!.detail).toMatch(/Checksum doesn't match|CHECKSUM_DOESNT_MATCH|[Cc]orrupt/);
    expect(server.log).toMatch(/"level":50.*"code":"data-corrupt"|"level":60.*"msg":"sealing failed"/);
  } finally {
    await server.kill();
  }
  await expectWholeAgain(folder, data, file);
});
