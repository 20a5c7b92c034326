import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { commandOf, commands, readAsked } from './run-command.ts'

const page = readFileSync(new URL('../../../../docs/operations.md', import.meta.url), 'utf8')

/** As typed behind `npm run gateway --`; `npm run backup` and its like are the same commands. */
const documented = [...page.matchAll(/^(?:\w+=\S+ )*npm run (gateway -- )?(.+)$/gm)]
  .map(([, isGateway, rest = '']) => (isGateway === undefined ? rest.replace(/ -- /, ' ') : rest))
  .filter((line) => !/^(start|audit)\b/.test(line))
  .map((line) => wordsOf(line.replace(/ +#.*$/, '')))

test('every command in docs/operations.md can be typed as it stands there', () => {
  expect(documented.length).toBeGreaterThan(10)
  for (const typed of documented) {
    const command = commandOf(typed)
    expect(command, typed.join(' ')).toBeDefined()
    if (command !== undefined) expect(readAsked(command, typed), typed.join(' ')).not.toBeNull()
  }
})

test('every command is in docs/operations.md', () => {
  const names = new Set(documented.map((typed) => commandOf(typed)?.name))
  expect(names).toEqual(new Set(commands.map(({ name }) => name)))
})

/** As a shell takes them apart: what stands in quotes is one. */
function wordsOf(line: string): string[] {
  return (line.match(/"[^"]*"|\S+/g) ?? []).map((word) => word.replace(/^"|"$/g, ''))
}
