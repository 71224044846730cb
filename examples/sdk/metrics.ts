import { createClient, registerMetrics } from '@attestlog/client';
import { metrics } from '@opentelemetry/api';

const audit = createClient({ service: 'reports' });
const unregister = registerMetrics(metrics.getMeter('reports'), audit);

await audit.log({ action: 'report.read', operation: 'read' });
console.log(audit.stats().left_out_events.level);

unregister();
await audit.close();
