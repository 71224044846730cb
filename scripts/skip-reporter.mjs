// Says at the end of a suite which tests were skipped, and why: nothing is passed over in silence.
export default class SkipReporter {
  #skipped = [];

  onTestCaseResult(test) {
    const result = test.result();
    if (result.state === 'skipped') this.#skipped.push({ name: test.fullName, reason: result.note });
  }

  onTestRunEnd() {
    for (const { name, reason } of this.#skipped) console.log(`skipped: ${name}${reason ? `: ${reason}` : ''}`);
  }
}
