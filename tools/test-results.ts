export interface Result {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  /** One line for each failure, to be read after all output. */
  readonly problems: readonly string[]
}

/** How a process ended: its exit code, or words when it had none. */
export type End = number | string

/** A static check counts as a test. A check that fails without saying which one counts as well. */
export function checkResult(lines: readonly string[], end: End): Result {
  const passed = lines.filter((line) => /^ok {4}/.test(line)).length
  const problems = lines.filter((line) => /^FAIL {2}/.test(line)).map((line) => `check: ${line.slice(6)}`)
  if (end !== 0 && problems.length === 0) problems.push(`check: the checks ended with ${end}`)
  if (passed + problems.length === 0) problems.push('check: no check ran')
  return { passed, failed: problems.length, skipped: 0, problems }
}

/**
 * Reads vitest's JSON report. A file that could not be loaded and an error outside of any test are failures too,
 * though vitest counts no test for them; a lane without a report crashed.
 */
export function laneResult(lane: string, report: string | undefined, end: End): Result {
  const files = report === undefined ? undefined : parseReport(report)
  if (files === undefined) return crashed(lane, `no report (${end})`)
  const tests = files.flatMap((file) => file.assertionResults)
  const problems = files.flatMap((file) => problemsOf(lane, file))
  if (end !== 0 && problems.length === 0) problems.push(`${lane}: ended with ${end} though no test failed`)
  return {
    passed: tests.filter((test) => test.status === 'passed').length,
    failed: problems.length,
    skipped: tests.filter((test) => test.status !== 'passed' && test.status !== 'failed').length,
    problems,
  }
}

export function addResults(results: readonly Result[]): Result {
  return {
    passed: sum(results.map((result) => result.passed)),
    failed: sum(results.map((result) => result.failed)),
    skipped: sum(results.map((result) => result.skipped)),
    problems: results.flatMap((result) => result.problems),
  }
}

/** The contract of the last line of `npm test`. */
export function summaryLine({ passed, failed, skipped }: Result): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}

interface ReportedFile {
  readonly name: string
  readonly status: string
  readonly message?: string
  readonly assertionResults: readonly ReportedTest[]
}

interface ReportedTest {
  readonly status: string
  readonly fullName: string
  readonly failureMessages?: readonly string[]
}

function parseReport(report: string): readonly ReportedFile[] | undefined {
  try {
    const { testResults }: { testResults?: readonly ReportedFile[] } = JSON.parse(report)
    return testResults
  } catch {
    return undefined
  }
}

function problemsOf(lane: string, file: ReportedFile): string[] {
  const failed = file.assertionResults.filter((test) => test.status === 'failed')
  if (failed.length === 0 && file.status === 'failed')
    return [`${lane}: ${file.name}: ${firstLine(file.message)}`]
  return failed.map((test) => {
    const why = test.failureMessages?.[0]
    return `${lane}: ${file.name}: ${test.fullName}${why === undefined ? '' : `: ${firstLine(why)}`}`
  })
}

function firstLine(message = ''): string {
  return message.split('\n', 1)[0] ?? ''
}

function crashed(lane: string, reason: string): Result {
  return { passed: 0, failed: 1, skipped: 0, problems: [`${lane}: crashed: ${reason}`] }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
