import { spawn } from 'node:child_process'

import { expect, it } from 'vitest'

const module = new URL('./stop-signals.ts', import.meta.url).href
/** Says `stop` or `kill` instead of doing it, and ends on `kill` or after a while. */
const program = `
  const { onStopWanted } = await import(${JSON.stringify(module)})
  const say = (word) => process.stdout.write(word + '\\n')
  onStopWanted({ stop: () => say('stop'), kill: () => { say('kill'); process.exit(1) } })
  setTimeout(() => process.exit(0), 8_000)
  say(String(process.pid))
`

function run(underNpm: boolean) {
  // As npm does it: a shell between npm and the program. The second command keeps the shell from becoming it.
  const shell = spawn('sh', ['-c', '"$0" --input-type=module -e "$1"; exit', process.execPath, program], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env['PATH'], ...(underNpm && { npm_lifecycle_event: 'start' }) },
  })
  let heard = ''
  shell.stdout.on('data', (bytes: Buffer) => (heard += bytes.toString()))
  const until = async (pattern: RegExp): Promise<string> => {
    const deadlineMs = performance.now() + 5_000
    while (!pattern.test(heard)) {
      if (performance.now() > deadlineMs) throw new Error(`not heard: ${pattern.source} in ${heard}`)
      await pause(10)
    }
    return heard
  }
  return { shell, until, heard: () => heard }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

it('one Ctrl-C that arrives twice stops once; a later one kills', async () => {
  const { until } = run(false)
  const pid = Number(await until(/^\d+\n/))
  process.kill(pid, 'SIGINT')
  process.kill(pid, 'SIGTERM')
  await until(/stop/)
  await pause(1_100)
  process.kill(pid, 'SIGINT')
  expect((await until(/kill/)).split('\n').slice(1)).toEqual(['stop', 'kill', ''])
})

it('under npm the end of the shell alone is a wish to stop', async () => {
  const { until, shell } = run(true)
  const pid = Number(await until(/^\d+\n/))
  shell.kill('SIGKILL')
  expect(await until(/stop/)).toBe(`${pid}\nstop\n`)
  process.kill(pid, 'SIGKILL')
})

it('started by hand it outlives the shell that started it', async () => {
  const { until, shell, heard } = run(false)
  const pid = Number(await until(/^\d+\n/))
  shell.kill('SIGKILL')
  await pause(700)
  expect(heard()).toBe(`${pid}\n`)
  expect(process.kill(pid, 'SIGKILL')).toBe(true)
})
