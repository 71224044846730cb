interface DocumentedSetting {
  readonly name: string;
  readonly env: string;
  readonly type: string;
  readonly default?: string;
  readonly help: string;
  readonly secret?: true;
  readonly min?: number;
  readonly max?: number;
  readonly choices?: readonly string[];
}

export function environmentExample(settings: readonly DocumentedSetting[]): string;
export function configurationPage(settings: readonly DocumentedSetting[]): string;
export function errorsPage(
  catalogue: Readonly<Record<string, { status: number; title: string; remedy: string }>>,
  problems: Readonly<Record<string, { title: string; remedy: string }>>,
  exitCodes: readonly (readonly [number, string])[],
): string;
