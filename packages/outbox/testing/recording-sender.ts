import { setTimeout as sleep } from 'node:timers/promises';
import type { EventSender, SendAnswer, SendFailure, Verdict } from '../src/relay/event-sender.js';

export interface ReceivedEvent {
  id: string;
  action: string;
  message?: string;
  tenant: string | undefined;
  text: string;
}

/** A server that keeps what it is sent, in the order of arrival, and does what `answer` says. */
export class RecordingSender implements EventSender {
  readonly received: ReceivedEvent[] = [];
  readonly requests: number[] = [];
  /** What becomes of an event: a verdict, or a failure of the rest of the batch. `done` for all by default. */
  answer: (event: ReceivedEvent, batch: readonly ReceivedEvent[]) => Verdict | SendFailure = () => ({ state: 'done' });
  /** How long a request takes, in milliseconds. */
  delayMs: () => number = () => 0;

  async send(events: readonly string[], tenant: string | undefined): Promise<SendAnswer> {
    const batch = events.map((text) => ({ ...(JSON.parse(text) as ReceivedEvent), tenant, text }));
    this.requests.push(batch.length);
    await sleep(this.delayMs());
    const verdicts: Verdict[] = [];
    for (const event of batch) {
      const answer = this.answer(event, batch);
      if ('scope' in answer) return { verdicts, failure: answer };
      if (answer.state === 'done') this.received.push(event);
      verdicts.push(answer);
    }
    return { verdicts };
  }

  get messages(): (string | undefined)[] {
    return this.received.map(({ message }) => message);
  }
}
