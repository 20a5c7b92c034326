import { randomUUID } from 'node:crypto'
import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'

import { syncDirectory } from './fingerprint-key.ts'
import type { FundingFile } from './funding-book.ts'
import { renderFundingFile } from './render-funding-file.ts'

export type FundingFolder = {
  /** As it lies there; made from the journal where it does not, for a process that died before it was written. */
  read(file: FundingFile): Promise<string>
}

/** Files for whoever fetches them: a file that is there is whole, and never changes. */
export function createFundingFolder(directory: string): FundingFolder {
  return {
    async read(file) {
      const path = join(directory, `${file.file}.jsonl`)
      const there = await readFile(path, 'utf8').catch(() => undefined)
      if (there !== undefined) return there
      const text = renderFundingFile(file)
      await mkdir(directory, { recursive: true })
      // A name of its own: two who ask at once write the same bytes, and neither sees the other's half.
      const draft = `${path}.${randomUUID()}.part`
      const part = await open(draft, 'wx')
      try {
        await part.writeFile(text)
        await part.sync()
      } finally {
        await part.close()
      }
      await rename(draft, path)
      await syncDirectory(directory)
      return text
    },
  }
}
