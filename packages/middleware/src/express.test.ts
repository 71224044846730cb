import { createServer } from 'node:http';
import { Readable } from 'node:stream';
import express5, { type Express, type NextFunction, type Request, type Response } from 'express';
import express4 from 'express4';
import { expect, it } from 'vitest';
import { CollectingLog } from '../testing/collecting-log.js';
import { describeConformance } from '../testing/conformance.js';
import { listen } from '../testing/listen.js';
import { send } from '../testing/loopback.js';
import { actorOf, type OrdersSite, type SiteUser, siteOptions, userOf } from '../testing/orders-site.js';
import { requestAudit, requestAuditErrors } from './express.js';

type UserRequest = Request & { user?: SiteUser };

function ordersApp(express: typeof express5, site: OrdersSite, onError: (error: unknown) => void): Express {
  const app = express();
  app.use(
    requestAudit<UserRequest>(site.log, {
      ...siteOptions(),
      actor: (request) => actorOf(request.user),
      tenant: (request) => request.user?.tenant,
      onError,
    }),
  );
  app.use((request: UserRequest, _response: Response, next: NextFunction) => {
    const user = userOf(request.get('x-user'));
    if (user !== undefined) request.user = user;
    next();
  });
  app.use(express.json());
  app.get('/health', (_request, response) => void response.end());
  app.post('/orders', (request, response) => void response.status(201).json(site.create(request.body)));
  app
    .route('/orders/:id')
    .get((request, response) => void response.json(site.order(request.params.id!)))
    .put((request, response, next) => {
      site.note(request.params.id!).then((order) => response.json(order), next);
    });
  app.post('/orders/:id/approve', (_request, response) => void response.json({}));
  const members = express.Router({ mergeParams: true });
  members.get('/members/:memberId', (request, response) => void response.json(request.params));
  members.delete('/members/:memberId', () => site.fail());
  const tenants = express.Router();
  tenants.use('/:tenantId', members);
  app.use('/tenants', tenants);
  app.get('/throws', () => site.fail());
  app.get('/rejects', (_request, response, next) => void site.reject().then((body) => response.json(body), next));
  app.get('/waits', (_request, response, next) => void site.wait().then((body) => response.json(body), next));
  app.get('/streams', (_request, response) => void Readable.from(site.chunks()).pipe(response));
  app.get('/forbidden', (_request, response) => void response.status(403).end());
  app.get('/unauthorized', (_request, response) => void response.status(401).end());
  app.get('/missing/:id', (_request, response) => void response.status(404).end());
  app.get('/resets/:token', (_request, response) => void response.json({}));
  app.use(requestAuditErrors());
  app.use((_error: unknown, _request: Request, response: Response, _next: NextFunction) => {
    response.status(500).end();
  });
  return app;
}

const versions = [
  ['Express 4', express4],
  ['Express 5', express5],
] as const;

for (const [name, express] of versions) {
  describeConformance(name, { start: (site, onError) => listen(createServer(ordersApp(express, site, onError))) });

  it(`finds the patterns of mounted applications, of mounts with parameters, and of a router in two places (${name})`, async () => {
    const log = new CollectingLog();
    const items = express.Router({ mergeParams: true });
    items.get('/:itemId', (_request, response) => void response.json({}));
    const shop = express();
    shop.use('/shelves/:shelfId/items', items);
    shop.use('/boxes/:boxId-:side/items', items);
    const app = express();
    app.use(requestAudit(log));
    // Mounted again, as a library may: still one event.
    app.use(requestAudit(log));
    app.use('/Shops', shop);
    const { origin, close } = await listen(createServer(app));
    for (const path of [
      '/shops/shelves/shelves/items/9',
      '/shops/boxes/b-left/items/10',
      '/shops/shelves/2/items/11',
    ]) {
      await send(origin, { path });
    }
    await log.until(3);
    await close();
    const found = log.collected.map(({ event }) => [(event.metadata as { http: object }).http, event.targets]);
    expect(found).toEqual([
      [
        expect.objectContaining({ route: '/Shops/shelves/:shelfId/items/:itemId' }),
        [{ type: 'item', id: '9' }, { type: 'shelf', id: 'shelves' }, { type: 'shop' }],
      ],
      [expect.objectContaining({ status: 200 }), [{ type: 'item', id: '10' }, { type: 'box' }, { type: 'shop' }]],
      [
        expect.objectContaining({ route: '/Shops/shelves/:shelfId/items/:itemId' }),
        [{ type: 'item', id: '11' }, { type: 'shelf', id: '2' }, { type: 'shop' }],
      ],
    ]);
  });
}
