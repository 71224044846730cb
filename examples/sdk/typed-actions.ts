import { createClient, defineActions } from '@attestlog/client';
import { z } from 'zod';

const actions = defineActions({
  'order.approve': {
    operation: 'approve',
    targets: ['order'],
    metadata: z.object({ amount: z.number(), currency: z.string().length(3) }),
  },
  'user.login': { operation: 'login', category: 'authentication' },
});
const audit = createClient({ actions, service: 'desk' });

audit.log({
  action: 'order.approve', // a name that was not declared does not compile
  targets: [{ type: 'order', id: '17' }], // nor does another type of target, or none
  metadata: { amount: 900, currency: 'EUR' }, // nor an amount that is a text
});
audit.log.failure({ action: 'user.login', actor: { id: 'jane' } });
audit.freeForm.log({ action: 'any.thing', metadata: { since: new Date(0) } });

await audit.close();
console.log(audit.stats().delivery.acknowledged_events);
