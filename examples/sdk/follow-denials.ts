import { createClient } from '@attestlog/client';

// The address and the key are read from ATTESTLOG_URL and ATTESTLOG_KEY.
const audit = createClient({ service: 'shop' });

// Where the last run came to; a real program keeps it in a file or a database.
let next = 0;

audit.log.denied({ action: 'vault.open', actor: { type: 'user', id: 'max' }, reason: 'not-on-duty' });
await audit.flush();

// Every event once, in order, however often the connection breaks; goes on until the loop is left.
const denials = audit.tail(
  { q: 'outcome:denied', from: next },
  {
    onPosition: (position) => {
      next = position;
    },
    onLost: ({ message }) => console.warn(`${message}; connecting again`),
  },
);
for await (const { event } of denials) {
  console.log(`${event.actor?.id} may not ${event.action}: ${event.reason}`);
  if (event.action === 'vault.open') break;
}

await audit.close();
