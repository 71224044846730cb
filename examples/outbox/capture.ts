import { actAs, captureTriggerSql } from '@attestlog/outbox';
import type pg from 'pg';

/** To be reviewed and run as a migration. */
export const captureOrders = captureTriggerSql({
  table: 'orders',
  noun: 'order',
  primaryKey: ['id'],
  leaveOut: ['card_number'],
  mask: ['email'],
});

export async function changeTotal(pool: pg.Pool, id: number, total: number, user: string): Promise<void> {
  const tx = await pool.connect();
  try {
    await tx.query('BEGIN');
    await actAs(tx, { actor: { type: 'user', id: user } });
    await tx.query('UPDATE orders SET total = $2 WHERE id = $1', [id, total]);
    await tx.query('COMMIT');
  } catch (error) {
    await tx.query('ROLLBACK');
    throw error;
  } finally {
    tx.release();
  }
}
