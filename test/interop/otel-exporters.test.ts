import { OTLPLogExporter as JsonExporter } from '@opentelemetry/exporter-logs-otlp-http';
import { OTLPLogExporter as ProtobufExporter } from '@opentelemetry/exporter-logs-otlp-proto';
import { BatchLogRecordProcessor, LoggerProvider, type LogRecordExporter } from '@opentelemetry/sdk-logs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ServerProcess } from '../support/server-process.js';
import { eventsOf } from './tools/syslog-server.js';

type Exporter = new (options: {
  url: string;
  headers: Record<string, string>;
  compression?: never;
}) => LogRecordExporter;

const exporters: readonly [name: string, exporter: Exporter][] = [
  ['json', JsonExporter as unknown as Exporter],
  ['protobuf', ProtobufExporter as unknown as Exporter],
];

let server: ServerProcess;

beforeAll(async () => {
  server = await ServerProcess.start();
});
afterAll(() => server?.dispose());

describe.each(exporters)('the exporter of OpenTelemetry with %s', (name, Exporter) => {
  const provider = (url: string, compression: string) => {
    const headers = { authorization: `Bearer ${server.key}`, 'x-tenant-id': name };
    const exporter = new Exporter({ url, headers, compression: compression as never });
    return new LoggerProvider({ processors: [new BatchLogRecordProcessor({ exporter })] });
  };

  it('delivers records of every kind, compressed or not', async () => {
    for (const compression of ['none', 'gzip']) {
      const logs = provider(`${server.url}/v1/logs`, compression);
      const logger = logs.getLogger('shop', '1.0.0');
      logger.emit({
        eventName: 'order.approve',
        severityNumber: 13,
        body: `approved, ${compression}`,
        attributes: { 'user.id': 'u-1', total: 9.5, lines: 3, tags: ['a', 'b'], paid: true },
      });
      logger.emit({ body: { nested: { list: [1, 'two', null] } }, attributes: { bytes: new Uint8Array([0, 255]) } });
      await logs.shutdown();
    }
    const approved = await eventsOf(server, name, 'action:order.approve');
    expect(approved.map(({ event }) => event.message).sort()).toEqual(['approved, gzip', 'approved, none']);
    expect(approved[0]!.event).toMatchObject({
      severity: 'warning',
      actor: { id: 'u-1' },
      metadata: { otlp: { logRecord: { attributes: { total: 9.5, lines: 3, tags: ['a', 'b'], paid: true } } } },
    });
    expect(await eventsOf(server, name, 'action:log.record')).toHaveLength(2);
  });
});
