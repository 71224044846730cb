import type { MemoryWorld } from '../../../packages/server/src/adapters/memory/memory-world.js';
import type { RecentIds } from '../../../packages/server/src/identity/recent-ids.js';
import type { Clock } from '../../../packages/server/src/ports/clock.js';
import type { Ports } from './process-ports.js';

/** A guarantee broken on purpose, to show that the simulation would find it. Nothing is broken by `{}`. */
export interface Breakage {
  /** Ports of a process that do not keep what they promise. Those left out are whole. */
  ports?(whole: Ports, world: MemoryWorld): Partial<Ports>;
  /** What is lost when a process crashes. */
  onCrash?(world: MemoryWorld): void;
  /** Spoils a process's memory of ids. */
  recentIds?(recentIds: RecentIds): void;
  /** The clock of intake. */
  clock?(whole: Clock): Clock;
  /** Two processes take in the same id at once, with contents that differ. */
  sharesIds?: boolean;
}
