import { createOutbox } from '@attestlog/outbox';
import type pg from 'pg';

const outbox = createOutbox({ service: 'shop' });

export async function placeOrder(pool: pg.Pool, customer: string, total: number): Promise<void> {
  const tx = await pool.connect();
  try {
    await tx.query('BEGIN');
    const { rows } = await tx.query<{ id: number }>(
      'INSERT INTO orders (customer, total) VALUES ($1, $2) RETURNING id',
      [customer, total],
    );
    await outbox(tx).log({
      action: 'order.place',
      operation: 'create',
      actor: { type: 'user', id: customer },
      targets: [{ type: 'order', id: String(rows[0]?.id) }],
      metadata: { total },
    });
    await tx.query('COMMIT');
  } catch (error) {
    await tx.query('ROLLBACK');
    throw error;
  } finally {
    tx.release();
  }
}
