import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'

export interface Migration {
  readonly number: number
  readonly name: string
  readonly sha256: string
  /** The file's first line is `-- breaking`: code older than this migration cannot work on its result. */
  readonly breaking: boolean
  readonly sql: string
}

/** Reads `NNNN-name.sql`, numbered from 0001 without a gap. Throws on any other `.sql` name, for it would never run. */
export async function readMigrations(dir: string): Promise<readonly Migration[]> {
  const files = (await readdir(dir)).filter((file) => file.endsWith('.sql')).sort()
  return Promise.all(files.map((file, index) => readMigration(path.join(dir, file), index + 1)))
}

async function readMigration(file: string, expectedNumber: number): Promise<Migration> {
  const name = path.basename(file, '.sql')
  const number = Number(/^(\d{4})-[a-z0-9]+(-[a-z0-9]+)*$/.exec(name)?.[1])
  if (number !== expectedNumber) {
    const wanted = String(expectedNumber).padStart(4, '0')
    throw new Error(
      `Migration ${file} should be named ${wanted}-words-and-digits.sql: numbers run from 0001 without a gap`,
    )
  }
  // A checkout on Windows may have changed the line ends; that is not an edit.
  const sql = (await readFile(file, 'utf8')).replaceAll('\r\n', '\n')
  const sha256 = createHash('sha256').update(sql).digest('hex')
  return { number, name, sha256, breaking: /^-- breaking\s*$/m.test(sql.split('\n', 1)[0] ?? ''), sql }
}
