import { ed25519Signer, generateEd25519Key, noteVerifier } from '@attestlog/tlog';
import { describe, expect, it } from 'vitest';
import { erasureEvent } from '../../../../../cli/src/testing/sealed-entries.js';
import { TestLog } from '../../../../../cli/src/testing/test-log.js';
import { readCertificate } from './certificate-reading.js';

const log = new TestLog('log.example/acme');
const verifiers = [noteVerifier(log.signer.verifierKey)];
const read = (event: unknown, by = verifiers) => readCertificate(event, 7, log.origin, by);

describe('the certificate in an event', () => {
  it('says what an erasure took', () => {
    expect(read(erasureEvent(log, 'e1', { entries: 2, fields: 5 }))).toEqual({
      erasure: 'e1',
      index: 7,
      entries: 2,
      fields: 5,
    });
  });

  it('counts only when a pinned key of the log signed it', () => {
    const other = new TestLog(log.origin);
    expect(read(erasureEvent(other, 'e1'))).toBeUndefined();
    expect(read(erasureEvent(log, 'e1'), [])).toBeUndefined();
    const witness = ed25519Signer('witness.example', generateEd25519Key());
    const byWitness = new TestLog(log.origin);
    byWitness.signer = witness;
    expect(read(erasureEvent(byWitness, 'e1'), [noteVerifier(witness.verifierKey)])).toBeUndefined();
  });

  it('counts only for the log that it names', () => {
    expect(read(erasureEvent(log, 'e1', { log: 'log.example/other' }))).toBeUndefined();
  });

  it('counts only under the id that nobody but the server can give', () => {
    expect(read({ ...erasureEvent(log, 'e1'), id: 'mine' })).toBeUndefined();
    const { metadata } = erasureEvent(log, 'e1') as { metadata: object };
    expect(read({ ...erasureEvent(log, 'e2'), metadata })).toBeUndefined();
  });

  it('is in no other event, nor in what is no event', () => {
    const event = erasureEvent(log, 'e1') as { metadata: { certificate: string } };
    expect(read({ ...event, action: 'subject.export' })).toBeUndefined();
    for (const certificate of [undefined, 7, '', event.metadata.certificate.replace('"fields":1', '"fields":2')])
      expect(read({ ...event, metadata: { certificate } })).toBeUndefined();
    for (const value of [null, 'text', [], {}, { action: 'subject.erase' }]) expect(read(value)).toBeUndefined();
  });
});
