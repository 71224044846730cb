/** Bounds how many queries of each tenant run at once, so that one tenant's do not stop another's. */
export class TenantQueries {
  readonly #running = new Map<string, number>();

  /** Runs one query of a tenant. */
  async run<T>(tenant: string, work: () => Promise<T>): Promise<T> {
    this.#running.set(tenant, (this.#running.get(tenant) ?? 0) + 1);
    try {
      return await work();
    } finally {
      const left = this.#running.get(tenant)! - 1;
      if (left === 0) this.#running.delete(tenant);
      else this.#running.set(tenant, left);
    }
  }
}
