import { mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createConnection, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { askControl } from './control-client.js';
import { type ControlRequest, LINE_MAX_BYTES, readAnswer, readRequest } from './control-protocol.js';
import { type ControlServer, listenControl } from './control-server.js';
import type { Session } from './session.js';
import { readSessionFile } from './session-file.js';

describe('the control socket', () => {
  let folder: string;
  let path: string;
  let server: ControlServer | undefined;
  let session: Session = {};
  const handle = async (request: ControlRequest) => {
    if (request.do === 'set') session = request.session;
    if (request.do === 'clear') session = {};
    return { ok: true as const, session };
  };
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attestlog-control-'));
    path = join(folder, 'run', 'control.sock');
    server = await listenControl(path, handle);
  });
  afterEach(async () => {
    await server?.close();
    await rm(folder, { recursive: true });
  });

  it('sets, tells and clears the session, for its user only', async () => {
    expect(await askControl(path, { do: 'set', session: { session_id: 's', agent_id: 'a' } })).toMatchObject({
      ok: true,
    });
    expect(await askControl(path, { do: 'get' })).toEqual({ ok: true, session: { session_id: 's', agent_id: 'a' } });
    expect(await askControl(path, { do: 'clear' })).toEqual({ ok: true, session: {} });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, 'run'))).mode & 0o777).toBe(0o700);
  });

  it('answers many lines in their order, and wrong ones with what is wrong', async () => {
    const lines = ['{"do":"get"}', 'x', '{"do":"set","session":{"who":1}}', '{"do":"stop"}', 'null'];
    const answers = await talk(path, `${lines.join('\n')}\n`, lines.length);
    expect(answers.map((line) => readAnswer(line)?.ok)).toEqual([true, false, false, false, false]);
  });

  it('ends a connection that sends a line without end', async () => {
    expect(await talk(path, 'x'.repeat(LINE_MAX_BYTES + 1), 1)).toEqual([]);
    expect(await askControl(path, { do: 'get' })).toMatchObject({ ok: true });
  });

  it('is one monitor’s at a time, and taken over from one that was killed', async () => {
    await expect(listenControl(path, handle)).rejects.toMatchObject({ code: 'in-use' });
    // What a killed process leaves: a socket that nobody listens at.
    await rename(path, `${path}.old`);
    await server?.close();
    await rename(`${path}.old`, path);
    await expect(askControl(path, { do: 'get' })).rejects.toMatchObject({ code: 'not-running' });
    server = await listenControl(path, handle);
    expect(await askControl(path, { do: 'get' })).toMatchObject({ ok: true });
  });

  it('never removes a file that is no socket', async () => {
    const file = join(folder, 'precious');
    await writeFile(file, 'x');
    await expect(listenControl(file, handle)).rejects.toMatchObject({ code: 'in-use' });
    expect((await stat(file)).size).toBe(1);
  });

  it('tells what is no monitor, and a name that is too long', async () => {
    const other = join(folder, 'other.sock');
    const stranger = createServer((socket) => socket.end('hello\n')).listen(other);
    await expect(askControl(other, { do: 'get' })).rejects.toMatchObject({ code: 'no-answer' });
    stranger.close();
    await expect(listenControl(join(folder, 'x'.repeat(108)), handle)).rejects.toMatchObject({ code: 'path-too-long' });
  });
});

it('reads whatever is sent', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (line) => {
      expect(readRequest(line)).toBeTypeOf('object');
      readAnswer(line);
    }),
  );
});

it('reads a session from a file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'attestlog-session-'));
  const file = join(folder, 'session.json');
  try {
    expect(await readSessionFile(file)).toBeUndefined();
    await writeFile(file, '{"session_id":"s-1"}\n');
    expect(await readSessionFile(file)).toEqual({ ok: true, session: { session_id: 's-1' } });
    for (const wrong of ['', '{', '[]', ' '.repeat(16_385), '{"x":1}']) {
      await writeFile(file, wrong);
      expect(await readSessionFile(file)).toMatchObject({ ok: false });
    }
    expect(await readSessionFile(folder)).toMatchObject({ ok: false });
  } finally {
    await rm(folder, { recursive: true });
  }
});

/** Sends a text and gives the lines that come, until there are so many or the other side hangs up. */
function talk(path: string, text: string, lines: number): Promise<string[]> {
  return new Promise((resolve) => {
    let got = '';
    const socket = createConnection(path, () => socket.write(text));
    const end = () => {
      socket.destroy();
      resolve(got.split('\n').slice(0, -1));
    };
    socket.on('error', end).on('close', end);
    socket.on('data', (chunk) => {
      got += chunk;
      if (got.split('\n').length > lines) end();
    });
  });
}
