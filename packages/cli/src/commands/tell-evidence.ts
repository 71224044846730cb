import type { CommandContext } from '../context.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { styleFor } from '../terminal/style.js';
import { isSound } from '../verify/pack/evidence-check.js';
import { evidenceJson, evidenceText } from '../verify/pack/evidence-report.js';
import type { PackAnswer } from '../verify/pack/verify-pack.js';

/** Prints what was found of an evidence pack. @returns `violations` where something is wrong */
export async function tellEvidence(
  context: CommandContext,
  { outcome, trust }: PackAnswer,
  { json, color }: { json?: boolean; color: boolean },
): Promise<ExitCode> {
  const style = styleFor(context.stdout, context.env, color);
  await context.stdout.write(json === true ? evidenceJson(outcome, trust) : evidenceText(outcome, trust, style));
  return isSound(outcome) ? EXIT.ok : EXIT.violations;
}
