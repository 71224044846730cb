import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { buryInFile } from './dead-letters/dead-letter-file.js';
import type { CreateDelivery, DeliveryOptions, DeliveryWorld } from './delivery.js';
import { DiskDelivery } from './disk-delivery.js';
import { MemoryDelivery } from './memory-delivery.js';
import { processHold } from './process-hold.js';
import { ownIdentity } from './spool/process-identity.js';

/** Half the time of the default, for a tenth more bytes. */
const GZIP_LEVEL = 1;
const compress = promisify(gzip);
const compressText = async (text: string) => new Uint8Array(await compress(text, { level: GZIP_LEVEL }));

/** How events reach the server from Node, Bun and Deno: `memory`, `disk` or `server`. */
export const createDelivery: CreateDelivery = (options: DeliveryOptions, world: DeliveryWorld) => {
  const { deadLetters, durability, spool } = options;
  const bury = deadLetters === undefined ? () => false : buryInFile({ ...deadLetters, nowMs: world.nowMs });
  const parts = { gzip: compressText, bury, hold: processHold() };
  if (durability !== 'disk' || spool === undefined) return new MemoryDelivery(options, world, parts);
  return new DiskDelivery({ ...options, spool }, world, {
    ...parts,
    files: fs,
    newName: randomUUID,
    self: ownIdentity(),
  });
};
