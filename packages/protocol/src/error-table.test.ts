import { globSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { errorTable } from './error-table.ts'

test('every code of every part is in the table, and none is in two parts', async () => {
  const names = globSync('errors/*-errors.ts', { cwd: import.meta.dirname }).map((file) =>
    path.basename(file, '.ts'),
  )
  // Each part exports one table of codes and nothing else.
  const parts = await Promise.all(
    names.map((name) => import(`./errors/${name}.ts`) as Promise<Record<string, object>>),
  )
  const codes = parts.flatMap((part) => Object.values(part).flatMap((table) => Object.keys(table)))
  expect(codes.length).toBeGreaterThan(0)
  expect(codes.toSorted()).toEqual(Object.keys(errorTable).toSorted())
})
