import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import {
  Body,
  type CanActivate,
  Controller,
  Delete,
  type DynamicModule,
  type ExecutionContext,
  Get,
  Header,
  HttpCode,
  Inject,
  type MiddlewareConsumer,
  Module,
  type NestModule,
  Param,
  Post,
  Put,
  StreamableFile,
  UseGuards,
} from '@nestjs/common';
import { Audit, RequestAuditModule } from '../../src/nestjs.js';
import { actorOf, OrdersSite, type SiteUser, siteOptions, userOf } from '../orders-site.js';

/** Express's request, or what Fastify's has as `raw`, which is what NestJS gives to middleware. */
type UserRequest = IncomingMessage & { user?: SiteUser };

function userIn(request: UserRequest | { readonly raw: UserRequest }): SiteUser | undefined {
  return 'raw' in request ? request.raw.user : request.user;
}

/** Refuses everybody, as a guard does: before interceptors and handlers. */
class NobodyGuard implements CanActivate {
  canActivate(_context: ExecutionContext): boolean {
    return false;
  }
}

@Controller()
class OrdersController {
  readonly #site: OrdersSite;

  constructor(@Inject(OrdersSite) site: OrdersSite) {
    this.#site = site;
  }

  @Get('health')
  health(): string {
    return '';
  }

  @Post('orders')
  create(@Body() body: unknown): object {
    return this.#site.create(body);
  }

  @Get('orders/:id')
  show(@Param('id') id: string): object {
    return this.#site.order(id);
  }

  @Put('orders/:id')
  note(@Param('id') id: string): Promise<object> {
    return this.#site.note(id);
  }

  @Post('orders/:id/approve')
  approve(): object {
    return {};
  }

  @Get('throws')
  throws(): never {
    return this.#site.fail();
  }

  @Get('rejects')
  rejects(): Promise<never> {
    return this.#site.reject();
  }

  @Get('waits')
  waits(): Promise<object> {
    return this.#site.wait();
  }

  @Get('streams')
  @Header('content-type', 'text/plain')
  streams(): StreamableFile {
    return new StreamableFile(Readable.from(this.#site.chunks(), { objectMode: false }));
  }

  @Get('forbidden')
  @UseGuards(NobodyGuard)
  forbidden(): void {}

  @Get('unauthorized')
  @HttpCode(401)
  unauthorized(): void {}

  @Get('missing/:id')
  @HttpCode(404)
  missing(): void {}

  @Get('resets/:token')
  reset(): object {
    return {};
  }

  @Post('payments/:id/capture')
  @Audit({ action: 'payment.capture', operation: 'approve', severity: 'warning', response: ['/state'] })
  capture(): object {
    return { state: 'captured', unchosen: 'not-recorded' };
  }

  @Post('payments/:id/refund')
  @Audit({ action: 'payment.refund', operation: 'revoke' })
  @UseGuards(NobodyGuard)
  refund(): void {}
}

@Controller('tenants/:tenantId/members')
class MembersController {
  readonly #site: OrdersSite;

  constructor(@Inject(OrdersSite) site: OrdersSite) {
    this.#site = site;
  }

  @Get(':memberId')
  show(): object {
    return {};
  }

  @Delete(':memberId')
  remove(): never {
    return this.#site.fail();
  }
}

@Module({ controllers: [OrdersController, MembersController] })
export class OrdersModule implements NestModule {
  static of(site: OrdersSite, onError: (error: unknown) => void): DynamicModule {
    return {
      module: OrdersModule,
      imports: [
        RequestAuditModule.forRoot<UserRequest | { readonly raw: UserRequest }>(site.log, {
          ...siteOptions(),
          actor: (request) => actorOf(userIn(request)),
          tenant: (request) => userIn(request)?.tenant,
          onError,
        }),
      ],
      providers: [{ provide: OrdersSite, useValue: site }],
    };
  }

  configure(consumer: MiddlewareConsumer): void {
    consumer
      .apply((request: UserRequest, _response: unknown, next: () => void) => {
        const user = userOf(request.headers['x-user'] as string | undefined);
        if (user !== undefined) request.user = user;
        next();
      })
      .forRoutes('{*path}');
  }
}
