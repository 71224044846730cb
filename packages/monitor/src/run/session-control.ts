import { isAbsolute, join } from 'node:path';
import type { MonitorOutput } from '../output/monitor-output.js';
import type { ControlAnswer, ControlRequest } from '../session/control-protocol.js';
import { readSessionFile } from '../session/session-file.js';
import type { SessionTimeline } from '../session/session-timeline.js';

export interface SessionControlOptions {
  readonly timeline: SessionTimeline;
  readonly output: MonitorOutput;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Resolves when all changes up to now have become records, so that they stay with the session before. */
  readonly settled: () => Promise<void>;
  readonly onWarning: (text: string) => void;
}

/** Changes the session while the monitor runs, on record. */
export class SessionControl {
  readonly #options: SessionControlOptions;

  constructor(options: SessionControlOptions) {
    this.#options = options;
  }

  /** Answers the control socket. */
  async handle(request: ControlRequest): Promise<ControlAnswer> {
    const { timeline, now, settled } = this.#options;
    if (request.do !== 'get') {
      await settled();
      timeline.set('socket', request.do === 'set' ? request.session : {}, now());
      await this.#tell('socket');
    }
    return { ok: true, session: timeline.current.session };
  }

  /** Reads the session file of a root again. @param fromMs when it was changed */
  async readFile(folder: string, file: string, fromMs: number): Promise<void> {
    const { timeline, onWarning } = this.#options;
    const reading = await readSessionFile(isAbsolute(file) ? file : join(folder, file));
    if (reading?.ok === false) onWarning(`The session file ${file} is not used: ${reading.problem}`);
    const session = reading?.ok === true ? reading.session : {};
    if (JSON.stringify(session) === JSON.stringify(timeline.declared('file'))) return;
    timeline.set('file', session, fromMs);
    await this.#tell('file');
  }

  async #tell(source: 'socket' | 'file'): Promise<void> {
    const { session } = this.#options.timeline.current;
    const message = 'The session of the file monitor was changed.';
    const notice = { action: 'file_monitor.session', message, metadata: { session, source } } as const;
    await this.#options.output.write({ type: 'notice', notice });
  }
}
