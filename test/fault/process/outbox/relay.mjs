// A relay that runs until it is killed. Arguments: the folder of PostgreSQL's socket, and a file with the server's URL and
// key: a server that is started again has another port.
import { readFileSync } from 'node:fs';
import { batchRouteSender, pgDatabase, startRelay } from '@attestlog/outbox';
import pg from 'pg';

const [, , host, addressFile] = process.argv;
const address = () => JSON.parse(readFileSync(addressFile, 'utf8'));
const pool = new pg.Pool({ host, user: 'postgres', database: 'postgres', max: 3 });
pool.on('error', () => undefined);
startRelay({
  database: pgDatabase(pool),
  sender: batchRouteSender({
    url: 'http://server',
    apiKey: () => address().key,
    fetch: (url, init) => fetch(url.replace('http://server', address().url), init),
  }),
  pollMs: 10,
  batchMaxEvents: 50,
  retryMinMs: 5,
  retryMaxMs: 200,
});
