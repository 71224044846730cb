import { createConnection } from 'node:net';
import { type ControlAnswer, type ControlRequest, LINE_MAX_BYTES, readAnswer } from './control-protocol.js';

const ANSWER_TIMEOUT_MS = 10_000;

/** Why a monitor cannot be talked to. */
export class ControlFailure extends Error {
  readonly code: 'not-running' | 'not-allowed' | 'no-answer' | 'in-use' | 'path-too-long';

  constructor(code: ControlFailure['code'], message: string) {
    super(message);
    this.name = 'ControlFailure';
    this.code = code;
  }
}

/** Asks the monitor that listens on a socket. @throws ControlFailure */
export function askControl(path: string, request: ControlRequest): Promise<ControlAnswer> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(path);
    const fail = (code: ControlFailure['code'], message: string) => {
      socket.destroy();
      reject(new ControlFailure(code, message));
    };
    let text = '';
    socket.setEncoding('utf8');
    socket.setTimeout(ANSWER_TIMEOUT_MS, () => fail('no-answer', 'The monitor does not answer.'));
    socket.on('connect', () => socket.write(`${JSON.stringify(request)}\n`));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EACCES' || error.code === 'EPERM') fail('not-allowed', 'The monitor is another user’s.');
      else if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED')
        fail('not-running', 'No monitor listens there.');
      else fail('no-answer', 'The monitor does not answer.');
    });
    socket.on('end', () => fail('no-answer', 'The monitor closed the connection.'));
    socket.on('data', (chunk: string) => {
      text += chunk;
      const end = text.indexOf('\n');
      if (end === -1 && text.length <= LINE_MAX_BYTES) return;
      const answer = readAnswer(text.slice(0, end));
      if (answer === undefined) return fail('no-answer', 'What listens there is no monitor.');
      socket.destroy();
      resolve(answer);
    });
  });
}
