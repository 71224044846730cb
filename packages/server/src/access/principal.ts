/** What a credential is: the key of the deployment, an API key, a user of ours, or a token of another issuer. */
export type PrincipalKind = 'bootstrap' | 'api-key' | 'user' | 'external';

/**
 * Who a credential speaks for, as the credential proves it. What a principal may do follows from its roles and
 * permissions, which `access/authorizer` turns into grants.
 */
export interface Principal {
  kind: PrincipalKind;
  /** The same for as long as the principal exists, and never another's: `bootstrap`, `key:ID`, `user:ID`, `external:…`. */
  id: string;
  /** What its own events carry as `actor.id`: what `@me` means in the filter of a grant. */
  subject: string;
  /** The tenant that it belongs to; undefined: the deployment itself. */
  tenant: string | undefined;
  /** Names of roles, of the deployment or of its tenant. Unknown ones give nothing. */
  roles: readonly string[];
  /** Permissions beside those of the roles, `resource:action`. */
  permissions: readonly string[];
  /** A filter in the search syntax that narrows whatever it may read. */
  filter?: string;
  credential: Credential;
}

/** The credential itself, for revocation. */
export interface Credential {
  /** Id of the key or of the token, never the secret. */
  id: string;
  /** Family of refresh tokens that an access token comes from. */
  family?: string;
  /** Milliseconds since the epoch from which it counts no more. */
  expiresAtMs?: number;
}
