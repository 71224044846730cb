import type { IncomingMessage } from 'node:http';
import type { AuditLog } from '@attestlog/client';
import {
  type CallHandler,
  type CanActivate,
  type DynamicModule,
  type ExecutionContext,
  Inject,
  Module,
  type NestInterceptor,
  type NestModule,
  SetMetadata,
} from '@nestjs/common';
import { APP_GUARD, APP_INTERCEPTOR, HttpAdapterHost, Reflector } from '@nestjs/core';
import { type Observable, tap } from 'rxjs';
import { type ExpressRequest, requestAudit } from './express.js';
import { requestAudit as fastifyAudit } from './fastify.js';
import { recordOf } from './node/node-request.js';
import type { RequestRecord } from './request/request-record.js';
import type { RequestAuditOptions, RouteAudit } from './request-audit-options.js';

export type { ExpressRequest } from './express.js';
export type { BodyParts, RequestAuditOptions, RouteAudit } from './request-audit-options.js';

const ROUTE_AUDIT = Symbol('attestlog.route-audit');
const INSTALL = Symbol('attestlog.install-audit');

/** Says what the audit is to make of a handler's requests, or of those of all handlers of a controller. */
export const Audit = (audit: RouteAudit) => SetMetadata(ROUTE_AUDIT, audit);

const reflector = new Reflector();
/** What decorators say together, by handler and controller. */
const declared = new WeakMap<object, WeakMap<object, RouteAudit | null>>();

/** Tells the request's record what the decorators say. Refuses nothing; a guard, since what others refuse goes no further. */
export class RequestAuditGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const record = recordIn(context);
    if (record !== undefined) record.routeAudit = declaredBy(context) ?? undefined;
    return true;
  }
}

/** Gives the request's record the value that a handler answers with, and what it throws. */
export class RequestAuditInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const record = recordIn(context);
    if (record === undefined) return next.handle();
    return next.handle().pipe(
      tap({
        next: (value: unknown) => {
          record.responseBody = value;
        },
        error: (error: unknown) => record.noteError(error),
      }),
    );
  }
}

type HttpAdapter = HttpAdapterHost['httpAdapter'];

/** Puts the audit before all that takes requests on the platform of an application. */
type Install = (adapter: HttpAdapter) => void;

/** Only the adapter of the platform that there is sees a request. */
function installer(log: AuditLog, options: RequestAuditOptions<never>): Install {
  const express = requestAudit(log, options as unknown as RequestAuditOptions<ExpressRequest>);
  const fastify = fastifyAudit(log, options as unknown as NonNullable<Parameters<typeof fastifyAudit>[1]>);
  return (adapter) => {
    // At once, and not when plugins are loaded: then the first hook of all is this one.
    if (adapter.getType() === 'fastify') fastify(adapter.getInstance(), {}, () => undefined);
    else adapter.use(express);
  };
}

/**
 * One event of each request of an application, on Express, which is NestJS's default, or on Fastify. Import it first:
 * `RequestAuditModule.forRoot(log, options)`. The request that options are asked about is the platform's.
 */
export class RequestAuditModule implements NestModule {
  readonly #install: Install;
  readonly #host: HttpAdapterHost;

  constructor(install: Install, host: HttpAdapterHost) {
    this.#install = install;
    this.#host = host;
  }

  /** @throws {TypeError} for options that cannot be meant */
  static forRoot<Request = ExpressRequest>(log: AuditLog, options: RequestAuditOptions<Request> = {}): DynamicModule {
    return {
      module: RequestAuditModule,
      global: true,
      providers: [
        { provide: INSTALL, useValue: installer(log, options as RequestAuditOptions<never>) },
        { provide: APP_GUARD, useClass: RequestAuditGuard },
        { provide: APP_INTERCEPTOR, useClass: RequestAuditInterceptor },
      ],
    };
  }

  /** Before all routes, and for all paths: also for those that the application's prefix leaves out. */
  configure(): void {
    this.#install(this.#host.httpAdapter);
  }
}

// Decorators as the functions that they are: this package is compiled without a syntax for them.
Module({})(RequestAuditModule);
Inject(INSTALL)(RequestAuditModule, undefined, 0);
Inject(HttpAdapterHost)(RequestAuditModule, undefined, 1);

function recordIn(context: ExecutionContext): RequestRecord<unknown> | undefined {
  if (context.getType() !== 'http') return undefined;
  const request = context.switchToHttp().getRequest<IncomingMessage & { raw?: IncomingMessage }>();
  return recordOf(request.raw ?? request);
}

function declaredBy(context: ExecutionContext): RouteAudit | null {
  const [handler, controller] = [context.getHandler(), context.getClass()];
  const known = declared.get(handler)?.get(controller);
  if (known !== undefined) return known;
  const [own, shared] = [handler, controller].map((on) => reflector.get<RouteAudit | undefined>(ROUTE_AUDIT, on));
  const together = own === undefined && shared === undefined ? null : { ...shared, ...own };
  const ofHandler = declared.get(handler) ?? new WeakMap<object, RouteAudit | null>();
  declared.set(handler, ofHandler.set(controller, together));
  return together;
}
