import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Problem } from '../../errors.js';
import { problemOfColumns } from '../../exports/chosen-columns.js';
import { supportedCompressions } from '../../exports/compressed.js';
import type { ExportMaker } from '../../exports/export-document.js';
import {
  type ExportCompression,
  type ExportFormat,
  exportCompressions,
  exportFormats,
} from '../../exports/export-format.js';
import type { Taker } from '../../exports/exports.js';

export const formatField = z.enum(exportFormats).describe('What the events are written as.');
export const compressionField = z
  .enum(exportCompressions)
  .optional()
  .describe('How the files are compressed; none if absent. Parquet is compressed inside.');
export const personalField = z
  .enum(['shown', 'omitted'])
  .optional()
  .describe('Whether what you may see of sealed fields is beside the events; shown if absent.');

/** @throws Problem `query-invalid` */
export function requireColumns(columns: readonly string[] | undefined): readonly string[] | undefined {
  const problem = columns === undefined ? undefined : problemOfColumns(columns);
  if (problem !== undefined) throw new Problem('query-invalid', { detail: problem });
  return columns;
}

/** @throws Problem `query-invalid` where this server cannot compress so */
export function requireCompression(format: ExportFormat, compression: ExportCompression = 'none'): ExportCompression {
  if (format === 'parquet' && compression !== 'none') {
    throw new Problem('query-invalid', { detail: 'Parquet is compressed inside; leave "compression" out.' });
  }
  const supported = supportedCompressions();
  if (supported.includes(compression)) return compression;
  throw new Problem('query-invalid', { detail: `This server compresses as: ${supported.join(', ')}.` });
}

/** Who makes a request, as whoever asks for an export. */
export function makerOf({ authorization, principal, tenant, clientAddress, id }: FastifyRequest): ExportMaker {
  return {
    principal,
    address: clientAddress,
    request_id: id,
    extent: authorization.extentOf('events:export', tenant),
    unmasked: authorization.extentOf('pii:read', tenant),
  };
}

/** Who makes a request, as whoever takes an export away. */
export function takerOf({ authorization, principal, tenant }: FastifyRequest): Taker {
  return {
    principalId: principal.id,
    extent: authorization.extentOf('events:export', tenant),
    unmasked: authorization.extentOf('pii:read', tenant),
  };
}
