import { expect, test } from 'vitest';
import { grantSchema } from './grants.js';
import { grantsOfTemplate, roleTemplates } from './role-templates.js';

test.each(Object.entries(roleTemplates))(
  '%s, with its places filled, is made of grants that a role can have',
  (name, template) => {
    const parameters = Object.fromEntries(
      Object.keys(template.parameters).map((parameter) => [parameter, `a ${parameter}`]),
    );
    const grants = grantsOfTemplate(name, parameters);
    expect(grants.length).toBeGreaterThan(0);
    for (const grant of grants) expect(grantSchema.parse(grant)).toEqual(grant);
    for (const value of Object.values(parameters)) expect(JSON.stringify(grants)).toContain(value);
  },
);

test.each(['constructor', '__proto__', '', 'Module_reader'])('there is no template %j', (name) => {
  expect(() => grantsOfTemplate(name, {})).toThrow(expect.objectContaining({ code: 'role-invalid' }));
});
