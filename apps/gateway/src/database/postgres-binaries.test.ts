import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { expect, test } from 'vitest'

import { linkLibraries } from './postgres-binaries.ts'

test('the library links that an install script would have made are made, once and by anyone', () => {
  const packageDir = fs.mkdtempSync(path.join(tmpdir(), 'holdfast-links-'))
  const lib = path.join(packageDir, 'native', 'lib')
  fs.mkdirSync(lib, { recursive: true })
  fs.writeFileSync(path.join(lib, 'libpq.so.5.18'), 'library')
  const links = ['libpq.so', 'libpq.so.5'].map((name) => ({
    source: 'native/lib/libpq.so.5.18',
    target: `native/lib/${name}`,
  }))
  fs.writeFileSync(path.join(packageDir, 'native', 'pg-symlinks.json'), JSON.stringify(links))

  linkLibraries(packageDir)
  linkLibraries(packageDir)
  expect(fs.readlinkSync(path.join(lib, 'libpq.so.5'))).toBe('libpq.so.5.18')
  expect(fs.readFileSync(path.join(lib, 'libpq.so'), 'utf8')).toBe('library')
  fs.rmSync(packageDir, { recursive: true })
})
