import type { Certificate } from './certificate-reading.js';
import { counted } from './counted.js';
import type { SealedViolations } from './sealed-violation.js';

/** What one erasure took, as far as the verified entries show it. */
export interface ErasureSummary {
  readonly erasure: string;
  /** Index of the entry with its certificate; null: there is none. */
  readonly certificate: number | null;
  readonly entries: number;
  readonly fields: number;
}

interface Claims {
  entries: number;
  fields: number;
  readonly firstIndex: number;
  lastIndex: number;
}

/**
 * Which fields the server calls erased, and what the log's certificates allow. Certificates are told in the order of the
 * log, and before the openings of the same entries: so a claim about an entry for which no certificate is known yet can
 * only be meant by a later one.
 */
export class ErasureLedger {
  readonly #certificates = new Map<string, Certificate>();
  readonly #claims = new Map<string, Claims>();

  /** A certificate in the log. The first one of an erasure counts: to record it again would cover newer entries. */
  certified(certificate: Certificate): void {
    if (!this.#certificates.has(certificate.erasure)) this.#certificates.set(certificate.erasure, certificate);
  }

  /** Whether an erasure may have taken something of this entry, as far as that is known by now. */
  mayCover(erasure: string, index: number): boolean {
    const certificate = this.#certificates.get(erasure);
    return certificate === undefined || certificate.index > index;
  }

  /** So many fields of one entry are called erased. */
  claim(erasure: string, index: number, fields: number): void {
    const claims = this.#claims.get(erasure);
    if (claims === undefined) {
      this.#claims.set(erasure, { entries: 1, fields, firstIndex: index, lastIndex: index });
    } else {
      claims.entries += 1;
      claims.fields += fields;
      claims.lastIndex = Math.max(claims.lastIndex, index);
    }
  }

  /**
   * Judges all claims, when everything was told.
   *
   * @param later looks for the certificate of an erasure that was made while the log was read
   * @returns how many of the claimed fields no certificate covers, and what each erasure took
   */
  async settle(
    later: (erasure: string) => Promise<Certificate | undefined>,
    violations: SealedViolations,
  ): Promise<{ uncovered: number; erasures: ErasureSummary[] }> {
    let uncovered = 0;
    const erasures: ErasureSummary[] = [];
    for (const [erasure, claims] of this.#claims) {
      const found = this.#certificates.get(erasure) ?? (await later(erasure));
      const certificate = found !== undefined && found.index > claims.lastIndex ? found : undefined;
      uncovered += judge(erasure, claims, certificate, violations);
      const { entries, fields } = claims;
      erasures.push({ erasure, certificate: certificate?.index ?? null, entries, fields });
    }
    return { uncovered, erasures };
  }
}

/** @returns how many fields are not covered */
function judge(
  erasure: string,
  { entries, fields, firstIndex: index }: Claims,
  certificate: Certificate | undefined,
  violations: SealedViolations,
): number {
  const claimed = `${counted(fields, 'field')} in ${counted(entries, 'entry', 'entries')}`;
  if (certificate === undefined) {
    const message = `The server calls ${claimed} erased by ${erasure}, of which the log has no certificate by a pinned key. If that erasure still goes on, verify again when it is done; if the log's key was changed since, pin the earlier one too.`;
    violations.add({ code: 'uncertified-erasure', message, index });
    return fields;
  }
  const excess = Math.max(fields - certificate.fields, entries - certificate.entries);
  if (excess <= 0) return 0;
  const certified = `${counted(certificate.fields, 'field')} in ${counted(certificate.entries, 'entry', 'entries')}`;
  const message = `The server calls ${claimed} erased by ${erasure}, whose certificate counts ${certified}.`;
  violations.add({ code: 'exceeded-certificate', message, index });
  return excess;
}
