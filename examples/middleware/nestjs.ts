import { type Attestlog, createClient } from '@attestlog/client';
import { Audit, RequestAuditModule } from '@attestlog/middleware/nestjs';
import { Controller, HttpCode, Inject, Module, Param, Post, Put } from '@nestjs/common';

export const audit = createClient({ service: 'shop' });

@Controller('orders')
class OrdersController {
  readonly #audit: Attestlog;

  constructor(@Inject('AUDIT') log: Attestlog) {
    this.#audit = log;
  }

  @Post()
  @Audit({ request: ['/amount'], response: ['/id'] })
  create(): object {
    return { id: 'o-1' };
  }

  @Put(':id')
  async update(@Param('id') id: string): Promise<object> {
    await this.#audit.log({ action: 'stock.reserve', targets: [{ type: 'order', id }] });
    return {};
  }

  @Post(':id/ship')
  @HttpCode(200)
  @Audit({ action: 'shipment.start', operation: 'execute', severity: 'notice' })
  ship(): object {
    return {};
  }
}

@Module({
  imports: [
    RequestAuditModule.forRoot(audit, {
      actor: ({ headers }) => ({ type: 'user', id: headers.authorization?.replace('Bearer ', '') ?? 'anonymous' }),
      tenant: () => 'acme',
    }),
  ],
  controllers: [OrdersController],
  providers: [{ provide: 'AUDIT', useValue: audit }],
})
export class AppModule {}
