import { spawnSync } from 'node:child_process'

/** The static half of the tests: format, typed lint, types, unused code and undeclared imports. */
const steps: readonly (readonly [name: string, command: readonly string[]])[] = [
  ['format', ['oxfmt', '--check', '.']],
  ['lint', ['oxlint', '--type-aware', '--deny-warnings']],
  ['types', ['tsc', '-b']],
  ['unused and undeclared', ['knip']],
  ['migrations', ['node', 'tools/migrations-in-order.ts']],
]

let failed = 0
for (const [name, [command = '', ...args]] of steps) {
  const startedMs = performance.now()
  const result = spawnSync(command, args, { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' })
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1)
  if (result.status === 0) {
    console.log(`ok    ${name} (${seconds} s)`)
  } else {
    failed += 1
    console.log(`FAIL  ${name} (${seconds} s)\n${result.stdout}${result.stderr}`)
  }
}
process.exitCode = failed === 0 ? 0 : 1
