import fc from 'fast-check';
import { type SealingPlan, sealingPlan } from '../src/sealed/sealing-plan.js';
import { sealedFieldSchema } from '../src/sealed/sealing-policy.js';

/** Prepared policies over fields of the schema and the keys that random events have. */
export const anyPlan: fc.Arbitrary<SealingPlan> = fc
  .uniqueArray(
    fc.record(
      {
        path: fc.oneof(
          fc.constantFrom('/actor/name', '/actor/email', '/actor/on_behalf_of/email', '/source/ip', '/source/host'),
          fc.constantFrom('/targets/*/name', '/reason', '/message', '/file/path', '/source/user_agent'),
          fc.constantFrom(
            '/metadata/a',
            '/metadata/b',
            '/metadata/a/*',
            '/metadata/a/b',
            '/metadata/a/0',
            '/metadata/b/*/a',
          ),
          fc.constantFrom('/request', '/changes/before', '/changes/after/a', '/response/*'),
        ),
        form: fc.constantFrom('text', 'email', 'ip'),
        search: fc.boolean(),
      },
      { requiredKeys: ['path'] },
    ),
    { minLength: 1, maxLength: 6, selector: ({ path }) => path },
  )
  .map((fields) => sealingPlan({ fields: fields.map((field) => sealedFieldSchema.parse(field)) }));
