export function readTestArguments(
  args: readonly string[],
  groups: readonly string[],
): { group: string; vitestArgs: string[]; env: Record<string, string> };

export function totalsOf(report: {
  testResults: readonly { status: string; assertionResults: readonly { status: string }[] }[];
}): { passed: number; failed: number; skipped: number };
