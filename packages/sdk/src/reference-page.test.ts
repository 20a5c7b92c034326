import { strict as assert } from 'node:assert'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { stripTypeScriptTypes } from 'node:module'
import { expect, test } from 'vitest'
import { scriptedDriver, scriptedReachable } from './test-support/scripted-driver.ts'
import { openWorld } from './test-support/world.ts'

const page = readFileSync(path.resolve(import.meta.dirname, '../../../docs/reference/sdk.md'), 'utf8')
const source = (file: string) => readFileSync(path.resolve(import.meta.dirname, file), 'utf8')
const api = source('terminal/terminal-api.ts')

test('the blocks of the reference page run, in order, as one program', async () => {
  const blocks = [...page.matchAll(/^```ts run\n([^]*?)^```$/gm)].map(([, code]) => code)
  expect(blocks.length).toBeGreaterThan(4)
  const world = await openWorld({ enrol: false, readerDrivers: [scriptedDriver(scriptedReachable({}))] })
  const source = stripTypeScriptTypes(`(async () => {${blocks.join('\n')}})`)
  // oxlint-disable-next-line no-implied-eval, typescript/no-implied-eval -- our own page
  const run: unknown = new Function('terminal', 'assert', `return ${source}()`)
  if (typeof run !== 'function') throw new Error('not a function')
  await world.clock.until(Promise.resolve(run(world.terminal, assert)))
  await world.terminal.close()
})

test('every event and every method of the terminal is on the reference page or in its tables', () => {
  const events = [...source('terminal-events.ts').matchAll(/readonly type: '(\w+)'/g)].map(([, name]) => name)
  expect(events.length).toBeGreaterThan(7)
  expect(events.filter((name) => !page.includes(`\`${name}\``))).toEqual([])
  const [, terminal = ''] = /export interface Terminal[^{]*\{([^]*?)^\}/m.exec(api) ?? []
  const [, carry = ''] = /export interface CarryApi \{([^]*?)^\}/m.exec(source('terminal/carry-api.ts')) ?? []
  const methods = [...(terminal + carry).matchAll(/^ {2}(\w+)\(/gm)].map(([, name]) => name)
  expect(methods.length).toBeGreaterThan(20)
  expect(methods.filter((name) => !page.includes(`${name}`))).toEqual([])
})
