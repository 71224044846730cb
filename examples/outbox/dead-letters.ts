import { listDeadLetters, readBacklog, requeueDeadLetters } from '@attestlog/outbox';
import type pg from 'pg';

export async function tryAgain(pool: pg.Pool): Promise<void> {
  const { waiting_events, oldest_age_ms, dead_letters } = await readBacklog(pool);
  console.log(`${waiting_events} wait, the oldest for ${Math.round(oldest_age_ms)} ms; ${dead_letters} were refused`);
  for (const { id, code, reason } of await listDeadLetters(pool)) console.log(id, code, reason);
  await requeueDeadLetters(pool);
}
