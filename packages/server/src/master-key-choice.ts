/** Where the master key lies, as the setting says it. */
export type MasterKeyChoice =
  /** In a file; without a path, below the data folder. */
  | { kind: 'file'; path?: string }
  /** In the environment. */
  | { kind: 'env' }
  | { kind: 'aws-kms'; key: string }
  | { kind: 'gcp-kms'; key: string }
  | { kind: 'vault'; mount: string; key: string };

const GCP_KEY = /^projects\/[^/\s]+\/locations\/[^/\s]+\/keyRings\/[^/\s]+\/cryptoKeys\/[^/\s]+$/;
const AWS_KEY = /^(?:arn:[a-z-]+:kms:[a-z0-9-]+:\d+:(?:key|alias)\/\S+|alias\/\S+|[0-9a-f-]{36}|mrk-[0-9a-f]{32})$/;

/** What the setting may be, for a message. */
export const MASTER_KEY_FORMS =
  'file, file:PATH, env, aws-kms:KEY (an ARN, an id or alias/NAME), gcp-kms:projects/…/cryptoKeys/NAME or vault:MOUNT/KEY';

/** Reads the setting; undefined for what it cannot be. */
export function readMasterKeyChoice(text: string): MasterKeyChoice | undefined {
  const colon = text.indexOf(':');
  const kind = colon < 0 ? text : text.slice(0, colon);
  const rest = colon < 0 ? '' : text.slice(colon + 1);
  switch (kind) {
    case 'file':
      if (colon < 0) return { kind };
      return rest === '' ? undefined : { kind, path: rest };
    case 'env':
      return colon < 0 ? { kind } : undefined;
    case 'aws-kms':
      return AWS_KEY.test(rest) ? { kind, key: rest } : undefined;
    case 'gcp-kms':
      return GCP_KEY.test(rest) ? { kind, key: rest } : undefined;
    case 'vault': {
      const [, mount, key] = /^([A-Za-z0-9_./-]+)\/([A-Za-z0-9_.-]+)$/.exec(rest) ?? [];
      return mount === undefined || key === undefined ? undefined : { kind, mount, key };
    }
    default:
      return undefined;
  }
}
