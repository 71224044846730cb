import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { describe, expect, it } from 'vitest';
import { CollectingLog } from '../testing/collecting-log.js';
import { describeConformance, type RunningSite } from '../testing/conformance.js';
import { send } from '../testing/loopback.js';
import { OrdersModule } from '../testing/nestjs/orders-module.js';
import { OrdersSite } from '../testing/orders-site.js';

async function started(app: INestApplication): Promise<RunningSite> {
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as AddressInfo;
  return { origin: `http://127.0.0.1:${port}`, close: () => app.close() };
}

const OPTIONS = { logger: false, forceCloseConnections: true } as const;
type Start = (site: OrdersSite, onError: (error: unknown) => void) => Promise<RunningSite>;

const platforms: Record<string, Start> = {
  NestJS: async (site, onError) =>
    started(await NestFactory.create<NestExpressApplication>(OrdersModule.of(site, onError), OPTIONS)),
  'NestJS on Fastify': async (site, onError) => {
    const adapter = new FastifyAdapter({ forceCloseConnections: true });
    return started(await NestFactory.create<NestFastifyApplication>(OrdersModule.of(site, onError), adapter, OPTIONS));
  },
};

describe.each(Object.entries(platforms))('%s', (name, start) => {
  describeConformance(name, { start });

  it('does what decorators say, also for what a guard refuses', async () => {
    const log = new CollectingLog();
    const { origin, close } = await start(new OrdersSite(log), () => {});
    await send(origin, { method: 'POST', path: '/payments/p-1/capture' });
    await send(origin, { method: 'POST', path: '/payments/p-1/refund' });
    const [captured, refused] = await log.until(2);
    await close();
    expect(captured?.event).toMatchObject({
      action: 'payment.capture',
      operation: 'approve',
      severity: 'warning',
      outcome: 'success',
      targets: [{ type: 'payment', id: 'p-1' }],
      response: { state: 'captured' },
    });
    expect(JSON.stringify(captured?.event)).not.toContain('not-recorded');
    expect(refused?.event).toMatchObject({ action: 'payment.refund', operation: 'revoke', outcome: 'denied' });
  });
});
