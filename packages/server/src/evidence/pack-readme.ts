import type { EvidenceKind } from '@attestlog/tlog';

/** What a pack of each kind proves, in plain words. */
export const proves: Readonly<Record<EvidenceKind, readonly string[]>> = {
  filter: [
    'Each event in events/ was in the log, byte for byte as it is here, at its index, when the log signed the checkpoint.',
    'All events are proven against one checkpoint, so they were in one log at one time.',
    'A sealed field with an opening had exactly this value; an erased one was erased under a certificate that the log holds.',
    'A payload in payloads/ is the one that was moved out of the events that have its SHA-256.',
  ],
  range: [
    'The entries of the range are those here, byte for byte and in this order, and no others: nothing was left out or put in.',
    'Each of them was in the log when the log signed the checkpoint.',
    'A sealed field with an opening had exactly this value; an erased one was erased under a certificate that the log holds.',
    'A payload in payloads/ is the one that was moved out of the events that have its SHA-256.',
  ],
};

const always = [
  'That the key is that of the log: compare it with one that came another way.',
  'That the operator shows everybody the same log: for that, compare the checkpoint with those that others keep, or look for cosignatures of witnesses.',
  'That what an event says is true: it is what was recorded.',
  'What payloads said that were moved out of their entries and are not in payloads/: of those the entry has the SHA-256 only.',
];

/** What a pack of each kind cannot prove, in plain words. */
export const cannotProve: Readonly<Record<EvidenceKind, readonly string[]>> = {
  filter: [
    'That nothing was left out: which events fit the filter is what the server said. A pack of a whole range of the log proves that.',
    ...always,
  ],
  range: ['Anything about entries outside of the range.', ...always],
};

const byHandOfRange = `
9. That the range is whole. The file "leaves" has the leaf hashes of all entries
   of the range in base64, in order: each must be what step 5 gives for its
   event. The file "range-proof" has the roots of the perfect subtrees before
   the range ("left", largest first). Append the leaves to them (RFC 6962,
   section 2.1): the root of that tree must lead to the root in the checkpoint
   by the hashes "consistency" (RFC 9162, section 2.1.4.2), from the size "to"
   to the size of the checkpoint.
`;

/** The file that explains a pack to whoever gets it. */
export function packReadme(kind: EvidenceKind, origin: string): string {
  const list = (lines: readonly string[]) => lines.map((line) => `- ${line}\n`).join('');
  return `EVIDENCE FROM AN AUDIT LOG
==========================

This archive has events of the audit log
  ${origin}
with all that it takes to check them, without that log and without trusting
whoever runs it. manifest.json says who made it, when, and what was asked for.

What it proves
${list(proves[kind])}
What it cannot prove
${list(cannotProve[kind])}
Checking it with a tool
-----------------------
  attestlog verify PACK.zip --key KEY

KEY is the log's verifier key, got from somewhere else than this archive: from
the operator's contract or web page, or from an earlier audit. Without --key the
key in the archive is used, and then it only proves that the archive agrees with
itself.

Checking it by hand
-------------------
1. Unpack it. "sha256sum -c SHA256SUMS" finds files that were damaged.
2. SHA256SUMS.note is a signed note (c2sp.org/signed-note): the log's key signs
   the SHA-256 of SHA256SUMS, and so every file here.
3. The file "key" has the log's verifier keys. Compare them with yours.
4. The file "checkpoint" is a signed note as well (c2sp.org/tlog-checkpoint): the
   log's name, its size, and the root hash of its Merkle tree in base64.
5. receipts/N.txt is the proof for events/N.json (c2sp.org/tlog-proof). The leaf
   hash of an event is the SHA-256 of a zero byte and the file:
     (printf '\\0'; cat events/N.json) | openssl dgst -sha256 -binary | base64
   The hashes in the receipt lead from it to the root in the checkpoint
   (RFC 9162, section 2.1.3.2). The checkpoint in each receipt is the same one.
   Any verifier of these formats can check it.
6. {"$sealed": H} in an event stands for a personal value. openings/N.json, where
   it is there, has the value and its salt: H is the SHA-256 of the salt (as
   bytes) and the value as canonical JSON (RFC 8785).
7. {"erasure": ID} in an opening: the value was erased. certificates/N.json is the
   log's entry with the signed certificate of that erasure, certificates/N.txt its
   proof; its index is larger than that of the event.
8. {"$blob": {"sha256": H, …}} in an event stands for a payload that was too large
   for it. payloads/H is that payload: its SHA-256 is its name.
${kind === 'range' ? byHandOfRange : ''}`;
}
