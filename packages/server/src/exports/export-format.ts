/** What exports are written as. */
export const exportFormats = ['csv', 'json', 'ndjson', 'parquet'] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** How the files of an export are compressed; those of Parquet are inside. */
export const exportCompressions = ['none', 'gzip', 'zstd'] as const;
export type ExportCompression = (typeof exportCompressions)[number];

const MEDIA_TYPES: Record<ExportFormat, string> = {
  // RFC 7111; the first line is named, so that nobody takes it for an event.
  csv: 'text/csv; charset=utf-8; header=present',
  json: 'application/json; charset=utf-8',
  ndjson: 'application/x-ndjson; charset=utf-8',
  // Registered with IANA in 2024.
  parquet: 'application/vnd.apache.parquet',
};
const COMPRESSED_TYPES = { gzip: 'application/gzip', zstd: 'application/zstd' } as const;
const SUFFIXES: Record<ExportCompression, string> = { none: '', gzip: '.gz', zstd: '.zst' };

/** Media type of a file. */
export function mediaType(format: ExportFormat, compression: ExportCompression = 'none'): string {
  return compression === 'none' ? MEDIA_TYPES[format] : COMPRESSED_TYPES[compression];
}

/** Name of a file of an export, by its place among them: `events-00001.csv.gz`. */
export function fileName(place: number, format: ExportFormat, compression: ExportCompression): string {
  return `events-${String(place + 1).padStart(5, '0')}.${format}${SUFFIXES[compression]}`;
}

/** A media type without its parameters. */
export function bareType(type: string): string {
  return type.split(';')[0]!;
}
