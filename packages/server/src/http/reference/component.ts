/** Schemas that stand once in the description of the API, and are referred to from wherever they are meant. */
export type ComponentName = 'Event' | 'Filter' | 'Problem';

/** Under which a schema names the component that it stands for. */
export const COMPONENT_MARK = 'x-component';

/** What stands in a schema for one of the components, until the description is whole. */
export function component(name: ComponentName): { [COMPONENT_MARK]: ComponentName } {
  return { [COMPONENT_MARK]: name };
}
