/** A signature in a note's form; of nothing. */
export const NOTE_SIGNATURE =
  '3GTOoiIsPutcZ4HevrArB9JTMBMRMn4wZnVNJ00bdys8mXRhDkgO3qjscKFJUZWJ2KJX6Mvf0klZtZ9phgWpGLUNngY=';

export const ROOT = 'wnpCIV1sCxlwb+3YHhIU63lRTTO4VJpiaAEzSd+h5dM=';

/** A checkpoint (C2SP tlog-checkpoint) of a log of two entries, as it looks. */
export const CHECKPOINT = `attestlog.local/default\n2\n${ROOT}\n\n— attestlog.local/default ${NOTE_SIGNATURE}\n`;

/** A proof (C2SP tlog-proof) of one of these entries, as it looks. */
export function proofOf(index: 0 | 1): string {
  return `c2sp.org/tlog-proof@v1\nindex ${index}\nvk5327wiMqfgqk9O8l3Cu4DiBB/cMCN7QTJEQd5Vcgg=\n\n${CHECKPOINT}`;
}
