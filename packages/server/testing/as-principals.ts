import type { Principal } from '../src/access/principal.js';
import type { Services } from '../src/http/services.js';

/** The credential of a principal that {@link asPrincipals} knows by this name. */
export function credentialOf(name: string): { authorization: string } {
  return { authorization: `Bearer test-credential-of-${name}` };
}

/**
 * Services for which the credentials of a test speak for its principals; every other credential is looked at as always.
 * @param find what a name means now; undefined for one whose credential counts no more
 */
export function asPrincipals(
  find: (name: string) => Principal | undefined,
): (services: Services) => Pick<Services, 'authenticator'> {
  return ({ authenticator }) => ({
    authenticator: {
      authenticate(credential, address) {
        const [, name] = /^test-credential-of-(.+)$/.exec(credential) ?? [];
        return (name === undefined ? undefined : find(name)) ?? authenticator.authenticate(credential, address);
      },
    },
  });
}
