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
import type { NextFunction, Request, Response } from 'express';
import { Audit, RequestAuditModule } from '../../src/nestjs.js';
import { actorOf, OrdersSite, type SiteUser, siteOptions, userOf } from '../orders-site.js';

type UserRequest = Request & { user?: SiteUser };

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
        RequestAuditModule.forRoot(site.log, {
          ...siteOptions(),
          actor: (request) => actorOf((request as UserRequest).user),
          tenant: (request) => (request as UserRequest).user?.tenant,
          onError,
        }),
      ],
      providers: [{ provide: OrdersSite, useValue: site }],
    };
  }

  configure(consumer: MiddlewareConsumer): void {
    consumer
      .apply((request: UserRequest, _response: Response, next: NextFunction) => {
        const user = userOf(request.get('x-user'));
        if (user !== undefined) request.user = user;
        next();
      })
      .forRoutes('{*path}');
  }
}
