import { REFERENCE_MAX_CHARS, TARGETS_MAX_ITEMS, WORD_MAX_CHARS } from '../bounds.js';
import { isPlainObject } from '../json-value.js';
import type { Target } from '../schema.js';
import type { Operation, Outcome } from '../vocabulary.js';
import { compact, fitsText } from './dialect.js';

/** What a CloudTrail record means in our vocabulary. Nothing here is needed for the way back. */

const isReference = fitsText(REFERENCE_MAX_CHARS);
const isWord = fitsText(WORD_MAX_CHARS);

const verbs: Record<string, Operation> = {
  ...verbsOf('read', 'Get List Describe Lookup Search Head View Check Query Scan Select BatchGet Discover Download'),
  ...verbsOf('create', 'Create Register Allocate Copy Generate Import Restore Publish Upload Request'),
  ...verbsOf(
    'update',
    'Update Modify Put Set Attach Detach Associate Disassociate Tag Untag Add Change Edit Rename Reset',
  ),
  ...verbsOf('update', 'Assign Unassign Replace Rotate Upgrade'),
  ...verbsOf('delete', 'Delete Terminate Remove Deregister Release Purge Destroy'),
  ...verbsOf('execute', 'Run Invoke Execute Send Start Stop Reboot Cancel Submit Encrypt Decrypt Sign Verify'),
  ...verbsOf('login', 'Assume ConsoleLogin'),
  ...verbsOf('grant', 'Authorize'),
  ...verbsOf('revoke', 'Revoke'),
  ...verbsOf('enable', 'Enable Activate'),
  ...verbsOf('disable', 'Disable Deactivate'),
  ...verbsOf('approve', 'Accept Approve'),
  ...verbsOf('reject', 'Reject'),
};

function verbsOf(operation: Operation, words: string): Record<string, Operation> {
  return Object.fromEntries(words.split(' ').map((word) => [word, operation]));
}

/** From the verb that the name of an API call begins with; else `read` where the record says it only read. */
export function operationOfCall(eventName: unknown, readOnly: unknown): Operation | undefined {
  if (typeof eventName === 'string') {
    if (eventName === 'ConsoleLogin') return 'login';
    if (eventName.startsWith('BatchGet')) return 'read';
    const verb = /^[A-Z][a-z]+/.exec(eventName.slice(0, 64))?.[0];
    if (verb !== undefined && Object.hasOwn(verbs, verb)) return verbs[verb];
  }
  return readOnly === true ? 'read' : undefined;
}

const DENIED = /access_?denied|unauthorized|not_?authorized|forbidden|authfailure/i;

/** An error code decides; without one it worked, except a sign-in whose response says that it did not. */
export function outcomeOfCall(errorCode: unknown, responseElements: unknown): Outcome {
  if (typeof errorCode === 'string' && errorCode !== '') {
    return DENIED.test(errorCode.slice(0, 256)) ? 'denied' : 'failure';
  }
  const signIn = isPlainObject(responseElements) ? responseElements.ConsoleLogin : undefined;
  return signIn === 'Failure' ? 'failure' : 'success';
}

const actorTypes = new Map<string, string>([
  ['IAMUser', 'user'],
  ['IdentityCenterUser', 'user'],
  ['SAMLUser', 'user'],
  ['WebIdentityUser', 'user'],
  ['FederatedUser', 'user'],
  ['Directory', 'user'],
  ['Root', 'root'],
  ['AssumedRole', 'role'],
  ['Role', 'role'],
  ['AWSService', 'service'],
  ['AWSAccount', 'account'],
]);

export function actorTypeOf(identityType: unknown): string | undefined {
  if (typeof identityType !== 'string') return undefined;
  return actorTypes.get(identityType) ?? 'unknown';
}

/** Parameters that name the resource, for the many records without `resources`. */
const namingParameters: readonly (readonly [parameter: string, type: string])[] = [
  ['bucketName', 'AWS::S3::Bucket'],
  ['userName', 'AWS::IAM::User'],
  ['roleName', 'AWS::IAM::Role'],
  ['groupName', 'AWS::IAM::Group'],
  ['policyArn', 'AWS::IAM::Policy'],
  ['roleArn', 'AWS::IAM::Role'],
  ['instanceId', 'AWS::EC2::Instance'],
  ['volumeId', 'AWS::EC2::Volume'],
  ['snapshotId', 'AWS::EC2::Snapshot'],
  ['groupId', 'AWS::EC2::SecurityGroup'],
  ['vpcId', 'AWS::EC2::VPC'],
  ['functionName', 'AWS::Lambda::Function'],
  ['secretId', 'AWS::SecretsManager::Secret'],
  ['keyId', 'AWS::KMS::Key'],
  ['dBInstanceIdentifier', 'AWS::RDS::DBInstance'],
];

/** From `resources`, else from the parameters that name one. The first 64; the record itself keeps them all. */
export function targetsOfCall(resources: unknown, requestParameters: unknown): Target[] | undefined {
  const targets = Array.isArray(resources) ? resources.slice(0, TARGETS_MAX_ITEMS).map(targetOfResource) : [];
  if (targets.length === 0 && isPlainObject(requestParameters)) {
    for (const [parameter, type] of namingParameters) {
      const id = requestParameters[parameter];
      if (isReference(id) && id !== '') targets.push({ type, id });
    }
  }
  const found = targets.filter((target) => target !== undefined);
  return found.length === 0 ? undefined : found;
}

function targetOfResource(resource: unknown): Target | undefined {
  if (!isPlainObject(resource)) return undefined;
  const { type, ARN: arn } = resource;
  return compact<Target>({ type: isWord(type) ? type : undefined, id: isReference(arn) ? arn : undefined });
}
