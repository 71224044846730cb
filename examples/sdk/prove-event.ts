import { AttestlogError, createClient } from '@attestlog/client';

// The address and the key are read from ATTESTLOG_URL and ATTESTLOG_KEY.
const audit = createClient({ service: 'shop', durability: 'server' });

const { id } = await audit.log({ action: 'contract.sign', actor: { type: 'user', id: 'jane' } });

// The log's verifier key, got another way than from this server: an auditor does not ask the audited for it.
const keys = process.env.LOG_KEY === undefined ? undefined : [process.env.LOG_KEY];

try {
  const { event, receipt, origin, index, size, trust, keys: used } = await audit.receipt(id, { keys });
  console.log(`Entry ${index} of the ${size} that ${origin} signed (key: ${trust})`);

  // Receipt and event prove each other for ever, without the server.
  console.log(`Still entry ${audit.checkReceipt({ receipt, event, keys: used }).index}`);

  // The whole log. Keep `memory` and give it as `from` the next time: the log has to continue what it was.
  const first = await audit.verifyLog({ keys });
  const second = await audit.verifyLog({ keys, from: first.memory });
  console.log(second.ok ? 'The log is whole and unchanged' : second.violations);
} catch (error) {
  if (!(error instanceof AttestlogError)) throw error;
  console.error(`${error.code}: ${error.message}`);
  process.exitCode = 1;
}

await audit.close();
