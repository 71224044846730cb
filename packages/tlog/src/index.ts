export { decodeBundle, encodeBundle } from './bundle.js';
export {
  type Checkpoint,
  type Cosignature,
  formatCheckpoint,
  type OpenedCheckpoint,
  openCheckpoint,
  parseCheckpoint,
  signCheckpoint,
} from './checkpoint.js';
export { type Cosigner, cosignatureTime, cosignatureVerifier, cosigner, noteVerifier } from './cosignature.js';
export { type EvidenceKind, type EvidenceManifest, parseEvidenceManifest } from './evidence-manifest.js';
export {
  EVIDENCE_FORMAT,
  EVIDENCE_MAX_EVENTS,
  EVIDENCE_MAX_PAYLOAD_BYTES,
  type EvidenceRole,
  evidenceFiles,
  evidenceName,
  evidencePayloadName,
  evidenceSealBody,
  evidenceSum,
  parseEvidenceName,
  parseEvidencePayloadName,
  parseEvidenceSum,
} from './evidence-pack.js';
export { EMPTY_ROOT, HASH_BYTES, leafHash, leafHashInto, MAX_ENTRY_BYTES, nodeHash } from './hash.js';
export { InclusionProofs } from './inclusion-proofs.js';
export type { LogReader } from './log-reader.js';
export {
  ed25519Signer,
  ed25519Verifier,
  type Note,
  type NoteSignature,
  type NoteSigner,
  type NoteVerifier,
  type OpenedNote,
  openNote,
  parseNote,
  signNote,
  type VerifiedSignature,
} from './note.js';
export {
  ed25519KeyFromSeed,
  ed25519PublicKey,
  formatVerifierKey,
  generateEd25519Key,
  keyId,
  type NoteKey,
  parseVerifierKey,
  TYPE_COSIGNATURE,
  TYPE_ED25519,
  TYPE_ML_DSA_44,
} from './note-key.js';
export {
  keyNames,
  type LogMemory,
  type PinnedKeys,
  type PinnedViolation,
  type VerifiedPinnedLog,
  type VerifyPinnedOptions,
  verifierKeysOf,
  verifyPinnedLog,
} from './pinned-log.js';
export {
  consistencyProof,
  inclusionProof,
  MAX_PROOF_HASHES,
  type TileReader,
  verifyConsistency,
  verifyInclusion,
} from './proof.js';
export {
  formatRangeProof,
  hashesOfRange,
  parseRangeProof,
  type RangeProof,
  rangeProof,
  verifyRange,
} from './range-proof.js';
export { formatReceipt, parseReceipt, type Receipt, type VerifiedReceipt, verifyReceipt } from './receipt.js';
export {
  entriesPath,
  hashesAtLevel,
  MAX_TILE_LEVEL,
  parseEntriesPath,
  parseTilePath,
  partialWidth,
  TILE_WIDTH,
  type Tile,
  tilePath,
  tilesBetween,
  tilesForSize,
  tileWidth,
} from './tile.js';
export { TlogError, type TlogErrorCode } from './tlog-error.js';
export { GrowingTree, type OnNode, type OnNodes, rootFromEdge, type TreeEdge } from './tree.js';
export { type VerifiedLog, type VerifyLogOptions, verifyLog } from './verify-log.js';
export type { Violation, ViolationCode } from './violation.js';
export {
  type AddCheckpointRequest,
  addSignatures,
  type CosignatureLine,
  formatAddCheckpoint,
  formatTreeSize,
  parseAddCheckpoint,
  parseTreeSize,
  readCosignatures,
  TREE_SIZE_CONTENT_TYPE,
} from './witness.js';
