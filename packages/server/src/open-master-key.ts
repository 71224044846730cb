import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openMasterKeyFile } from './adapters/files/master-key-file.js';
import { AwsCredentialSource } from './adapters/master-key/aws-credentials.js';
import { AwsKms, regionOf } from './adapters/master-key/aws-kms.js';
import { GcpKms } from './adapters/master-key/gcp-kms.js';
import { GcpTokenSource, readServiceAccount } from './adapters/master-key/gcp-token.js';
import { LocalMasterKey, readHeldKeys } from './adapters/master-key/local-master-key.js';
import { type KeyService, RemoteMasterKey } from './adapters/master-key/remote-master-key.js';
import { ReplacedMasterKey } from './adapters/master-key/replaced-master-key.js';
import { DEFAULT_LIMITS } from './adapters/master-key/service-call.js';
import { VaultTransit } from './adapters/master-key/vault-transit.js';
import type { MasterKeyChoice } from './master-key-choice.js';
import type { Clock } from './ports/clock.js';
import { PortFailure } from './ports/failure.js';
import type { MasterKey } from './ports/master-key.js';

export interface MasterKeyParts {
  choice: MasterKeyChoice;
  /** What wrapped before it; absent: nothing. */
  earlier?: MasterKeyChoice | undefined;
  /** The data folder. */
  data: string;
  /** Keys of the choice `env`. */
  heldKeys?: string | undefined;
  /** The variables by which AWS, Google Cloud and Vault say where they are and who asks. */
  environment: Readonly<Record<string, string | undefined>>;
  clock: Clock;
}

/** Where the master key lies that nobody has put elsewhere. */
export function masterKeyPath(data: string): string {
  return join(data, 'keys', 'master');
}

/** Opens the master key that was chosen: a part of the composition root. @throws PortFailure with what is wrong */
export async function openMasterKey(parts: MasterKeyParts): Promise<MasterKey> {
  const current = await openOne(parts.choice, parts);
  if (parts.earlier === undefined) return current;
  return new ReplacedMasterKey(current, await openOne(parts.earlier, parts));
}

async function openOne(choice: MasterKeyChoice, parts: MasterKeyParts): Promise<MasterKey> {
  const { data, heldKeys, environment, clock } = parts;
  const random = (count: number) => randomBytes(count);
  const shared = { clock, limits: DEFAULT_LIMITS };
  switch (choice.kind) {
    case 'file':
      return new LocalMasterKey(await openMasterKeyFile(choice.path ?? masterKeyPath(data), random), random);
    case 'env':
      return new LocalMasterKey(readHeldKeys(heldKeys ?? ''), random);
    case 'aws-kms':
      return RemoteMasterKey.open(awsKms(choice.key, parts));
    case 'gcp-kms': {
      const token = new GcpTokenSource({ ...shared, ...(await gcpAccount(environment)) });
      return RemoteMasterKey.open(new GcpKms({ ...shared, key: choice.key, token }));
    }
    case 'vault':
      return RemoteMasterKey.open(vault(choice, parts));
  }
}

function awsKms(key: string, { environment, clock }: MasterKeyParts): KeyService {
  const region = regionOf(key) ?? environment.AWS_REGION ?? environment.AWS_DEFAULT_REGION;
  if (region === undefined) throw new PortFailure('refused', 'AWS_REGION must say the region of the key');
  const endpoint = environment.AWS_ENDPOINT_URL_KMS ?? environment.AWS_ENDPOINT_URL;
  const shared = { clock, limits: DEFAULT_LIMITS };
  const credentials = new AwsCredentialSource({ ...shared, environment });
  return new AwsKms({ ...shared, key, region, ...(endpoint === undefined ? {} : { endpoint }), credentials });
}

/** The service account of the environment, or else the metadata server of the machine. */
async function gcpAccount(environment: MasterKeyParts['environment']) {
  const { GOOGLE_APPLICATION_CREDENTIALS: file, GCE_METADATA_HOST: host } = environment;
  if (file) return { account: readServiceAccount(await readFile(file, 'utf8')) };
  return host ? { metadataUrl: `http://${host}` } : {};
}

function vault(choice: { mount: string; key: string }, { environment, clock }: MasterKeyParts): KeyService {
  const { VAULT_ADDR: url, VAULT_TOKEN: token, VAULT_TOKEN_FILE: file, VAULT_NAMESPACE: namespace } = environment;
  if (!url) throw new PortFailure('refused', 'VAULT_ADDR must say where Vault is');
  if (!token && !file) throw new PortFailure('refused', 'VAULT_TOKEN or VAULT_TOKEN_FILE must give a token for Vault');
  return new VaultTransit({
    ...choice,
    url,
    token: token ? { token } : { file: file! },
    ...(namespace ? { namespace } : {}),
    clock,
    limits: DEFAULT_LIMITS,
  });
}
