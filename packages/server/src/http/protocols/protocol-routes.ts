import type { FastifyInstance } from 'fastify';
import type { Services } from '../services.js';
import { registerCloudEventsRoutes } from './cloudevents-routes.js';
import { registerKubernetesRoute } from './kubernetes-route.js';
import { registerOcsfRoute } from './ocsf-route.js';
import { registerOtlpRoute } from './otlp-route.js';
import { readRawBodies } from './raw-body.js';

/** The ways in that are not ours: protocols and formats of others, over HTTP. See docs/protocols.md. */
export async function registerProtocolRoutes(app: FastifyInstance, services: Services): Promise<void> {
  // A scope of its own, since these routes read bodies of other types than ours.
  await app.register(async (scope) => {
    readRawBodies(scope);
    registerCloudEventsRoutes(scope, services);
    registerOtlpRoute(scope, services);
    registerOcsfRoute(scope, services);
    registerKubernetesRoute(scope, services);
  });
}
