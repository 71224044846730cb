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
import { recordOf } from './node/node-request.js';
import type { RequestRecord } from './request/request-record.js';
import type { RequestAuditOptions, RouteAudit } from './request-audit-options.js';

export type { ExpressRequest } from './express.js';
export type { BodyParts, RequestAuditOptions, RouteAudit } from './request-audit-options.js';

const ROUTE_AUDIT = Symbol('attestlog.route-audit');
const MIDDLEWARE = Symbol('attestlog.request-audit');

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

/**
 * One event of each request of an application on Express, which is NestJS's default. Import it first:
 * `RequestAuditModule.forRoot(log, options)`.
 */
export class RequestAuditModule implements NestModule {
  readonly #middleware: ReturnType<typeof requestAudit>;
  readonly #host: HttpAdapterHost;

  constructor(middleware: ReturnType<typeof requestAudit>, host: HttpAdapterHost) {
    this.#middleware = middleware;
    this.#host = host;
  }

  /** @throws {TypeError} for options that cannot be meant */
  static forRoot(log: AuditLog, options: RequestAuditOptions<ExpressRequest> = {}): DynamicModule {
    return {
      module: RequestAuditModule,
      global: true,
      providers: [
        { provide: MIDDLEWARE, useValue: requestAudit(log, options) },
        { provide: APP_GUARD, useClass: RequestAuditGuard },
        { provide: APP_INTERCEPTOR, useClass: RequestAuditInterceptor },
      ],
    };
  }

  /** Before all routes, and for all paths: also for those that the application's prefix leaves out. */
  configure(): void {
    this.#host.httpAdapter.use(this.#middleware);
  }
}

// Decorators as the functions that they are: this package is compiled without a syntax for them.
Module({})(RequestAuditModule);
Inject(MIDDLEWARE)(RequestAuditModule, undefined, 0);
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
